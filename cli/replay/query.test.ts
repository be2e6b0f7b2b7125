/** Finding sessions and what is in them: conditions, filters, grep, requests, places, differences. */
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { openZstd } from '../../recorder/zstd.ts';
import type { Planned } from '../../test/recorder/build.ts';
import { smallPlan } from '../../test/recorder/build.ts';
import { place, sampleArchive } from '../../test/replay/archive.ts';
import { HTTP_SID, TERMINAL_SID } from '../../test/replay/sessions.ts';
import { fingerprintOf, shapeOf } from './fingerprint.ts';
import { parsePredicate } from './predicate.ts';
import type { SessionInfo } from './session.ts';
import { typedText } from './typed-text.ts';

const sample = await sampleArchive();
const SQL_SID = '01M84000000000000000000SQ1';
const SMALL_SID = '01M84000000000000000000000';

const info = {
  user: 'alice',
  groups: ['support'],
  target: 'payments',
  protocol: 'sample',
  database: 'pay',
  client: '10.0.0.7:5000',
  application: 'psql',
  state: 'complete',
  result: 'success',
  masked: 3,
  statements: 5,
  errors: 0,
  kinds: 0x8,
  durationUs: 600_000_000,
  startedUs: Date.parse('2026-11-10T00:00:00Z') * 1000,
} as unknown as SessionInfo;

async function* statements(): AsyncGenerator<string> {
  yield 'UPDATE cards SET pan = 1';
}

const isMeant = async (text: string): Promise<boolean> => parsePredicate(text)({ info, statements });

test('conditions mean what they say', async (t) => {
  for (const text of [
    '',
    'user = alice',
    'user=al* and target ~ PAY',
    'masked > 0 or deny',
    'not user = bob',
    'deny masked>=3 stmts = 5',
    '(user = bob or user = alice) and (deny and not error)',
    'ip = 10.0.0.* length > 5m',
    'from 2026-11-01 to 2026-12-01',
    'stmt ~ "update cards"',
    "db != 'other' group ~ support",
  ])
    t.ok(await isMeant(text), text);
  for (const text of [
    'user = bob',
    'not deny',
    'user = bob and deny or error',
    'stmt ~ delete',
    'to 2026-11-01',
    'length < 1m',
  ])
    t.notOk(await isMeant(text), text);
});

test('a condition that is not understood is said', async (t) => {
  for (const text of [
    'user',
    'user >',
    'user > 3',
    'masked ~ 3',
    'nothing = 1',
    '(deny',
    'deny)',
    'from soon',
    'and',
    '"',
    'x '.repeat(300),
  ])
    t.throws(() => parsePredicate(text), { code: 'argument-invalid' }, text);
});

test('ls takes a condition, with texts of statements too', async (t) => {
  const sids = (...args: readonly string[]): string[] =>
    sample
      .replay('ls', '--json', ...args)
      .stdout.split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { sid: string }).sid);
  t.strictSame(sids('terminal'), [TERMINAL_SID]);
  t.strictSame(sids('stmt', '~', '"from notes"'), [SQL_SID]);
  t.strictSame(sids('stmt ~ api/refund'), [HTTP_SID]);
  t.strictSame(sids('masked > 3 and not error'), [SMALL_SID]);
  t.equal(sample.replay('ls', 'user', '>').status, 64);
});

test('statements that differ in literals only have one fingerprint', async (t) => {
  t.equal(
    shapeOf("SELECT *  FROM t -- x\nWHERE a = 'b''c' AND b IN (1, 2,3);"),
    'select * from t where a = ? and b in (?)',
  );
  t.equal(fingerprintOf('select 1'), fingerprintOf('SELECT  2 ;'));
  t.not(fingerprintOf('select a from t'), fingerprintOf('select b from t'));
  t.equal(shapeOf('select $$its$$, "A", $1, a1'), 'select ?, "A", ?, a1');
  t.equal(fingerprintOf(''), '');
});

test('sql is filtered by fingerprint, table, time, masked field and verdict', async (t) => {
  const texts = (...args: readonly string[]): string[] =>
    sample
      .replay('sql', SQL_SID, '--json', ...args)
      .stdout.split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { text: string }).text.slice(0, 11));
  t.strictSame(texts('--table', 'CARDS'), ['select id, ']);
  t.strictSame(texts('--slower', '1s'), ['select note']);
  t.strictSame(texts('--masked', 'pan'), ['select id, ']);
  t.strictSame(texts('--masked', '--table', 'notes'), ['select note']);
  t.strictSame(texts('--fingerprint', fingerprintOf('select * from nowhere')), ['select * fr']);
  t.strictSame(texts('--verdict', 'refuse'), []);
  t.match(
    sample.replay('sql', SQL_SID, '--explain-mask').stdout,
    /cards\.pan: 3 masked, rule pan-columns, pan/,
  );
});

