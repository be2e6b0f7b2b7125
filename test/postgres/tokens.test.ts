import { test } from 'tap';
import { copiesOf } from '../../protocols/postgres/copied.ts';
import { statementsOf, tokensOf } from '../../protocols/postgres/tokens.ts';

const selects = (sql: string): string[] => copiesOf(sql).map(({ select }) => select);

test('comments, strings and dollar quotes hide what is in them', async (t) => {
  const words = (sql: string): string[] => tokensOf(sql)!.map(({ value }) => value);
  t.same(words("a /* b /* c */ d */ 'e''f' -- g\n h"), ['a', "e'f", 'h']);
  t.same(words('$x$ ; copy $x$ "A""b"'), ['', 'A"b']);
  t.same(words("E'\\' ;' 'x\\' y"), ["\\' ;", 'x\\', 'y']);
  t.equal(tokensOf('/* never ends'), null);
  t.equal(tokensOf('$a$ never ends'), null);
});

test('statements are split at semicolons outside of parentheses', async (t) => {
  t.equal(
    statementsOf(tokensOf("select 1; create rule r as on insert to t do (select 1; select 2);; select ';'")!)
      .length,
    3,
  );
});

test('each COPY TO STDOUT gives a SELECT of the same columns', async (t) => {
  t.same(selects('copy cards to stdout'), ['SELECT * FROM cards']);
  t.same(selects('COPY public."My Cards" (id, "cvv") TO STDOUT WITH (FORMAT csv)'), [
    'SELECT id, "cvv" FROM public."My Cards"',
  ]);
  t.same(selects("begin; /*x*/ CoPy (select (1), ')' from t) to stdout csv header; commit"), [
    "select (1), ')' from t",
  ]);
  t.same(selects('copy a to stdout; copy b to stdout'), ['SELECT * FROM a', 'SELECT * FROM b']);
  t.same(selects('copy t from stdin'), []);
  t.same(selects("select 'copy t to stdout'"), []);
  t.same(selects("copy t to '/tmp/x'"), []);
});

test('the options say how the rows look', async (t) => {
  const format = (sql: string): unknown => copiesOf(sql)[0]!.format;
  t.match(format('copy t to stdout'), { kind: 'text', delimiter: 9, nullText: '\\N' });
  t.match(format("copy t to stdout (format csv, delimiter ';', header, null 'NULL', quote '|')"), {
    kind: 'csv',
    delimiter: 59,
    header: true,
    nullText: 'NULL',
    quote: 124,
    escape: 124,
  });
  t.match(format("copy t to stdout with delimiter as '|' csv"), {
    kind: 'csv',
    delimiter: 124,
    header: false,
  });
  t.match(format('copy t to stdout with binary'), { kind: 'binary' });
  t.match(format('copy t to stdout (header false)'), { header: false });
});
