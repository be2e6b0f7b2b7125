/** Byte views: the one currency between floors. */

/** A view, valid until the callee returns; who keeps it copies it. */
export type Bytes = Uint8Array;

/** The empty view. */
export const NO_BYTES: Bytes = new Uint8Array(0);

/** A copy that the caller owns. */
export function keep(view: Bytes): Bytes {
  return Uint8Array.prototype.slice.call(view);
}

/** Joins views into one owned array; `total` bytes if the caller already knows the sum. */
export function join(views: readonly Bytes[], total: number = sum(views)): Bytes {
  const joined = new Uint8Array(total);
  let at = 0;
  for (const view of views) {
    joined.set(view, at);
    at += view.length;
  }
  return joined;
}

function sum(views: readonly Bytes[]): number {
  let total = 0;
  for (const view of views) total += view.length;
  return total;
}

/** The bytes of a string in UTF-8. */
export function utf8(text: string): Bytes {
  return Buffer.from(text, 'utf8');
}

/** The string of UTF-8 bytes; invalid sequences become U+FFFD. */
export function text(bytes: Bytes): string {
  if (bytes.length === 0) return '';
  // A small array's `buffer` is made when it is asked for, so a Buffer is not asked.
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('utf8');
}

/** A string with one character for each byte. */
export function latin1(bytes: Bytes): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

/** Compares in a time that depends on the lengths alone. */
export function equal(left: Bytes, right: Bytes): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!;
  return difference === 0;
}
