import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { answers, extensions, requests, Type } from '../../protocols/ssh/files/messages.ts';
import { page } from './sftp-page.ts';

test('the documentation of SFTP is the code’s tables', async (t) => {
  t.equal(
    readFileSync('docs/protocols/sftp.md', 'utf8'),
    page(),
    "node -e \"import('./build/test/ssh/sftp-page.js').then(m=>fs.writeFileSync('docs/protocols/sftp.md', m.page()))\"",
  );
});

test('every number of the draft stands in a table', async (t) => {
  const named = new Set([...requests, ...answers].map(({ name }) => name));
  for (const name of Object.keys(Type))
    if (name !== 'INIT' && name !== 'EXTENDED') t.ok(named.has(name), name);
  t.equal(new Set(extensions.map(({ word }) => word)).size, extensions.length);
});
