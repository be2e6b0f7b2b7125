/** Sessions of a terminal and of HTTP, as plans for `buildRecording`: fixed times, fixed bytes. */
import { FACT } from '../../base/recording.ts';
import { Screen, snapshotOf } from '../../recorder/terminal/index.ts';
import type { Zstd } from '../../recorder/zstd.ts';
import type { Plan, Planned } from '../recorder/build.ts';
import { STARTED_US } from '../recorder/build.ts';
import { opening } from '../recorder/sample.ts';

export const TERMINAL_SID = '01M84000000000000000000TTY';
export const HTTP_SID = '01M84000000000000000000HTP';

const terminal = { kinds: FACT.terminal };
const statement = { statements: 1, kinds: FACT.statement };

function opened(sid: string, protocol: string, application: string): Planned {
  const { configDigest: _, client, target, ...rest } = opening;
  const data = {
    ...rest,
    client: { ...client, application },
    target: { ...target, name: 'shop-1', database: '' },
  };
  return {
    type: 's.open',
    data: { sid, ordinal: 0, ...data, protocol, mode: 'strict', wall_us: STARTED_US },
  };
}

/** Output of a terminal as a record. */
export function output(text: string, afterUs = 120_000): Planned {
  return { type: 'tty.o', data: { d: Buffer.from(text) }, facts: terminal, afterUs };
}

function typed(text: string): Planned[] {
  return [...text].flatMap((key) => [
    { type: 'tty.i', data: { d: Buffer.from(key) }, facts: terminal, afterUs: 90_000 },
    output(key === '\r' ? '\r\n' : key, 4000),
  ]);
}

const PROMPT = '\x1b[1;32malice@shop-1\x1b[0m:\x1b[1;34m~\x1b[0m$ ';

/** A shell: typing, corrections, colours, a full-screen program, hostile output, a silence of minutes. */
export function terminalPlan(zstd: Zstd): Plan {
  const screen = new Screen({ columns: 80, rows: 24 });
  const first: Planned[] = [
    opened(TERMINAL_SID, 'sample', 'ssh'),
    { type: 'tty.r', data: { c: 80, r: 24 }, facts: terminal },
    output(`Welcome to shop-1.\r\n${PROMPT}`),
    ...typed('ls /var/log\r'),
    output('\x1b[0m\x1b[01;34mapt\x1b[0m  auth.log  dpkg.log  \x1b[01;31mold.tar.gz\x1b[0m\r\n'),
    output(PROMPT),
    ...typed('cat hostile.txt\r'),
    output('a title \x1b]0;owned\x07and a copy \x1b]52;c;ZXZpbA==\x07and a question \x1b[c\x1b[6n done\r\n'),
    output(`pasxsword\b\b\b\b\b\bsword \r\n${PROMPT}`),
    { type: 'mark', data: { kind: 'note', label: 'before the editor' }, afterUs: 1000 },
  ];
  const second: Planned[] = [
    ...typed('vi orders.csv\r'),
    output(
      '\x1b[?1049h\x1b[H\x1b[2J\x1b[1;1H\x1b[7m orders.csv \x1b[m\x1b[3;1Hid,card\x1b[4;1H1,411111******1111',
    ),
    output('\x1b[24;1H\x1b[1m"orders.csv" 2 lines\x1b[m\x1b[4;3H', 800_000),
    { type: 'tty.i', data: { n: 7, hidden: true }, facts: terminal, afterUs: 300_000 },
    output('\x1b[?1049l', 500_000),
    output(PROMPT, 1000),
  ];
  for (const { type, data } of [...first, ...second])
    if (type === 'tty.o') screen.write(data['d'] as Uint8Array);
  const keyframe = { c: 80, r: 24, d: snapshotOf(screen) };
  const third: Planned[] = [
    { type: 'tty.k', data: keyframe, facts: terminal, afterUs: 300_000_000 },
    { type: 'tty.r', data: { c: 100, r: 30 }, facts: terminal },
    ...typed('exit\r'),
    output('logout\r\n'),
    { type: 's.close', data: { why: 'client left' } },
  ];
  return { zstd, sid: TERMINAL_SID, segments: [first, second, third], end: { why: 'client left' } };
}

/** Two requests: a page with a masked card, and one that failed. */
export function httpPlan(zstd: Zstd): Plan {
  const json = Buffer.from('{"card":"411111******1111","name":"Ada"}');
  const records: Planned[] = [
    opened(HTTP_SID, 'sample', 'curl/8'),
    {
      type: 'http.req',
      data: {
        id: 1,
        m: 'GET',
        url: 'https://shop-1/api/orders/1?view=full',
        v: '1.1',
        h: [
          ['accept', 'application/json'],
          ['cookie', 'session=***'],
        ],
        body: { ct: '', n: 0 },
      },
      facts: statement,
    },
    { type: 'mask.b', data: { ref: 1, rule: 'value', n: 1 }, facts: { masked: 1, kinds: FACT.masked } },
    {
      type: 'http.res',
      data: {
        id: 1,
        st: 200,
        h: [['content-type', 'application/json']],
        body: { ct: 'application/json', n: json.length, d: json },
        t: { ttfb: 12_000, total: 15_500 },
      },
      afterUs: 15_500,
    },
    {
      type: 'http.req',
      data: {
        id: 2,
        m: 'POST',
        url: 'https://shop-1/api/refund',
        v: '1.1',
        h: [['content-type', 'application/json']],
        body: { ct: 'application/json', n: 90_000, sha256: Buffer.alloc(32, 7), elided: true },
      },
      facts: statement,
      afterUs: 2_000_000,
    },
    {
      type: 'http.res',
      data: {
        id: 2,
        st: 503,
        h: [],
        body: { ct: 'text/plain', n: 4, d: Buffer.from('busy') },
        t: { total: 900 },
      },
      facts: { errors: 1, kinds: FACT.error },
      afterUs: 900,
    },
    { type: 's.close', data: { why: 'client left' } },
  ];
  return { zstd, sid: HTTP_SID, segments: [records], end: { why: 'client left' } };
}
