/** `pangate redact` as a process: what only shows there. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { missing } from '../test/servers/available.ts';
import { temporaryFolder } from '../test/temporary.ts';

const MAIN = 'build/cli/main.js';
const PAN = '4111111111111111';
const MASKED = '411111******1111';

interface Follower {
  readonly child: ChildProcess;
  said(): string;
  says(words: string): Promise<boolean>;
}

function redact(t: Test, args: readonly string[]): Follower {
  const child = spawn(process.execPath, [MAIN, 'redact', ...args]);
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  t.teardown(() => child.kill('SIGKILL'));
  const says = async (words: string): Promise<boolean> => {
    for (let i = 0; i < 500 && !out.includes(words); i++) await sleep(10);
    return out.includes(words);
  };
  return { child, said: () => out, says };
}

function file(content: string): string {
  const path = join(temporaryFolder('redact-cli'), 'app.log');
  writeFileSync(path, content);
  return path;
}

test('a file is followed as it grows, is rotated and cut, and the end is a signal', async (t) => {
  const path = file(`one ${PAN}\n`);
  const follower = redact(t, ['--follow', path]);
  t.ok(await follower.says(`one ${MASKED}\n`));
  appendFileSync(path, `two ${PAN.slice(0, 8)}`);
  await sleep(300);
  appendFileSync(path, `${PAN.slice(8)}\n`);
  t.ok(await follower.says(`two ${MASKED}\n`));
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, 'late\n');
  writeFileSync(path, 'three\n');
  t.ok(await follower.says('late\nthree\n'));
  writeFileSync(path, '4\n');
  t.ok(await follower.says('\n4\n'));
  appendFileSync(path, 'no line end');
  await sleep(200);
  follower.child.kill('SIGINT');
  t.same(await once(follower.child, 'exit'), [0, null]);
  t.equal(follower.said(), `one ${MASKED}\ntwo ${MASKED}\nlate\nthree\n4\nno line end`);
});

test('lines of a pipe go out as they come', async (t) => {
  const pipe = redact(t, []);
  pipe.child.stdin!.write(`one ${PAN}\ntw`);
  t.ok(await pipe.says(`one ${MASKED}\n`));
  pipe.child.stdin!.end('o\n');
  t.same(await once(pipe.child, 'exit'), [0, null]);
  t.equal(pipe.said(), `one ${MASKED}\ntwo\n`);
});

test('memory does not grow with the input', async (t) => {
  const line = `2026-11-23 18:15:06 pay ${PAN} for order 4711 at 10.0.0.1\n`;
  const script = `yes '${line.trim()}' | head -c 60000000 | ${process.execPath} --max-old-space-size=64 ${MAIN} redact | wc -c`;
  const run = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  t.equal(run.stdout.trim(), '60000000');
});

test('progress is shown on a terminal, and only there', { skip: missing('script') }, async (t) => {
  const path = file(`${'x'.repeat(100)} ${PAN}\n`.repeat(20_000));
  const quiet = spawnSync(process.execPath, [MAIN, 'redact', '-o', `${path}.out`, path], {
    encoding: 'utf8',
  });
  t.equal(quiet.stderr, '');
  const shell = `stty cols 120; ${process.execPath} ${MAIN} redact -o ${path}.2 ${path}`;
  const { stdout } = spawnSync('script', ['-qec', shell, '/dev/null'], { encoding: 'utf8' });
  t.match(
    stdout,
    /\[={24}\] 100% {2}[\d.]+ MiB\/[\d.]+ MiB {2}[\d.]+ MiB\/s {2}ETA 0 s {2}1 files {2}20000 found\r\n$/,
  );
});

test('the command of the Kubernetes recipe: each pod takes its part, and a second start nothing', async (t) => {
  const [, args] = /args:\n\s+- >-\n([\s\S]*?)\n\s+volumeMounts/.exec(
    readFileSync('docs/redaction.md', 'utf8'),
  )!;
  const data = temporaryFolder('recipe');
  mkdirSync(join(data, 'logs'));
  for (let i = 0; i < 24; i++) writeFileSync(join(data, 'logs', `${i}.log`), `card ${PAN}\n`);
  const command = args!
    .replace(/\s+/g, ' ')
    .replaceAll('/data', data)
    .replace('pangate', `${process.execPath} ${MAIN}`);
  const pod = (index: number): string => {
    const env = { ...process.env, JOB_COMPLETION_INDEX: String(index) };
    const run = spawnSync('sh', ['-c', `${command} --report ${data}/report-${index}.json`], { env });
    t.equal(run.status, 0, String(run.stderr));
    return readFileSync(join(data, `report-${index}.json`), 'utf8');
  };
  const found = (report: string): number => JSON.parse(report).totals.states.found;
  const counts = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => found(pod(index)));
  t.equal(
    counts.reduce((sum, count) => sum + count, 0),
    24,
  );
  t.equal(found(pod(counts.indexOf(Math.max(...counts)))), 0);
  for (let i = 0; i < 24; i++) t.match(readFileSync(join(data, 'logs', `${i}.log`), 'utf8'), MASKED);
});
