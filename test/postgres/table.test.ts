import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { fromClient, fromServer, Type } from '../../protocols/postgres/messages.ts';
import { page } from './table.ts';

test('the documentation of the protocol is the code’s table', async (t) => {
  t.equal(
    readFileSync('docs/protocols/postgres.md', 'utf8'),
    page(),
    "node -e \"import('./build/test/postgres/table.js').then(m=>fs.writeFileSync('docs/protocols/postgres.md', m.page()))\"",
  );
});

test('every type byte in use stands in the table under its name', async (t) => {
  const named = new Set([...fromServer, ...fromClient].map(({ name, type }) => `${name} ${type}`));
  for (const [name, byte] of Object.entries(Type)) {
    if (name === 'AuthenticationRequest') continue;
    t.ok(named.has(`${name} ${String.fromCharCode(byte)}`), name);
  }
});
