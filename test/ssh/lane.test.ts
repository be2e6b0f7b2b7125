/** The connection protocol without sockets: cut anywhere, within windows, and with hostile peers. */
import { test } from 'tap';
import { type Bytes, join, text, utf8 } from '../../base/bytes.ts';
import { Fields, FRAME_HEAD, frame, Message } from '../../protocols/ssh/message.ts';
import { everySplit, feed } from '../splits.ts';
import { Stage } from './stage.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';
const data = (recipient: number, bytes: string): Bytes => frame(Message.CHANNEL_DATA, recipient, utf8(bytes));
const typed = (stage: Stage): string =>
  stage
    .recorded('tty.i')
    .map(({ d, n }) => (d ? text(d as Uint8Array) : `<${n}>`))
    .join('');

test('a conversation comes to the same however both directions are cut', async (t) => {
  const fromServer = join([
    frame(Message.CHANNEL_SUCCESS, 0),
    data(0, `one ${PAN.slice(0, 9)}`),
    data(0, `${PAN.slice(9)} two\n`),
    frame(Message.CHANNEL_EXTENDED_DATA, 0, 1, utf8(`error ${PAN}\n`)),
    frame(Message.CHANNEL_REQUEST, 0, 'exit-status', false, 3),
    frame(Message.CHANNEL_EOF, 0),
    frame(Message.CHANNEL_CLOSE, 0),
  ]);
  const result = everySplit(fromServer, (pieces) => {
    const stage = new Stage();
    stage.open(100_000, 100_000);
    stage.request('exec', true, `cat ${PAN}`);
    feed(pieces, (bytes) => stage.lane.server(bytes));
    stage.fromClient(frame(Message.CHANNEL_CLOSE, 0));
    return {
      client: text(join(stage.client.data)),
      error: text(join(stage.client.error)),
      types: stage.types('client'),
      records: stage.records,
    };
  });
  t.equal(result.client, `one ${MASKED} two\n`);
  t.equal(result.error, `error ${MASKED}\n`);
  t.same(result.types.slice(-4), [95, 98, 96, 97], 'status, end and close come behind the data');
  t.match(result.records.find(({ type }) => type === 'tty.exec')?.data, { cmd: `cat ${MASKED}` });
  t.match(result.records.at(-1), { type: 'tty.end', data: { status: 3 } });
});

test('a client’s window that is used up holds data back, and the server’s window with it', async (t) => {
  const stage = new Stage();
  stage.open(10, 100);
  stage.request('shell', false);
  stage.fromServer(data(0, 'abcdefghij'));
  t.equal(text(join(stage.client.data)), 'abcdefghij');
  t.equal(stage.server.granted, 10);
  stage.fromClient(frame(Message.CHANNEL_WINDOW_ADJUST, 0, 5));
  t.equal(stage.server.granted, 15);
  t.throws(
    () => stage.fromServer(data(0, 'k'.repeat(6))),
    { code: 'message-refused' },
    'more than was given',
  );
});

test('bytes that may be the beginning of a number leave after half a second of ticks', async (t) => {
  const stage = new Stage();
  stage.open(1000, 1000);
  stage.request('shell', false);
  stage.fromServer(data(0, 'n 4111'));
  t.equal(text(join(stage.client.data)), 'n ');
  t.equal(stage.wakes, 1);
  for (let tick = 0; tick < 40; tick++) stage.lane.due();
  t.equal(text(join(stage.client.data)), 'n ');
  stage.lane.due();
  t.equal(text(join(stage.client.data)), 'n 4111');
});

test('answers to requests keep their order, refusals of the gateway too', async (t) => {
  const stage = new Stage();
  stage.open(1000, 1000);
  stage.request('pty-req', true, 'xterm', 80, 24, 0, 0, '');
  stage.request('x11-req', true, 0, '', '', 0);
  stage.request('shell', true);
  stage.fromServer(frame(Message.CHANNEL_SUCCESS, 0), frame(Message.CHANNEL_SUCCESS, 0));
  t.same(
    stage.types('client').filter((type) => type >= 99),
    [99, 100, 99],
  );
});

