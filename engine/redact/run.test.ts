/** Runs over real files. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { test } from 'tap';
import { temporaryFolder } from '../../test/temporary.ts';
import { defaultRules } from '../mask-rules.ts';
import { type FileResult, type RunOptions, redact, type Totals } from './run.ts';

const PAN = '4111111111111111';
const MASKED = '411111******1111';

/** A folder with these files; a value may be bytes. */
function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(temporaryFolder('redact'), 'in');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

interface Outcome {
  readonly totals: Totals;
  readonly results: readonly FileResult[];
}

async function run(words: readonly string[], own: Partial<RunOptions> = {}): Promise<Outcome> {
  const results: FileResult[] = [];
  const totals = await redact({
    rules: defaultRules,
    words,
    destination: { kind: 'in-place' },
    format: 'auto',
    isBinaryTaken: false,
    isDecompressing: false,
    threads: 1,
    shard: null,
    report: null,
    resume: null,
    standardInput: Readable.from([]),
    follow: null,
    onRead: () => undefined,
    onFile: (result) => results.push(result),
    ...own,
  });
  return { totals, results };
}

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

test('files in place: masked, with their mode, and those with nothing to mask are left alone', async (t) => {
  const folder = folderWith({ 'a/pay.log': `x ${PAN}\n`, 'b.log': 'nothing\n' });
  chmodSync(join(folder, 'a/pay.log'), 0o640);
  const before = statSync(join(folder, 'b.log'));
  const { totals } = await run([folder]);
  t.equal(read(folder, 'a/pay.log'), `x ${MASKED}\n`);
  t.equal(statSync(join(folder, 'a/pay.log')).mode & 0o777, 0o640);
  t.equal(statSync(join(folder, 'b.log')).ino, before.ino);
  t.match(totals, { files: 2, states: { clean: 1, found: 1 }, counts: { pan: 1 } });
  t.same(readdirSync(folder, { recursive: true }).sort(), ['a', 'a/pay.log', 'b.log']);
});

test('to another folder the tree is kept', async (t) => {
  const folder = folderWith({ 'a/b/c.log': PAN, 'd.log': 'x' });
  const out = join(folder, '..', `${folder.split('/').at(-1)}-out`);
  await run([folder], { destination: { kind: 'folder', path: out } });
  t.equal(read(out, 'a/b/c.log'), MASKED);
  t.equal(read(out, 'd.log'), 'x');
  t.equal(read(folder, 'a/b/c.log'), PAN);
});

