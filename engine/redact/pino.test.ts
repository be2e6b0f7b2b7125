import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { test } from 'tap';
import { temporaryFolder } from '../../test/temporary.ts';
import { redacting } from './pino.ts';

const PAN = '4111111111111111';

test('a log in this process is masked line by line, in messages, fields and errors', async (t) => {
  const lines: string[] = [];
  const log = pino(redacting({ write: (line) => lines.push(line) }));
  log.info({ card: PAN, nested: { cvv: '123' }, n: 4111111111111111 }, `paid with ${PAN}`);
  log.error(new Error(`declined: ${PAN}`));
  t.notMatch(lines.join(''), PAN);
  t.match(JSON.parse(lines[0]!), {
    card: '411111******1111',
    nested: { cvv: '***' },
    msg: 'paid with 411111******1111',
  });
  t.match(JSON.parse(lines[1]!), { err: { message: 'declined: 411111******1111' } });
});

test('masks can be chosen, and a wrong one is an error at once', async (t) => {
  const lines: string[] = [];
  pino({}, redacting({ write: (line) => lines.push(line) }, { detectors: { pan: 'full' } })).info(PAN);
  t.equal(JSON.parse(lines[0]!).msg, '****************');
  t.throws(() => redacting({ write: () => undefined }, { detectors: { pan: 'no' } }), {
    code: 'config-invalid',
  });
});

test('as a transport it masks on a thread of its own and loses nothing when the program ends', async (t) => {
  const folder = temporaryFolder('pino');
  const [file, program] = [join(folder, 'app.log'), join(folder, 'app.mjs')];
  const target = new URL('./pino.js', import.meta.url).href;
  writeFileSync(
    program,
    `import { pino } from ${JSON.stringify(import.meta.resolve('pino'))};
const log = pino(pino.transport({ target: ${JSON.stringify(target)}, options: { destination: process.argv[2] } }));
for (let i = 0; i < 2000; i++) log.info({ i }, 'paid with ${PAN}');`,
  );
  execFileSync(process.execPath, [program, file]);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  t.equal(lines.length, 2000);
  t.same(JSON.parse(lines[1999]!).i, 1999);
  t.notMatch(lines.join(''), PAN);
});
