/** SFTP without sockets: cut anywhere, refused where it must be, and recorded. */
import { test } from 'tap';
import { type Bytes, join, keep, text, utf8 } from '../../base/bytes.ts';
import { Open, Status, Type } from '../../protocols/ssh/files/messages.ts';
import { packet, uint64 } from '../../protocols/ssh/files/packet.ts';
import { frame } from '../../protocols/ssh/message.ts';
import { everySplit } from '../splits.ts';
import { content, Peers } from './file-peers.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';
const [CREATE, WRITE_ONLY] = [Open.WRITE | Open.CREAT, Open.WRITE];

function reading(peers: Peers, path: string, size = 1 << 16): string {
  const handle = peers.open(path);
  peers.read(5, handle, 0, size);
  peers.settle();
  return peers.data(5) ?? peers.status(5)[1];
}

test('a conversation comes to the same however both directions are cut', async (t) => {
  const client = join([
    packet(Type.READ, 2, 'h0', uint64(0), 21),
    packet(Type.READ, 3, 'h0', uint64(21), 100),
    packet(Type.WRITE, 4, 'h0', uint64(0), utf8(`x ${PAN} `)),
    packet(77, 5, { raw: utf8('anything') }),
    packet(Type.EXTENDED, 6, 'md5-hash', 'h0'),
    packet(Type.CLOSE, 7, 'h0'),
  ]);
  const result = everySplit(client, (pieces) => {
    const peers = new Peers().greet();
    peers.files.set('/f', utf8(`${'.'.repeat(10)} ${PAN} and more of it`));
    peers.open('/f');
    for (const piece of pieces) peers.inspector.client(piece);
    peers.settle();
    const read = `${peers.data(2)}|${peers.data(3)}`;
    return { read, got: peers.got, said: peers.said, records: peers.records };
  });
  t.equal(result.read, `.......... ${MASKED.slice(0, 10)}|${MASKED.slice(10)} and more of it`);
  t.match(result.said.join(), '/f: 1 value was masked');

  const peers = new Peers().greet();
  peers.files.set('/f', utf8(`${'.'.repeat(10)} ${PAN} and more of it`));
  const handle = peers.open('/f');
  peers.read(2, handle, 0, 21);
  const answer = peers.answer(peers.asked[0]!);
  everySplit(answer, (pieces) => {
    const again = new Peers().greet();
    again.files.set('/f', peers.files.get('/f')!);
    again.open('/f');
    again.read(2, handle, 0, 21);
    for (const piece of pieces) again.inspector.server(piece);
    return { got: again.got, records: again.records };
  });
});

test('clients hear of the extensions that are known, with the data that is known', async (t) => {
  const extensions = [
    'posix-rename@openssh.com',
    '1',
    'statvfs@openssh.com',
    '9',
    'check-file',
    'md5',
    'copy-data',
    '1',
  ];
  const peers = new Peers({ extensions });
  peers.greet();
  const heard = text(peers.greeting);
  t.match(heard, 'posix-rename@openssh.com');
  t.match(heard, 'copy-data');
  t.notMatch(heard, 'statvfs');
  t.notMatch(heard, 'check-file');
  peers.ask(Type.EXTENDED, 4, 'check-file', 'h0');
  t.equal(peers.status(4)[0], Status.OP_UNSUPPORTED);
  peers.ask(33, 5, { raw: utf8('?') });
  t.equal(peers.status(5)[0], Status.OP_UNSUPPORTED);
  t.equal(peers.asked.length, 0, 'nothing of it has gone to the server');
  t.equal(peers.recorded('refused').length, 2);
});