test('transactions fold into a line', async (t) => {
  const zstd = await openZstd('cloudpss');
  const run = (id: number, text: string, tag: string): Planned[] => [
    { type: 'sql.q', data: { id, op: 'simple', text } },
    { type: 'sql.done', data: { id, tag, rows: 2, us: 1000 } },
  ];
  const segments = [
    [
      ...run(1, 'begin', 'BEGIN'),
      ...run(2, 'delete from a', 'DELETE 2'),
      ...run(3, 'commit', 'COMMIT'),
      ...run(4, 'select 1', 'SELECT 1'),
    ],
  ];
  const path = place(sample.folder, { zstd, sid: '01M8400000000000000000TX01', segments, end: { why: 'x' } });
  const lines = sample.replay('sql', path, '--fold').stdout.trimEnd().split('\n');
  t.equal(lines.length, 3);
  t.match(lines[1], /3 in tx .*begin; delete from a; commit$/);
});

test('grep finds what was seen and nothing that was not', async (t) => {
  const found = (...args: readonly string[]): string => sample.replay('grep', '--utc', ...args).stdout;
  t.match(found('password', TERMINAL_SID), /seq:63 {2}screen {2}password/);
  t.equal(sample.replay('grep', 'pasxsword').status, 1);
  t.equal(sample.replay('grep', 'owned', TERMINAL_SID).status, 1, 'the title was never on the screen');
  t.match(found('id,card'), 'screen  id,card', 'on a program’s own screen');
  t.match(found('Ada Love'), /result {2}Ada Lovelace/);
  t.match(found('-i', 'FROM CARDS WHERE ID < 4'), /statement/);
  t.match(found('-E', 'refu[n]d$'), /request {2}https:/);
  t.equal(found('--in', 'statement', 'Ada').length, 0);
  t.strictSame(
    found('-l', '411111').trim().split('\n').sort(),
    [SMALL_SID, HTTP_SID, SQL_SID, TERMINAL_SID].sort(),
  );
  t.equal(sample.replay('grep', '-E', '(').status, 64);
});

test('grep leaves out a changed recording and says so', async (t) => {
  const ran = sample.replay('grep', 'cards', 'fixtures/recordings/bit-flipped.pgr.zst', SQL_SID);
  t.equal(ran.status, 2);
  t.match(ran.stderr, 'TAMPERED');
  t.match(ran.stdout, SQL_SID);
});

test('http lists requests with their responses', async (t) => {
  const all = sample.replay('http', HTTP_SID, '--utc').stdout;
  t.match(all, /GET +200 +40 +15\.5 ms +1 +https:\/\/shop-1\/api\/orders\/1\?view=full\n/);
  t.equal(sample.replay('http', HTTP_SID, '--status', '5xx').stdout.trim().split('\n').length, 2);
  const json = JSON.parse(sample.replay('http', HTTP_SID, '--json', '-X', 'get').stdout) as {
    response: object;
  };
  t.match(json.response, { status: 200, body: { contentType: 'application/json' } });
});

test('index names places that play can go to', async (t) => {
  const entries = sample
    .replay('index', TERMINAL_SID, '--json')
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; offset: number });
  t.strictSame(
    entries.map(({ kind }) => kind),
    ['marker', 'screen'],
  );
  const bytes = readFileSync(sample.path(TERMINAL_SID));
  for (const { offset } of entries) t.equal(bytes.readUInt32LE(offset), 0xfd2fb528);
});

test('diff tells sessions apart by what was asked', async (t) => {
  t.equal(sample.replay('diff', SQL_SID, SQL_SID).status, 0);
  const zstd = await openZstd('cloudpss');
  const path = place(sample.folder, { ...smallPlan(zstd, 8, 2), sid: '01M840000000000000000000D1' });
  const ran = sample.replay('diff', SMALL_SID, path);
  t.equal(ran.status, 1);
  t.match(ran.stdout, /^~ 6 → 8 times, 6 → 8 rows {2}select \* from cards where id = \?\n$/);
  t.match(sample.replay('diff', SQL_SID, TERMINAL_SID).stdout, /^\+ 1 times, 0 rows {2}exit$/m);
});

test('what was typed is shown by signs', async (t) => {
  t.equal(typedText('ls\r\x7f\x03\x1b[A\x1b[99~\x1b'), 'ls⏎⌫^C↑⎋⎋');
  t.equal(typedText('\u202e'), '\\u{202e}');
});
