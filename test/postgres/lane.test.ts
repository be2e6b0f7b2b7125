import { Unpackr } from 'msgpackr';
import { serialize } from 'pg-protocol';
import { test } from 'tap';
import { type Bytes, join, utf8 } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { Catalog } from '../../protocols/postgres/catalog.ts';
import { message } from '../../protocols/postgres/encode.ts';
import {
  client,
  commandComplete,
  dataRow,
  errorResponse,
  int16,
  int32,
  type Outcome,
  play,
  ready,
  rowDescription,
  type Said,
  server,
} from './conversation.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';
const INT8 = 20;
const NUMERIC = 1700;

function rowsOf(outcome: Outcome): unknown[] {
  return outcome.records.flatMap(({ tail }) =>
    tail ? (new Unpackr({ useRecords: false }).unpack(tail.msgpack as Buffer) as unknown[]) : [],
  );
}

function query(
  columns: Parameters<typeof rowDescription>[0],
  rows: readonly Bytes[],
  sql = 'select',
): Said[] {
  return [
    client(serialize.query(sql)),
    server(rowDescription(columns), ...rows, commandComplete(`SELECT ${rows.length}`), ready),
  ];
}

/** A catalog of one table, cards (oid 20000): id, pan, cvv. */
const catalog: Catalog = {
  version: 0,
  origin: (table, number) =>
    table === 20000 ? { table: 'cards', column: ['id', 'pan', 'cvv'][number - 1]!, carries: [] } : undefined,
  knows: (table) => table === 20000,
  rowType: () => undefined,
  refresh: (_table, done) => done(),
};

test('a card number in a text column is masked in place and recorded masked', async (t) => {
  const outcome = play(query([{ name: 'n' }, { name: 'note' }], [dataRow('1', `paid with ${PAN} today`)]));
  t.match(outcome.toClient, `paid with ${MASKED} today`);
  t.notMatch(outcome.toClient, PAN);
  t.same(rowsOf(outcome), [['1', `paid with ${MASKED} today`]]);
});

test('rows without a finding reach the client as the very bytes that came', async (t) => {
  const said = query(
    [{ name: 'n' }],
    [dataRow('1'), dataRow(null), dataRow(''), dataRow('2026-11-23 18:15:06.123456')],
  );
  t.equal(play(said).toClient, Buffer.from(said[1]!.bytes).toString('latin1'));
});

test('a card number in a bigint or numeric column becomes NULL, as text and as binary', async (t) => {
  const binary = Buffer.alloc(8);
  binary.writeBigInt64BE(BigInt(PAN));
  const numeric = join([
    int16(4),
    int16(3),
    int16(0),
    int16(0),
    int16(4111),
    int16(1111),
    int16(1111),
    int16(1111),
  ]);
  const columns = [
    { name: 'a', typeOid: INT8 },
    { name: 'b', typeOid: NUMERIC },
    { name: 'c', typeOid: INT8, binary: true },
    { name: 'd', typeOid: NUMERIC, binary: true },
  ];
  const outcome = play(
    query(columns, [dataRow(PAN, PAN, binary, numeric), dataRow('7', '8.5', Buffer.alloc(8), int16(0))]),
  );
  t.match(outcome.toClient, Buffer.from(dataRow(null, null, null, null)).toString('latin1'));
  t.match(outcome.toClient, Buffer.from(dataRow('7', '8.5', Buffer.alloc(8), int16(0))).toString('latin1'));
  t.same(rowsOf(outcome)[0], [null, null, null, null]);
});

test('a column rule holds under an alias, by the table of origin', async (t) => {
  const columns = [
    { name: 'x', table: 20000, number: 3 },
    { name: 'cvv', table: 0 },
    { name: 'id', table: 20000, number: 1 },
  ];
  const outcome = play(query(columns, [dataRow('123', '456', '789')]), [], catalog);
  t.match(outcome.toClient, Buffer.from(dataRow('***', '***', '789')).toString('latin1'));
});

test('an expression over a protected column is masked when the statement names the column', async (t) => {
  const outcome = play(query([{ name: 'c' }], [dataRow('123')], 'select cvv || $$$$ as c from cards'));
  t.match(outcome.toClient, Buffer.from(dataRow('***')).toString('latin1'));
});

test('a count is no expression over what it counts, unless another column is named so', async (t) => {
  const answer = (sql: string): string =>
    play(query([{ name: 'count', typeOid: INT8 }], [dataRow('12')], sql)).toClient;
  const shown = Buffer.from(dataRow('12')).toString('latin1');
  t.match(answer('select count(*) from cards where cvv is not null'), shown);
  t.notMatch(answer('select cvv::bigint as count from cards'), shown);
  t.notMatch(answer('select count from (select cvv::bigint "count", count(*) c from cards) x'), shown);
  t.notMatch(answer('select my.count(cvv) from cards'), shown);
});

test('a whole row of a table with a protected column is protected', async (t) => {
  const whole: Catalog = {
    ...catalog,
    rowType: (type) => (type === 20002 ? [catalog.origin(20000, 3)!] : undefined),
  };
  const outcome = play(query([{ name: 'c', typeOid: 20002 }], [dataRow('(1,x,123)')]), [], whole);
  t.match(outcome.toClient, Buffer.from(dataRow(null)).toString('latin1'));
});

