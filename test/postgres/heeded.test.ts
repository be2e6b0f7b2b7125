/** Columns whose names detectors know: every row of them is looked at, whatever the prefilter sees. */
import { serialize } from 'pg-protocol';
import { test } from 'tap';
import { type Bytes, join, utf8 } from '../../base/bytes.ts';
import type { Catalog } from '../../protocols/postgres/catalog.ts';
import { message } from '../../protocols/postgres/encode.ts';
import {
  client,
  commandComplete,
  dataRow,
  int16,
  play,
  ready,
  rowDescription,
  type Said,
  server,
} from './conversation.ts';

function query(columns: Parameters<typeof rowDescription>[0], rows: readonly Bytes[]): Said[] {
  return [
    client(serialize.query('select')),
    server(rowDescription(columns), ...rows, commandComplete(`SELECT ${rows.length}`), ready),
  ];
}

/** Numbers as only a card field holds them: digits of other scripts, odd groups, line ends. */
const ODD = [
  '٤١١١١١١١١١١١١١١١',
  '41111-1111.1111 1-1-1',
  '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
  '4111111 111\u00a0111111',
];

for (const odd of ODD)
  test(`a column that is named for card numbers hides ${odd} without a rule`, async (t) => {
    const outcome = play(query([{ name: 'n' }, { name: 'card_number' }], [dataRow('1', odd)]));
    t.notMatch(Buffer.from(outcome.toClient, 'latin1').toString('utf8'), odd);
    const other = play(
      query([{ name: 'n' }, { name: 'note' }], [dataRow('1', '2026-11-23 18:15:06.123456')]),
    );
    t.match(other.toClient, '2026-11-23 18:15:06.123456');
  });

const numbered: Catalog = {
  version: 0,
  origin: (table, number) =>
    table === 20000
      ? { table: 'orders', column: ['id', 'card_number'][number - 1]!, carries: [] }
      : undefined,
  knows: (table) => table === 20000,
  rowType: () => undefined,
  refresh: (_table, done) => done(),
};

for (const [format, row] of [
  ['', (odd: string) => `1\t${odd}\n`],
  [' csv', (odd: string) => `1,"${odd}"\n`],
] as const)
  test(`so does COPY${format}`, async (t) => {
    for (const odd of ODD) {
      const own = server(
        message(0x31),
        message(0x74, int16(0)),
        rowDescription([1, 2].map((number) => ({ name: 'c', table: 20000, number }))),
        message(0x33),
        ready,
      );
      const rows = server(
        message(0x48, join([utf8('\0'), int16(2), int16(0), int16(0)])),
        message(0x64, utf8(row(odd))),
        message(0x63),
        commandComplete('COPY 1'),
        ready,
      );
      const asked = client(serialize.query(`copy orders (id, card_number) to stdout${format}`));
      const { toClient } = play([asked, own, rows], [], numbered);
      t.notMatch(Buffer.from(toClient, 'latin1').toString('utf8'), odd);
      if (format) t.match(toClient, /1,"[^"\n]*"\n/);
    }
  });
