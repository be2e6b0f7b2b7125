/** Sorts of ASCII characters, for detectors that read them one by one. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** A letter or a digit. */
export function isWord(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x7a);
}

export const DIGITS = '0123456789';
export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const LOWER = 'abcdefghijklmnopqrstuvwxyz';

/** A dash or a dot at `at` and a digit behind it: what stood before is a part of something longer. */
export function goesOn(bytes: Uint8Array, at: number): boolean {
  return isJoint(bytes, at) && isDigit(bytes[at + 1] ?? 0);
}

/** The bytes end with a dash or a dot at `at`, so that nobody knows yet whether it goes on. */
export function mayGoOn(bytes: Uint8Array, at: number): boolean {
  return at + 1 === bytes.length && isJoint(bytes, at);
}

function isJoint(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x2d || bytes[at] === 0x2e;
}
