import { test } from 'tap';
import { waysToCut } from '../splits.ts';
import { lengthOf, play, same } from './conversation.ts';
import { longConversation } from './transcript.ts';

test('a conversation of 2,000 messages gives the same for ten thousand cuts alone and a thousand together', async (t) => {
  const conversation = longConversation(2000, 1);
  const whole = play(conversation);
  t.notMatch(whole.toClient, /4111111111111111|5555 5555 5555 4444|6011000990139424/);
  for (const cuts of waysToCut(lengthOf(conversation), { offsetsMax: 10_000, randomCuts: 1000 })) {
    if (!same(play(conversation, cuts), whole)) throw new Error(`cut at ${cuts.slice(0, 20)}`);
  }
});