test('what is typed is recorded where the terminal shows it, and counted where it does not', async (t) => {
  const stage = new Stage({ tripwires: [{ name: 'wipes', text: 'RM -rf' }] });
  stage.open(10_000, 10_000);
  stage.request('pty-req', false, 'xterm', 80, 24, 0, 0, '');
  stage.request('shell', false);
  const type = (keys: string, answer: string): void => {
    stage.fromClient(data(0, keys));
    stage.fromServer(data(0, answer));
  };
  for (const key of 'rm -rf x') type(key, key);
  type('\r', '\r\n\x1b[32mPassword: \x1b[m');
  for (const key of 'hunter2') stage.fromClient(data(0, key));
  type('\r', '\r\nh unter2 is what nobody typed\r\n');
  t.equal(typed(stage), 'rm -rf x\r<7>\r');
  t.same(
    stage.recorded('alert').map(({ rule }) => rule),
    ['wipes'],
  );
  type(`${PAN}\r`, `${PAN}\r\n`);
  t.equal(typed(stage).slice(-17), `${MASKED}\r`, 'masked');
});

test('a stream that is no terminal is recorded up to the cap, then by its hash', async (t) => {
  const stage = new Stage({}, 4);
  stage.open(1000, 1000);
  stage.request('exec', false, 'x');
  stage.fromClient(data(0, 'secret'));
  stage.fromServer(data(0, 'abcdef'), frame(Message.CHANNEL_CLOSE, 0));
  stage.fromClient(frame(Message.CHANNEL_CLOSE, 0));
  t.match(
    stage.recorded('tty.o').map(({ d }) => text(d as Uint8Array)),
    ['abcd'],
  );
  t.match(stage.recorded('tty.elided'), [{ of: 'o', bytes: 2 }]);
  t.same(stage.recorded('tty.i'), [], 'a short input is not even hashed');
  t.match(stage.recorded('tty.end'), [{ in: 6 }]);
});

test('what is in no table is refused', async (t) => {
  const stage = new Stage();
  stage.fromClient(frame(Message.CHANNEL_OPEN, 'tun@openssh.com', 1, 100, 100));
  stage.fromClient(frame(Message.CHANNEL_OPEN, 'direct-tcpip', 1, 100, 100, 'db', 5432, '::1', 1));
  stage.fromServer(frame(Message.CHANNEL_OPEN, 'x11', 1, 100, 100, '::1', 1));
  stage.fromClient(frame(Message.GLOBAL_REQUEST, 'tcpip-forward', true, 'localhost', 80));
  t.same(stage.types('client'), [92, 92, 82]);
  t.same(stage.types('server'), [92]);
  t.equal(stage.recorded('refused').length, 4);
  for (const bad of [
    frame(101),
    frame(Message.CHANNEL_DATA, 0, utf8('x')),
    frame(Message.CHANNEL_OPEN_CONFIRMATION, 0, 1, 1, 1),
    frame(Message.CHANNEL_EXTENDED_DATA, 0, 1, utf8('x')),
    frame(Message.CHANNEL_REQUEST),
  ])
    t.throws(() => new Stage().fromClient(bad), { code: 'message-unknown' });
});

test('a command that a rule denies is answered in words, and never reaches the server', async (t) => {
  const stage = new Stage({
    rules: [
      { name: 'one', action: 'allow', commands: ['uptime'] },
      { name: 'none', action: 'deny', kinds: ['exec', 'shell'] },
    ],
  });
  stage.open(1000, 1000);
  stage.request('exec', true, 'uptime; id');
  t.match(text(join(stage.client.error)), /refused here/);
  t.same(stage.types('server'), [90, 97]);
  t.same(stage.types('client').slice(-5), [99, 95, 98, 96, 97]);
  t.equal(new Fields(stage.client.frames.at(-3)!, FRAME_HEAD + 1 + 4 + 4 + 11 + 1).uint32(), 126);
  t.match(stage.recorded('refused'), [{ rule: 'none' }]);
  const allowed = new Stage({
    rules: [
      { name: 'one', action: 'allow', commands: ['uptime'] },
      { name: 'none', action: 'deny', kinds: ['exec'] },
    ],
  });
  allowed.open(1000, 1000);
  allowed.request('exec', true, 'uptime');
  t.same(allowed.types('server'), [90, 98]);
});

test('copies that show no files are refused where the target says so, and told what to use', async (t) => {
  const stage = new Stage({ files: { binary: 'refuse', writes: 'alert', streams: 'refuse' } });
  stage.open(1000, 1000);
  stage.request('exec', true, 'scp -f cards.txt');
  t.match(text(join(stage.client.error)), /use sftp, or scp without -O/);
  t.same(stage.types('server'), [90, 97]);
  t.match(stage.recorded('refused'), [{ rule: 'files.streams' }]);
});
