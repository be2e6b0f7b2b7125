/**
 * One channel between two peers that keep to the protocol in a random order: all that the server
 * said arrives, masked, no window is ever exceeded, and nothing waits for ever. Then the same lane
 * is given noise: it throws nothing but errors of its own.
 */
import { join, text, utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { ANYWHERE } from '../../base/finding.ts';
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { cleaner, Stage } from '../../test/ssh/stage.ts';
import { frame, Message } from './message.ts';

const WORDS = [
  'card ',
  '4111111111111111',
  '5500 0000 0000 0004',
  '\n',
  '12',
  'x'.repeat(300),
  '\x1b[1m',
  ' ',
];

function talk(random: Random, expected: (said: string) => string): void {
  const stage = new Stage();
  stage.open(1 + random.below(3000), 1 + random.below(100));
  stage.request('exec', random.oneIn(2), 'x');
  const said = Array.from({ length: random.below(60) }, () => random.pick(WORDS)).join('');
  const bytes = utf8(said);
  let at = 0;
  for (let turns = 0; at < bytes.length; turns++) {
    if (turns > 100_000) throw new Error('it waits for ever');
    const most = Math.min(stage.server.granted, bytes.length - at, 1 + random.below(500));
    if (most > 0 && !random.oneIn(3)) {
      stage.fromServer(frame(Message.CHANNEL_DATA, 0, bytes.subarray(at, at + most)));
      stage.server.granted -= most;
      at += most;
    } else adjust(stage, 1 + random.below(1000));
  }
  stage.fromServer(frame(Message.CHANNEL_EOF, 0), frame(Message.CHANNEL_CLOSE, 0));
  for (let turns = 0; !stage.client.isClosed; turns++) {
    if (turns > 1000) throw new Error('the end does not come');
    adjust(stage, 1000);
  }
  if (text(join(stage.client.data)) !== expected(said)) throw new Error('something else has arrived');
}

function adjust(stage: Stage, bytes: number): void {
  stage.client.window += bytes;
  stage.fromClient(frame(Message.CHANNEL_WINDOW_ADJUST, 0, bytes));
}

function noise(random: Random): void {
  const stage = new Stage();
  stage.open(1000, 1000);
  try {
    for (let i = 0; i < 20; i++) {
      const type = random.oneIn(4) ? random.below(256) : 80 + random.below(22);
      const framed = frame(type, random.below(3), { raw: random.bytes(random.below(60)) });
      if (random.oneIn(2)) stage.fromClient(framed);
      else stage.fromServer(framed);
    }
  } catch (error) {
    if (!(error instanceof PangateError) || error.code === 'assertion') throw error;
  }
}

/** The canary expects what the server has said as it was. */
export const fuzzer: Fuzzer = {
  name: 'ssh-lane',
  round: (random) => {
    talk(random, (said) => text(cleaner.clean(utf8(said), ANYWHERE)));
    noise(random);
  },
  canary: (random) => talk(random, (said) => said),
};
