/** Terminal output, made safe and seen: for the tools that replay, and for who records keyframes. */
export { TerminalFilter } from './filter.ts';
export { PlainOutput } from './plain-output.ts';
export { LOOK, type Row, type Run } from './row.ts';
export { type Cursor, Screen } from './screen.ts';
export { SIZE_USUAL, type Size } from './size.ts';
export { lookSequence, snapshotOf } from './snapshot.ts';