test('what does not parse is an error, from either side', async (t) => {
  const wrong: ((peers: Peers) => void)[] = [
    (peers) => peers.inspector.client(frame(Type.INIT, 3)),
    (peers) => peers.ask(Type.OPEN, 1, '/f', 1),
    (peers) => peers.ask(Type.STAT, 1, '/f', 'more'),
    (peers) => peers.ask(Type.SETSTAT, 1, '/f', 0x100),
    (peers) => peers.ask(Type.CLOSE, 1, 'h'.repeat(257)),
    (peers) => peers.inspector.client(Uint8Array.of(0, 0, 0, 0)),
    (peers) => peers.inspector.client(Uint8Array.of(0, 4, 0, 0)),
    (peers) => peers.inspector.server(packet(Type.STATUS, 99, 0, '', '')),
    (peers) => {
      peers.ask(Type.STAT, 1, '/f');
      peers.inspector.server(packet(Type.DATA, 0, 'x'));
    },
    (peers) => {
      peers.ask(Type.STAT, 1, '/f');
      peers.inspector.server(packet(Type.ATTRS, 0, 0, 'x'));
    },
    (peers) => {
      peers.read(1, peers.open('/f'), 0, 10);
      peers.inspector.server(packet(Type.DATA, 1, 'x'.repeat(100_000)));
    },
  ];
  for (const [i, act] of wrong.entries())
    t.throws(() => act(new Peers().greet()), { code: 'message-unknown' }, String(i));
  t.throws(() => new Peers().inspector.server(frame(Type.VERSION, 3)), { code: 'message-unknown' });
  t.throws(() => new Peers().inspector.client(frame(Type.INIT, 2)), { code: 'message-refused' });
});

test('a file that is no text is refused, masked or let through with an alert, as the target says', async (t) => {
  const files: [string, Bytes][] = [
    ['/database', utf8(`\0\0 ${PAN} `)],
    ['/image', utf8('\0\0 nothing')],
    ['/text', utf8(`- ${PAN} `)],
  ];
  const peers = (binary: 'mask' | 'refuse' | 'alert'): Peers => {
    const made = new Peers({ binary }).greet();
    for (const [name, bytes] of files) made.files.set(name, bytes);
    return made;
  };
  const refusing = peers('refuse');
  t.match(reading(refusing, '/database'), 'no text');
  t.match(refusing.said.join(), '/database: this file is no text');
  t.match(refusing.recorded('refused'), [{ rule: 'files.binary', what: 'read /database' }]);
  t.equal(content(refusing, 'read'), '', 'nothing of it has passed');
  t.equal(reading(peers('refuse'), '/image'), '\0\0 nothing');
  t.equal(reading(peers('refuse'), '/text'), `- ${MASKED} `);
  t.equal(reading(peers('mask'), '/database'), `\0\0 ${MASKED} `);
  const alerting = peers('alert');
  t.equal(reading(alerting, '/database'), `\0\0 ${PAN} `);
  t.match(alerting.recorded('alert'), [{ rule: 'files.binary', path: '/database' }]);
  t.equal(content(alerting, 'read'), `\0\0 ${MASKED} `, 'recordings are masked all the same');
  t.equal(reading(peers('alert'), '/text'), `- ${MASKED} `, 'text is masked');
});

test('what is written goes as it is, is recorded masked, and is refused where it should be', async (t) => {
  const half = PAN.slice(0, 7);
  const write = (writes: 'pass' | 'alert' | 'refuse'): Peers => {
    const peers = new Peers({ writes }).greet();
    const handle = peers.open('/f', CREATE);
    peers.write(1, handle, 0, utf8(`one ${half}`));
    peers.write(2, handle, 11, utf8(`${PAN.slice(7)} two`));
    peers.write(3, handle, 24, utf8(' three'));
    peers.ask(Type.CLOSE, 4, handle);
    peers.settle();
    return peers;
  };
  for (const writes of ['pass', 'alert'] as const) {
    const peers = write(writes);
    t.equal(content(peers, 'write'), `one ${MASKED} two three`);
    t.match(peers.recorded('tty.file').at(-1), { op: 'close', written: { bytes: 30, from: 0, masked: 1 } });
    t.equal(peers.recorded('alert').length, writes === 'alert' ? 1 : 0);
  }
  const refused = write('refuse');
  t.equal(refused.status(1)[0], Status.OK);
  t.equal(refused.status(2)[0], Status.PERMISSION_DENIED, 'the write with which the number is complete');
  t.equal(refused.status(3)[0], Status.PERMISSION_DENIED);
  t.match(refused.said.join(), '/f: card data may not be written');
});