test('what a run writes itself is no input, though it lies in the folder', async (t) => {
  const folder = folderWith({ 'a.log': PAN });
  const [path, report, resume] = ['out', 'report.json', 'done'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const own = { destination: { kind: 'folder', path }, report, resume } as const;
  t.equal((await run([folder], own)).totals.files, 1);
  t.equal((await run([folder], own)).totals.states['done-before'], 1);
  t.equal(read(path, 'a.log'), MASKED);
});

test('compressed files come out compressed the same way, or plain if asked', async (t) => {
  const members = Buffer.concat([gzipSync(`one ${PAN}\n`), gzipSync('two\n')]);
  const folder = folderWith({ 'a.csv.gz': gzipSync('id,cvv\n1,123\n'), 'm.log.gz': members });
  await run([folder]);
  t.equal(String(gunzipSync(readFileSync(join(folder, 'a.csv.gz')))), 'id,cvv\n1,***\n');
  t.equal(String(gunzipSync(readFileSync(join(folder, 'm.log.gz')))), `one ${MASKED}\ntwo\n`);
  const out = join(folder, 'out');
  await run([join(folder, 'm.log.gz')], {
    destination: { kind: 'folder', path: out },
    isDecompressing: true,
  });
  t.equal(read(out, 'm.log.gz'), `one ${MASKED}\ntwo\n`);
});

test('damaged compressed data fails, and the file stays', async (t) => {
  const damaged = gzipSync(`one ${PAN}\n`.repeat(1000)).subarray(0, -30);
  const folder = folderWith({ 'a.log.gz': damaged, 'b.log': PAN });
  const { results } = await run([folder]);
  t.match(results, [{ state: 'failed', error: { code: 'file-unreadable' } }, { state: 'found' }]);
  t.same(readFileSync(join(folder, 'a.log.gz')), damaged);
});

test('UTF-16 is read by its mark and stays UTF-16', async (t) => {
  const text = `\ufeffGrüße €😀 ${PAN}\n`;
  const little = Buffer.from(text, 'utf16le');
  const folder = folderWith({ 'le.txt': little, 'be.txt': Buffer.from(little).swap16() });
  await run([folder]);
  t.equal(readFileSync(join(folder, 'le.txt')).toString('utf16le'), text.replace(PAN, MASKED));
  t.equal(readFileSync(join(folder, 'be.txt')).swap16().toString('utf16le'), text.replace(PAN, MASKED));
});

test('what is no text is left out in folders, refused by name, and taken if asked', async (t) => {
  const folder = folderWith({ 'a.bin': `\0\x01${PAN}` });
  const path = join(folder, 'a.bin');
  t.equal((await run([folder])).results[0]?.state, 'not-text');
  t.match((await run([path])).results[0], { state: 'failed', error: { remedy: /--binary/ } });
  t.equal(read(path), `\0\x01${PAN}`);
  await run([path], { isBinaryTaken: true });
  t.equal(read(path), `\0\x01${MASKED}`);
});

test('patterns cross folders with ** and stay within a name with *', async (t) => {
  const folder = folderWith({ 'a.log': '', 'x/b.log': '', 'x/y/c.log': '', 'x/d.txt': '', 'x/[e].log': '' });
  const names = async (pattern: string): Promise<string[]> =>
    (await run([join(folder, pattern)])).results.map(({ path }) => path.slice(folder.length + 1)).sort();
  t.same(await names('*.log'), ['a.log']);
  t.same(await names('**/*.log'), ['a.log', 'x/[e].log', 'x/b.log', 'x/y/c.log']);
  t.same(await names('x/?.t[x-z]t'), ['x/d.txt']);
  t.same(await names('x/[e].log'), ['x/[e].log'], 'a file of this very name');
  t.match((await run([join(folder, '*.none')])).results, [
    { state: 'failed', error: { message: /nothing matches/ } },
  ]);
});

test('links in folders are not followed, a link that is named is, and stays a link', async (t) => {
  const folder = folderWith({ 'real/a.log': PAN, 'links/.keep': '' });
  symlinkSync(join(folder, 'real/a.log'), join(folder, 'links/a.log'));
  t.equal((await run([join(folder, 'links')])).totals.files, 1);
  t.equal(read(folder, 'real/a.log'), PAN);
  await run([join(folder, 'links/a.log')]);
  t.equal(read(folder, 'real/a.log'), MASKED);
  t.ok(existsSync(join(folder, 'links/a.log')));
});

test('shards take every file once', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}.log`, 'x']));
  const folder = folderWith(files);
  const taken: string[] = [];
  for (let index = 0; index < 3; index++) {
    const { results } = await run([folder], { shard: { index, count: 3 } });
    t.ok(results.length > 5);
    taken.push(...results.map(({ path }) => path));
  }
  t.same(taken.map((path) => path.slice(folder.length + 1)).sort(), Object.keys(files).sort());
});

test('the report says what was found where and why, and holds no value', async (t) => {
  const folder = folderWith({ 'a.log': `one\n${PAN} and cvv=123\n`, 'b.csv': 'pin\n0000\n' });
  const report = join(folder, '..', `${folder.split('/').at(-1)}.json`);
  await run([folder], { report, destination: { kind: 'nowhere' } });
  const text = read(report);
  t.match(JSON.parse(text), {
    pangate: 'redact',
    files: [
      {
        state: 'found',
        counts: { pan: 1, cvv: 1 },
        findings: [
          { kind: 'pan', from: 4, to: 20, line: 2 },
          { kind: 'cvv', line: 2 },
        ],
      },
      { state: 'found', counts: { pin: 1 } },
    ],
    totals: { files: 2, counts: { pan: 1, cvv: 1, pin: 1 } },
  });
  t.notMatch(text, /4111|"123"|0000/);
});

test('a run that goes on from a ledger skips what is done and unchanged', async (t) => {
  const folder = folderWith({ 'a.log': PAN, 'b.log': 'x' });
  const resume = join(folder, '..', `${folder.split('/').at(-1)}.done`);
  await run([folder], { resume });
  writeFileSync(join(folder, 'b.log'), `new ${PAN}`);
  const { results } = await run([folder], { resume });
  t.same(
    results.map(({ state }) => state),
    ['done-before', 'found'],
  );
  const other = { ...defaultRules, columns: [] };
  await t.rejects(run([folder], { resume, rules: other }), { code: 'argument-invalid' });
});

test('a file that changes while it is read is not replaced', async (t) => {
  const folder = folderWith({ 'a.log': `${PAN}\n`.repeat(200_000) });
  const path = join(folder, 'a.log');
  let isFirst = true;
  const onRead = (): void => {
    if (isFirst) writeFileSync(path, 'late\n', { flag: 'a' });
    isFirst = false;
  };
  const { results } = await run([path], { onRead });
  t.match(results[0], { state: 'failed', error: { message: /has changed/ } });
  t.match(read(path), /^4111111111111111\n[\s\S]*late\n$/);
});

test('killed at any time, no file is half-written, and the next run completes the rest', async (t) => {
  const line = `2026-11-23 pay ${PAN} cvv=123 for order 4711\n`;
  const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`f${i}.log`, line.repeat(30_000)]));
  const folder = folderWith(files);
  const resume = `${folder}.done`;
  const clean = line.replace(PAN, MASKED).replace('123', '***').repeat(30_000);
  for (let kill = 0; kill < 8; kill++) {
    const child = spawn(process.execPath, ['build/cli/main.js', 'redact', '-i', folder, '--resume', resume]);
    const exit = new Promise((resolve) => child.on('exit', resolve));
    await Promise.race([sleep(250 + kill * 150), exit]);
    child.kill('SIGKILL');
    await exit;
    for (const name of Object.keys(files)) {
      const now = read(folder, name);
      if (now !== files[name] && now !== clean) t.fail(`${name} is half-written`);
    }
  }
  await run([folder], { resume });
  t.same(readdirSync(folder).sort(), Object.keys(files).sort(), 'nothing half-written lies about');
  for (const name of Object.keys(files)) t.ok(read(folder, name) === clean, name);
});

test('many files on several threads come out as on one', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`f${i}.log`, `${i} ${PAN}\n`.repeat(1 + i * 400)]),
  );
  const [one, two] = [folderWith(files), folderWith(files)];
  const totals = [await run([one], { threads: 1 }), await run([two], { threads: 3 })].map(
    (done) => done.totals,
  );
  t.same(totals[0], totals[1]);
  for (const name of Object.keys(files)) t.equal(read(one, name), read(two, name), name);
});

test('one word that leads nowhere, or a folder that is closed, does not stop the others', async (t) => {
  const folder = folderWith({ 'a.log': PAN, 'z.log': PAN });
  const words = [
    join(folder, 'a.log'),
    join(folder, 'gone.log'),
    join(folder, '*.none'),
    join(folder, 'z.log'),
  ];
  const { results } = await run(words, { shard: { index: 0, count: 1 } });
  t.same(
    results.map(({ state }) => state),
    ['found', 'failed', 'failed', 'found'],
  );
  t.match(results[2]!.error!.message, /nothing matches/);
  for (const name of ['a.log', 'z.log']) t.equal(read(folder, name), MASKED);
});

test('in another folder, what has one name in two places keeps both', async (t) => {
  const folder = folderWith({ 'one/a.log': 'first', 'two/a.log': 'second', 'two/b.log': 'third' });
  const out = `${folder}-out`;
  const { totals } = await run([join(folder, 'one'), join(folder, 'two/a.log'), join(folder, 'two')], {
    destination: { kind: 'folder', path: out },
    threads: 2,
  });
  t.equal(totals.files, 3, 'no file twice');
  t.equal(read(out, 'one/a.log'), 'first');
  t.equal(read(out, 'two/a.log'), 'second');
  t.equal(read(out, 'two/b.log'), 'third');
});

test('a ledger that a kill has cut goes on; another file in its place is an error and stays', async (t) => {
  const folder = folderWith({ 'a.log': PAN, 'b.log': 'x' });
  const resume = `${folder}.done`;
  writeFileSync(resume, '');
  await run([folder], { resume });
  writeFileSync(resume, readFileSync(resume).subarray(0, -20));
  const { totals } = await run([folder], { resume });
  t.match(totals.states, { 'done-before': 1, clean: 1 });
  t.match((await run([folder], { resume })).totals.states, { 'done-before': 2 });
  writeFileSync(resume, 'null\nsomething else\n');
  await t.rejects(run([folder], { resume }), { code: 'argument-invalid' });
  t.equal(read(resume), 'null\nsomething else\n');
});

test('a half-written file of an earlier start with our own number is in nobody’s way', async (t) => {
  const folder = folderWith({ 'a.log': PAN });
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  writeFileSync(join(folder, `.a.log.pangate-${host}-${process.pid}.part`), 'half');
  const { totals } = await run([join(folder, 'a.log')]);
  t.equal(totals.states.found, 1);
  t.same(readdirSync(folder), ['a.log']);
});
