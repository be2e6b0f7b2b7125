/** Sizes of terminals. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Sizes that are believed: a recorded one beyond is cut. */
const SIZE_MAX: Size = { columns: 500, rows: 200 };
export const SIZE_USUAL: Size = { columns: 80, rows: 24 };

/** The size that is believed of one that was recorded. */
export function bounded({ columns, rows }: Size): Size {
  const within = (value: number, most: number, usual: number): number =>
    Number.isInteger(value) && value > 0 ? Math.min(value, most) : usual;
  return {
    columns: Math.max(2, within(columns, SIZE_MAX.columns, SIZE_USUAL.columns)),
    rows: within(rows, SIZE_MAX.rows, SIZE_USUAL.rows),
  };
}
