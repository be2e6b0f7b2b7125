/** The types in a value, without its content: what a driver made of an answer. */

/** `["string","null",{"a":"number"}]`: equal for two answers that differ only in what they say. */
export function shape(value: unknown): unknown {
  if (value === null || value === undefined) return 'null';
  if (Buffer.isBuffer(value)) return `bytes ${value.length}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : 'date';
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
  return typeof value;
}

/** A value as text in which every byte of it can be searched; bytes as they are. */
export function flat(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    const bytes = (inner as { type?: string; data?: number[] } | null)?.type === 'Buffer';
    return bytes ? Buffer.from((inner as { data: number[] }).data).toString('latin1') : inner;
  });
}
