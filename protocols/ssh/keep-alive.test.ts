import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Bytes } from '../../base/bytes.ts';
import { KeepAlive } from './keep-alive.ts';
import { FRAME_HEAD, frame, Message } from './message.ts';

const question = (name: string, wantsReply = true): Bytes =>
  frame(Message.GLOBAL_REQUEST, name, wantsReply).subarray(FRAME_HEAD);

test('each answer finds who has asked, in the order of the questions', async (t) => {
  const keepAlive = new KeepAlive();
  keepAlive.sends(question('tcpip-forward'));
  keepAlive.sends(question('keepalive@openssh.com'));
  keepAlive.sends(question('hostkeys-00@openssh.com', false));
  keepAlive.sends(question('cancel-tcpip-forward'));
  t.same(
    Array.from({ length: 4 }, () => keepAlive.takes()),
    [false, true, false, false],
  );
});

test('more questions than may wait are an error', async (t) => {
  const keepAlive = new KeepAlive();
  for (let i = 0; i < 256; i++) keepAlive.sends(question('tcpip-forward'));
  t.throws(() => keepAlive.sends(question('tcpip-forward')), { code: 'limit-exceeded' });
});

test('a peer that says nothing is asked, and is gone when it goes on saying nothing', async (t) => {
  const keepAlive = new KeepAlive();
  let asked = 0;
  const lost = new Promise<Error>((resolve) =>
    keepAlive.start({ name: 'server', send: () => asked++, lost: resolve }, { intervalMs: 20, missedMax: 2 }),
  );
  // The timer is no reason for a process to stay.
  const alive = setInterval(() => undefined, 1000);
  for (let i = 0; i < 5; i++) {
    keepAlive.heard();
    await sleep(5);
  }
  t.match(await lost, { code: 'peer-silent' });
  clearInterval(alive);
  t.equal(asked, 2);
});
