/** Every export is what its own kind of tool reads, and holds nothing that acts on a viewer. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { entriesIn, sealerIn } from '../../../test/recorder/sealed.ts';
import { sampleArchive } from '../../../test/replay/archive.ts';
import { HTTP_SID, TERMINAL_SID } from '../../../test/replay/sessions.ts';
import { NO_TMUX, Tmux } from '../../../test/replay/tmux.ts';
import { temporaryFolder } from '../../../test/temporary.ts';

const sample = await sampleArchive();
const SQL_SID = '01M84000000000000000000SQ1';
const folder = temporaryFolder('exports');
const NO_ASCIINEMA =
  spawnSync('asciinema', ['--version']).error === undefined ? NO_TMUX : 'asciinema is not installed';
const CHROMIUM = '/usr/bin/chromium';
const NO_CHROMIUM = existsSync(CHROMIUM) ? false : 'chromium is not installed';

function exported(sid: string, format: string): string {
  const path = join(folder, `${sid}.${format}`);
  const ran = sample.replay('export', sid, '--format', format, '--output', path);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return path;
}

const lines = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => JSON.parse(line));

test('asciicast 3 says where it comes from, keeps sizes, markers and what was typed', async (t) => {
  const path = exported(TERMINAL_SID, 'asciicast');
  const [head, ...events] = lines(path) as [{ version: number; term: object }, ...[number, string, string][]];
  t.match(head, { version: 3, term: { cols: 80, rows: 24 } });
  t.match(readFileSync(path, 'utf8'), /^# verification: VALID, 114 records$/m);
  t.ok(events.every(([interval]) => interval >= 0));
  t.match(events.filter(([, code]) => code === 'm').at(0)?.[2], 'before the editor');
  t.strictSame(
    events.filter(([, code]) => code === 'r').map(([, , size]) => size),
    ['80x24', '100x30'],
  );
  t.match(events.map(([, code, text]) => (code === 'i' ? text : '')).join(''), 'vi orders.csv⏎•••••••exit⏎');
  const total = events.reduce((sum, [interval]) => sum + interval, 0);
  t.ok(Math.abs(total - 306.8) < 0.2, `${total} s`);
});

test('stock asciinema shows what was seen, and its terminal is left alone', {
  skip: NO_ASCIINEMA,
}, async (t) => {
  const tmux = new Tmux(`asciinema play -i 0.05 -s 8 ${exported(TERMINAL_SID, 'asciicast-2')}`);
  t.teardown(() => tmux.close());
  t.match(
    await tmux.until('left 0'),
    /a title and a copy and a question {2}done\s*\npassword\s*\n[\s\S]*logout/,
  );
  t.notMatch(tmux.title, 'owned');
  const text = readFileSync(exported(TERMINAL_SID, 'asciicast'), 'utf8');
  t.notMatch(text, /\\u001b\]|\\u001b\[c|\\u001b\[6n|\\u0007/);
});

test('JSON is one document, and text what was read', async (t) => {
  const whole = JSON.parse(readFileSync(exported(TERMINAL_SID, 'json'), 'utf8')) as {
    records: { seq: number }[];
  };
  t.equal(whole.records.at(-1)?.seq, 113);
  t.match(readFileSync(exported(TERMINAL_SID, 'text'), 'utf8'), /\npassword\n/);
  t.match(readFileSync(exported(SQL_SID, 'text'), 'utf8'), '«411111******1111»');
  t.equal(statSync(exported(SQL_SID, 'jsonl')).mode & 0o777, 0o600);
});

test('HAR 1.2 has every field that the format asks for', async (t) => {
  const { log } = JSON.parse(readFileSync(exported(HTTP_SID, 'har'), 'utf8')) as {
    log: Record<string, unknown>;
  };
  t.match(log, { version: '1.2', creator: { name: 'pangate' } });
  const entries = log['entries'] as Record<string, Record<string, unknown>>[];
  t.equal(entries.length, 2);
  for (const entry of entries) {
    t.type(entry['startedDateTime'], 'string');
    t.type(entry['time'], 'number');
    for (const field of [
      'method',
      'url',
      'httpVersion',
      'cookies',
      'headers',
      'queryString',
      'headersSize',
      'bodySize',
    ])
      t.ok(field in entry['request']!, `request.${field}`);
    for (const field of [
      'status',
      'statusText',
      'httpVersion',
      'cookies',
      'headers',
      'content',
      'redirectURL',
      'headersSize',
      'bodySize',
    ])
      t.ok(field in entry['response']!, `response.${field}`);
    for (const field of ['send', 'wait', 'receive']) t.type(entry['timings']![field], 'number');
    const { time, timings } = entry as unknown as { time: number; timings: Record<string, number> };
    t.equal(timings['send']! + timings['wait']! + timings['receive']!, time);
  }
  t.match(entries[0]!['response']!['content'], { mimeType: 'application/json', text: /411111\*{6}1111/ });
});

test('a file that cannot be written is said, and nothing is left of it', async (t) => {
  const ran = sample.replay('export', SQL_SID, '--output', join(folder, 'no', 'such', 'x.jsonl'));
  t.equal(ran.status, 1);
  t.match(ran.stderr, /cannot write the export/);
});

test('a bundle is checked with stock tools, and says what it lacks', async (t) => {
  const bundle = join(folder, 'bundle');
  const ran = sample.replay('export', SQL_SID, '--format', 'bundle', '--output', bundle);
  t.equal(ran.status, 0, ran.stderr);
  const sums = spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: bundle, encoding: 'utf8' });
  t.equal(sums.status, 0, sums.stdout);
  t.ok(readFileSync(join(bundle, `${SQL_SID}.pgr.zst`)).equals(readFileSync(sample.path(SQL_SID))));
  t.match(JSON.parse(readFileSync(join(bundle, 'report.json'), 'utf8')), { status: 'VALID', decoded: true });
  t.match(readFileSync(join(bundle, 'README.txt'), 'utf8'), 'no log vouches for it here');
  t.match(readFileSync(join(bundle, 'session.html'), 'utf8'), '<!doctype html>');
  t.equal(sample.replay('export', SQL_SID, '-f', 'bundle', '-o', bundle).status, 1, 'never over a folder');
  t.equal(sample.replay('export', SQL_SID, '-f', 'bundle').status, 64);
});

test('who looks at a recording stands in the log first; a log that cannot be written shows nothing', async (t) => {
  const archive = temporaryFolder('logged');
  cpSync(sample.folder, archive, { recursive: true });
  const { sealer } = sealerIn(archive);
  await sealer.append({ type: 'config' });
  await sealer.close();
  for (const args of [
    ['sql', SQL_SID],
    ['export', SQL_SID, '-f', 'text'],
    ['grep', 'x', SQL_SID],
    ['ls', 'terminal'],
    ['show', SQL_SID],
  ])
    sample.replay(...args, '-d', archive);
  const entries = entriesIn(join(archive, 'log')).filter(({ type }) => type === 'view' || type === 'export');
  t.match(entries, [
    { type: 'view', verb: 'sql', sid: SQL_SID, status: 'VALID', who: userInfo().username },
    { type: 'export', verb: 'export', sid: SQL_SID, what: 'text' },
    { type: 'view', verb: 'grep', sid: SQL_SID },
    { type: 'view', verb: 'ls', what: 'terminal' },
    { type: 'view', verb: 'show', sid: SQL_SID },
  ]);
  const bundle = join(folder, 'with-log');
  t.equal(sample.replay('export', SQL_SID, '-d', archive, '-f', 'bundle', '-o', bundle).status, 0);
  t.match(readFileSync(join(bundle, 'README.txt'), 'utf8'), /checkpoint .*signed note/);
  writeFileSync(join(archive, 'log', 'checkpoint'), 'not a note');
  const refused = sample.replay('sql', SQL_SID, '-d', archive);
  t.not(refused.status, 0);
  t.equal(refused.stdout, '');
});

test('a page plays in a browser, from a file, without the network', { skip: NO_CHROMIUM }, async (t) => {
  const { chromium } = await import('playwright-core');
  const pages = { sql: exported(SQL_SID, 'html'), terminal: exported(TERMINAL_SID, 'html') };
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  t.teardown(() => browser.close());
  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => request.url().startsWith('file:') || wrong.push(request.url()));
  await page.goto(`file://${pages.sql}`);
  await page.locator('.line').nth(1).click();
  t.strictSame(await page.locator('td.masked').allTextContents(), [
    '411111******1111',
    '550000******0004',
    '340000*****0009',
  ]);
  t.match(await page.locator('td').allTextContents(), { 5: /^Grace \\x1b\]0;owned/ });
  await page.locator('.chip.red').click();
  t.equal(await page.locator('.item').count(), 2);
  await page.locator('#status').click();
  t.match(await page.locator('#proof').textContent(), /All frames and links agree/);
  await page.goto(`file://${pages.terminal}`);
  const screen = async (): Promise<string> => (await page.locator('.row').allTextContents()).join('\n');
  await page.locator('.marker').click();
  await page.locator('.row', { hasText: 'password' }).first().waitFor();
  t.notMatch(await screen(), 'pasxsword');
  await page.keyboard.press('G');
  await page.locator('.row', { hasText: 'logout' }).first().waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('Space');
  await page.locator('.row', { hasText: 'Welcome' }).first().waitFor();
  t.strictSame(wrong, []);
  const policy = await page.locator('meta[http-equiv]').getAttribute('content');
  t.match(policy, /default-src 'none'; script-src 'sha256-/);
  t.notMatch(policy, /unsafe/);
});

test('a page cannot run what was recorded', { skip: NO_CHROMIUM }, async (t) => {
  const text = readFileSync(exported(SQL_SID, 'html'), 'utf8');
  const scripts = text.match(/<script(?! type="(?:text\/plain|application\/json)")/g);
  t.equal(scripts?.length, 1);
  t.notMatch(text, /https?:\/\//);
});