test('an Execute without Describe is described by the gateway itself, and the answer stays inside', async (t) => {
  const asked = client(
    serialize.parse({ text: 'select pan from cards', name: '' }),
    serialize.bind({}),
    serialize.execute({}),
    serialize.sync(),
  );
  const answered = server(
    message(0x31),
    message(0x32),
    rowDescription([{ name: 'p', table: 20000, number: 3 }]),
    dataRow('123'),
    commandComplete('SELECT 1'),
    ready,
  );
  const outcome = play([asked, answered], [], catalog);
  t.match(outcome.toServer, 'D\0\0\0\x06P\0');
  t.notMatch(outcome.toClient, /^.{10}T/);
  t.equal(
    outcome.toClient,
    Buffer.from(
      join([message(0x31), message(0x32), dataRow('***'), commandComplete('SELECT 1'), ready]),
    ).toString('latin1'),
  );
});

test('a statement described when it was prepared keeps its columns for every later Bind and Execute', async (t) => {
  const prepared = [
    client(
      serialize.parse({ text: 'select cvv from cards', name: 's' }),
      serialize.describe({ type: 'S', name: 's' }),
      serialize.sync(),
    ),
    server(
      message(0x31),
      message(0x74, int16(0)),
      rowDescription([{ name: 'x', table: 20000, number: 3 }]),
      ready,
    ),
  ];
  const run = [
    client(serialize.bind({ statement: 's' }), serialize.execute({}), serialize.sync()),
    server(message(0x32), dataRow('123'), commandComplete('SELECT 1'), ready),
  ];
  const outcome = play([...prepared, ...run, ...run], [], catalog);
  t.equal(outcome.toClient.split('***').length - 1, 2);
  t.notMatch(outcome.toClient, '123');
});

test('an error skips to the next Sync, and what was pipelined behind it has no effect', async (t) => {
  const one = (name: string): Bytes =>
    join([
      serialize.parse({ text: `select ${name}`, name }),
      serialize.bind({ statement: name }),
      serialize.execute({}),
    ]);
  const conversation = [
    client(one('a'), one('b'), serialize.sync(), one('c'), serialize.sync()),
    server(errorResponse({ S: 'ERROR', C: '42601', M: `syntax error at ${PAN}` }), ready),
    server(message(0x31), message(0x32), message(0x6e), commandComplete('OK'), ready),
  ];
  const outcome = play(conversation);
  t.match(outcome.toClient, `syntax error at ${MASKED}`);
  t.equal(outcome.records.filter(({ type }) => type === 'sql.done').length, 1);
});

test('every field of errors and notices is masked, and what the server says unasked', async (t) => {
  const fields = {
    S: 'ERROR',
    C: '23505',
    M: PAN,
    D: `Key (pan)=(${PAN})`,
    H: PAN,
    W: PAN,
    q: PAN,
    s: PAN,
    t: PAN,
    c: PAN,
    d: PAN,
    n: PAN,
  };
  const conversation = [
    server(
      errorResponse(fields, 0x4e),
      message(0x53, utf8(`application_name\0${PAN}\0`)),
      message(0x41, join([int32(1), utf8(`ch\0card ${PAN}\0`)])),
    ),
    client(serialize.query('insert')),
    server(errorResponse(fields), ready),
  ];
  const outcome = play(conversation);
  t.notMatch(outcome.toClient, PAN);
  t.notMatch(JSON.stringify(outcome.records), PAN);
  t.equal(outcome.toClient.split(MASKED).length - 1, 22);
});

test('column names and command tags are masked', async (t) => {
  const outcome = play([
    client(serialize.query('x')),
    server(rowDescription([{ name: PAN }]), dataRow('1'), commandComplete(PAN), ready),
  ]);
  t.notMatch(outcome.toClient, PAN);
});

test('the function call protocol’s result is masked', async (t) => {
  const call = message(0x46, join([int32(1), int16(0), int16(0), int16(0)]));
  const outcome = play([client(call), server(message(0x56, join([int32(16), utf8(PAN)])), ready)]);
  t.match(outcome.toClient, MASKED);
});

test('a text larger than may be held is masked in pieces, and its hash is recorded', async (t) => {
  const text = `${'x '.repeat(limits.messageHeldBytesMax)}card ${PAN} ${'y '.repeat(limits.messageHeldBytesMax)}`;
  const whole = Buffer.from(dataRow('1', text));
  const outcome = play(
    [...query([{ name: 'a' }, { name: 'b' }], [whole])],
    [70_000, 140_000, 262_150 + 40, 262_150 + 50, 300_000],
  );
  t.match(outcome.toClient, MASKED);
  t.notMatch(outcome.toClient, PAN);
  t.equal(
    outcome.toClient.length,
    rowDescription([{ name: 'a' }, { name: 'b' }]).length +
      whole.length +
      commandComplete('SELECT 1').length +
      ready.length,
  );
  t.ok(outcome.records.some(({ type }) => type === 'sql.elided'));
});

