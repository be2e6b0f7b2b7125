/** Terminal output, made safe and seen: for the tools that replay, and for who records keyframes. */
export { TerminalFilter } from './filter.ts';
export { type Cursor, LOOK, type Run, Screen, SIZE_USUAL, type Size } from './screen.ts';
export { lookSequence, snapshotOf } from './snapshot.ts';
