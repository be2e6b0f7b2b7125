import { test } from 'tap';
import { waysToCut } from '../splits.ts';
import { lengthOf, messageStarts, play, same } from './conversation.ts';
import { longConversation } from './transcript.ts';

test('a short conversation gives the same bytes and records for every way of cutting', async (t) => {
  const conversation = longConversation(60, 7);
  const whole = play(conversation);
  let ways = 0;
  for (const cuts of waysToCut(lengthOf(conversation), { randomCuts: 200 })) {
    ways++;
    if (!same(play(conversation, cuts), whole)) throw new Error(`cut at ${cuts.slice(0, 20)}`);
  }
  t.ok(ways > 1000);
});

test('a conversation of 2,000 messages gives the same for cuts all over it', async (t) => {
  const conversation = longConversation(2000, 1);
  const whole = play(conversation);
  t.notMatch(whole.toClient, /4111111111111111|5555 5555 5555 4444|6011000990139424/);
  for (const cuts of waysToCut(lengthOf(conversation), { offsetsMax: 300, randomCuts: 100 })) {
    if (!same(play(conversation, cuts), whole)) throw new Error(`cut at ${cuts.slice(0, 20)}`);
  }
});

test('each offset of each of 2,000 messages is cut at: the first of all messages, the second of all, ...', async (t) => {
  const conversation = longConversation(2000, 1);
  const whole = play(conversation);
  const starts = messageStarts(conversation);
  const lengths = starts.slice(1).map((start, i) => start - starts[i]!);
  let cut = 0;
  for (let at = 0; at < Math.max(...lengths); at++) {
    const cuts = starts.filter((_, i) => at < (lengths[i] ?? 0)).map((start) => start + at);
    cut += cuts.length;
    if (!same(play(conversation, cuts), whole)) throw new Error(`messages cut at their offset ${at}`);
  }
  t.equal(cut, lengthOf(conversation));
});
