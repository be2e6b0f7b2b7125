/**
 * Conversations with damaged bytes: a lane ends them with an error of its own or carries them,
 * and does the same however the bytes are cut.
 */
import { PangateError } from '../../base/errors.ts';
import { NO_CATALOG } from '../../protocols/postgres/catalog.ts';
import type { Fuzzer } from '../fuzz.ts';
import type { Random } from '../random.ts';
import { ALL, lengthOf, type Outcome, play, type Said, same } from './conversation.ts';
import { longConversation } from './transcript.ts';

type Ending = Outcome | string;

function ending(
  conversation: readonly Said[],
  cuts: readonly number[],
  settle: (settled: number) => number,
): Ending {
  try {
    return play(conversation, cuts, NO_CATALOG, ALL, settle);
  } catch (error) {
    if (error instanceof PangateError && error.code !== 'assertion') return error.code;
    throw error;
  }
}

function damaged(random: Random): Said[] {
  const conversation = longConversation(1 + random.below(20), random.below(1_000_000));
  for (let damages = random.below(4); damages > 0; damages--) {
    const { bytes } = conversation[random.below(conversation.length)]!;
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return conversation;
}

function check(random: Random, settle: (settled: number) => number): void {
  const conversation = damaged(random);
  const cuts = Array.from({ length: 1 + random.below(8) }, () => random.below(lengthOf(conversation))).sort(
    (a, b) => a - b,
  );
  const whole = ending(conversation, [], (settled) => settled);
  const cut = ending(conversation, cuts, settle);
  const agree = typeof whole === 'string' || typeof cut === 'string' ? whole === cut : same(whole, cut);
  if (!agree) throw new Error('a damaged conversation ends otherwise when it is cut');
}

export const fuzzer: Fuzzer = {
  name: 'postgres-lane',
  round: (random) => check(random, (settled) => settled),
  canary: (random) => check(random, (settled) => Math.max(0, settled - 1)),
};
