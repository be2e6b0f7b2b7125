/** Looks for a text on the screen of a session: what a viewer would have read, not what was sent. */
import { Deck } from '../deck.ts';
import type { Tape } from '../tape.ts';

/** Small letters match both; a capital one matches itself. */
export function matcher(needle: string): (text: string) => boolean {
  if (needle !== needle.toLowerCase()) return (text) => text.includes(needle);
  return (text) => text.toLowerCase().includes(needle);
}

/** One search; `stopped` ends it early. */
export interface Search {
  readonly tape: Tape;
  readonly needle: string;
  /** Where it begins. */
  readonly seq: number;
  readonly stopped: () => boolean;
}

/** Records between two turns of the event loop. */
const TURN = 256;

/** The record after which the text comes to stand on the screen anew; -1 if none does. */
export async function searchForward({ tape, needle, seq, stopped }: Search): Promise<number> {
  const deck = new Deck(tape);
  await deck.seek({ seq });
  return firstHit(deck, matcher(needle), Number.POSITIVE_INFINITY, stopped);
}

/** As `searchForward`, towards the beginning: segment after segment. */
export async function searchBackward({ tape, needle, seq, stopped }: Search): Promise<number> {
  const matches = matcher(needle);
  for (let index = tape.segmentAt({ seq }); index >= 0 && !stopped(); index--) {
    const deck = new Deck(tape);
    await deck.seek({ seq: tape.startOf(index).seq - 1 });
    const limit = Math.min(seq, tape.endOf(index));
    let last = -1;
    for (;;) {
      const hit = await firstHit(deck, matches, limit, stopped);
      if (hit < 0) break;
      last = hit;
    }
    if (last >= 0) return last;
  }
  return -1;
}

async function firstHit(
  deck: Deck,
  matches: (text: string) => boolean,
  before: number,
  stopped: () => boolean,
): Promise<number> {
  let shown = hits(deck, matches);
  for (let steps = 1; ; steps++) {
    const next = await deck.peek();
    if (next === null || next.seq >= before) return -1;
    await deck.step();
    if (steps % TURN === 0) {
      await new Promise(setImmediate);
      if (stopped()) return -1;
    }
    if (next.kind !== 'output' && next.kind !== 'error') continue;
    const now = hits(deck, matches);
    if (now > shown) return next.seq;
    shown = now;
  }
}

function hits(deck: Deck, matches: (text: string) => boolean): number {
  return deck.screen.texts.filter(matches).length;
}