test('rules judge by what is done to which path', async (t) => {
  const rules = [
    { name: 'inbox', action: 'allow' as const, files: ['write:/srv/inbox/*'] },
    { name: 'read-only', action: 'deny' as const, files: ['write:*'] },
    { name: 'keys', action: 'deny' as const, files: ['*:/home/alice/.ssh/*'] },
  ];
  const peers = new Peers({ rules }).greet();
  let id = 10;
  const code = (type: number, ...fields: Parameters<typeof packet>[2][]): number => {
    peers.ask(type, ++id, ...fields);
    peers.settle();
    return peers.got.some((each) => each[0] === Type.STATUS && each[4] === id)
      ? peers.status(id)[0]
      : Status.OK;
  };
  const denied = Status.PERMISSION_DENIED;
  t.equal(code(Type.OPEN, '/etc/passwd', Open.READ, 0), Status.OK);
  t.equal(code(Type.OPEN, '/etc/passwd', WRITE_ONLY, 0), denied);
  t.equal(code(Type.OPEN, '/srv/inbox/a', CREATE, 0), Status.OK);
  t.equal(code(Type.OPEN, '/srv/inbox/../a', CREATE, 0), denied);
  t.equal(code(Type.REMOVE, '/etc/passwd'), denied);
  t.equal(code(Type.RENAME, '/srv/inbox/a', '/srv/other'), denied, 'both paths count');
  t.equal(code(Type.STAT, '.ssh/id'), denied, 'relative ones too');
  t.equal(code(Type.OPENDIR, '/home//alice/./.ssh'), denied);
  t.equal(code(Type.STAT, '/home/alice/other'), Status.OK);
  t.equal(code(Type.REALPATH, '.ssh/id'), Status.OK, 'names nothing but itself');
  t.match(peers.recorded('refused')[0], { rule: 'read-only', what: 'open /etc/passwd' });
});

test('requests beyond the limit wait, and all are answered', async (t) => {
  const peers = new Peers().greet();
  peers.files.set('/f', utf8('content'));
  const handle = peers.open('/f');
  for (let id = 0; id < 2000; id++) peers.read(id, handle, id % 7, 1);
  t.equal(peers.asked.length, 512);
  t.ok(peers.inspector.waitingBytes > 0);
  peers.settle();
  t.equal(peers.inspector.waitingBytes, 0);
  for (let id = 0; id < 2000; id++) if (peers.data(id) !== 'content'[id % 7]) t.fail(String(id));
});

test('no more files are open at once than the limit allows', async (t) => {
  const peers = new Peers().greet();
  const handles = Array.from({ length: 1024 }, () => keep(peers.open('/f')));
  peers.ask(Type.OPEN, 1, '/f', 1, 0);
  t.match(peers.status(1)[1], 'too many files');
  peers.ask(Type.CLOSE, 2, handles[0]!);
  peers.settle();
  t.doesNotThrow(() => peers.open('/f'));
});

test('a file that is read out of order, or not to its end, has no digest that says more than is true', async (t) => {
  const peers = new Peers().greet();
  peers.files.set('/f', utf8('abcdefghij'));
  const handle = peers.open('/f');
  for (const [id, from] of [
    [1, 4],
    [2, 6],
    [3, 0],
  ] as const)
    peers.read(id, handle, from, 2);
  peers.settle();
  peers.inspector.end();
  t.match(peers.recorded('tty.file').at(-1), {
    op: 'close',
    cut: true,
    read: { bytes: 6, from: 4, stretches: 2, sha256: undefined },
  });
  t.same(
    peers
      .recorded('tty.file')
      .filter(({ op }) => op === 'read')
      .map(({ off }) => off),
    [4, 0],
  );
});