test('what is not in the protocol’s table ends the session, from either side', async (t) => {
  t.throws(() => play([server(message(0x21))]), { code: 'message-refused' });
  t.throws(() => play([client(message(0x21))]), { code: 'message-unknown' });
  t.throws(() => play([client(serialize.password('x'))]), { code: 'message-refused' });
  t.throws(() => play([server(dataRow('1'))]), { code: 'message-unknown' });
  t.throws(() => play([server(message(0x57, join([utf8('\0'), int16(0)])))]), { code: 'message-refused' });
  t.throws(() => play([server(Buffer.from([0x44, 0, 0, 0, 3]))]), { code: 'limit-exceeded' });
  t.throws(() => play([server(Buffer.from([0x45, 0x7f, 0xff, 0xff, 0xff]))]), { code: 'limit-exceeded' });
});

test('a message that cannot be streamed may be as long as its limit and no longer', async (t) => {
  const error = (bytes: number): Said[] => [
    client(serialize.query('x')),
    server(
      errorResponse({ S: 'ERROR', C: 'XX000', M: 'm'.repeat(bytes) })
        .subarray(0, -1)
        .slice(0, 2000),
    ),
  ];
  t.doesNotThrow(() => play(error(limits.messageControlBytesMax - 100)));
  t.throws(() => play(error(limits.messageControlBytesMax + 100)), { code: 'limit-exceeded' });
});

test('COPY TO STDOUT is described before it runs, and masked by column and value', async (t) => {
  const asked = client(serialize.query('copy cards (id, pan, cvv) to stdout'));
  const own = server(
    message(0x31),
    message(0x74, int16(0)),
    rowDescription([1, 2, 3].map((number) => ({ name: 'c', table: 20000, number }))),
    message(0x33),
    ready,
  );
  const line = (text: string): Bytes => message(0x64, utf8(text));
  const rows = server(
    message(0x48, join([utf8('\0'), int16(3), int16(0), int16(0), int16(0)])),
    line(`1\t${PAN}\t123\n`),
    line('2\t\\N\t'),
    line('456\n'),
    message(0x63),
    commandComplete('COPY 2'),
    ready,
  );
  const outcome = play([asked, own, rows], [], catalog);
  t.match(outcome.toServer, 'SELECT id, pan, cvv FROM cards');
  t.match(outcome.toClient, `1\t${MASKED}\t***\n`);
  t.match(outcome.toClient, '2\t\\N\t***\n');
  t.notMatch(outcome.toClient, /\x31\0\0\0\x04/);
});

test('a COPY whose columns cannot be told is refused', async (t) => {
  const rows = server(message(0x48, join([utf8('\0'), int16(1), int16(0)])));
  t.throws(
    () =>
      play(
        [client(serialize.query('c/**/opy x to stdout'.replace('c/**/opy', 'call y'))), rows],
        [],
        catalog,
      ),
    { code: 'message-refused' },
  );
});

test('a cursor and an SQL-level prepared statement carry what their text names', async (t) => {
  const hidden = [{ name: 'z' }];
  for (const [keep, ask] of [
    ['prepare p as select cvv || $$$$ as z from cards', 'execute p'],
    ['declare c cursor for select cvv || $$$$ as z from cards', 'fetch 1 from c'],
  ] as const) {
    const kept = [client(serialize.query(keep)), server(commandComplete('PREPARE'), ready)];
    t.notMatch(play([...kept, ...query(hidden, [dataRow('123')], ask)]).toClient, '123');
    t.match(play([...kept, ...query(hidden, [dataRow('123')], 'select 123 as z')]).toClient, '123');
  }
});

test('a text in pieces protects expressions by what it names anywhere', async (t) => {
  const sql = `select /* ${'x'.repeat(2 * limits.messageControlBytesMax)} */ cvv || $$$$ as z from cards`;
  t.notMatch(
    play(query([{ name: 'z' }], [dataRow('123')], sql), [100_000, 1_000_000, 2_097_170]).toClient,
    '123',
  );
});

test('portals end with their transaction, statements when they are deallocated: no limit is met', async (t) => {
  const turn = (n: number): Said[] => [
    client(
      serialize.parse({ name: `s${n}`, text: 'select 1' }),
      serialize.bind({ statement: `s${n}`, portal: `p${n}` }),
      serialize.sync(),
    ),
    server(message(0x31), message(0x32), ready),
    client(serialize.query(`DEALLOCATE s${n}`)),
    server(commandComplete('DEALLOCATE'), ready),
  ];
  const turns = Array.from({ length: limits.preparedStatementsMax + 1 }, (_, n) => turn(n)).flat();
  t.doesNotThrow(() => play(turns));
  const open = turns.filter((_, i) => i % 4 < 2);
  t.throws(() => play(open), { code: 'limit-exceeded' });
});

test('the table of origin is context for numbers that are not card numbers everywhere', async (t) => {
  const thirteen = '4019045064512';
  const from = (table: number): string =>
    play(query([{ name: 'x', table, number: 1 }], [dataRow(thirteen)]), [], catalog).toClient;
  t.notMatch(from(20000), thirteen);
  t.match(from(0), thirteen);
});
