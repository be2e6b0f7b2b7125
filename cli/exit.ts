/** Exit codes of every verb but `replay`, whose own are in its help. */
export const EXIT: {
  readonly ok: 0;
  /** Something was looked for and found, or a check did not hold. */
  readonly found: 1;
  /** It could not be done. */
  readonly error: 2;
  /** The command line is not understood (sysexits.h). */
  readonly usage: 64;
} = { ok: 0, found: 1, error: 2, usage: 64 };
