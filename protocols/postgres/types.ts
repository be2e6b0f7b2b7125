/**
 * What a type's values look like on the wire (src/include/catalog/pg_type.dat), as far as
 * masking needs it: where digits are bytes, where they are binary, and what may stand in their
 * place so that a driver still reads the value.
 */

/** How a cell is searched and masked. */
export const Form = {
  /** Characters: masked in place. */
  characters: 0,
  /** A number in characters: becomes NULL. */
  number: 1,
  /** Eight bytes, two's complement. */
  int8: 2,
  /** numeric's base-10,000 digits. */
  numeric: 3,
  /** IEEE 754 double. */
  float8: 4,
  /** One version byte, then characters. */
  jsonb: 5,
  /** Array of elements with their own lengths. */
  array: 6,
  /** Composite of fields with their own types and lengths. */
  record: 7,
  /** An array of numbers in characters: digits stay digits. */
  numbers: 8,
  /** Too short for any finding; only a column rule concerns it. */
  small: 9,
  /** Anything else: searched as bytes, masked in place. */
  opaque: 10,
} as const;

export type Form = (typeof Form)[keyof typeof Form];

/** Types whose text may be overwritten by any characters. */
const CHARACTERS = new Set([18, 19, 25, 1042, 1043, 705, 2275]);
/** int2, int4, oid, float4, bool, date, time, timestamp(tz), interval, inet kin, uuid, xid, tid, ... */
const SMALL = new Set([16, 21, 23, 26, 28, 27, 29, 700, 1082, 1083, 1266, 1114, 1184, 650, 869, 829, 774]);
const NUMBERS = new Set([20, 1700, 701, 790]);
const NUMBER_ARRAYS = new Set([1016, 1231, 1022, 791, 1005, 1007]);
const BINARY: ReadonlyMap<number, Form> = new Map<number, Form>([
  [20, Form.int8],
  [790, Form.int8],
  [1700, Form.numeric],
  [701, Form.float8],
  [3802, Form.jsonb],
  [2249, Form.record],
]);
/** Built-in array types whose elements can hold a finding. */
const ARRAYS = new Set([1016, 1231, 1022, 1009, 1014, 1015, 1002, 1003, 199, 3807, 1001, 2287, 143]);

/** The form of a type's values; `binary` is the result format. Unknown types are opaque. */
export function formOf(typeOid: number, binary: boolean): Form {
  if (CHARACTERS.has(typeOid)) return Form.characters;
  if (SMALL.has(typeOid)) return Form.small;
  if (binary) return BINARY.get(typeOid) ?? (ARRAYS.has(typeOid) ? Form.array : Form.opaque);
  if (NUMBERS.has(typeOid)) return Form.number;
  return NUMBER_ARRAYS.has(typeOid) ? Form.numbers : Form.opaque;
}

/** True if a masked value of this type may be any characters; else only NULL fits. */
export function takesCharacters(typeOid: number): boolean {
  return CHARACTERS.has(typeOid);
}
