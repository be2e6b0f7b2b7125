/** What drivers made of two answers, compared by type and not by content. */

const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * The path of the first value in `shown` that is of another type than in `held`, or null. A
 * number may be null instead: the gateway shows none rather than a wrong one.
 */
export function difference(shown: unknown, held: unknown, path = ''): string | null {
  if (isNumber(held) && shown === null) return null;
  if (kindOf(shown) !== kindOf(held)) return `${path}: ${kindOf(shown)} in place of ${kindOf(held)}`;
  if (kindOf(held) !== 'object' && kindOf(held) !== 'array') return null;
  const [left, right] = [entries(shown), entries(held)];
  if (left.length !== right.length) return `${path}: ${left.length} values in place of ${right.length}`;
  for (const [index, [key, value]] of right.entries()) {
    if (left[index]![0] !== key) return `${path}: ${left[index]![0]} in place of ${key}`;
    const found = difference(left[index]![1], value, `${path}/${key}`);
    if (found) return found;
  }
  return null;
}

/** A value as text in which every character of it can be searched. */
export function flat(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    const bytes = inner as { type?: string; data?: number[] } | null;
    return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString('latin1') : inner;
  });
}

function isNumber(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  return (typeof value === 'string' || Buffer.isBuffer(value)) && NUMBER.test(value.toString());
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (value instanceof Date) return 'date';
  return Array.isArray(value) ? 'array' : typeof value;
}

function entries(value: unknown): [string, unknown][] {
  return Object.entries(value as Record<string, unknown>);
}
