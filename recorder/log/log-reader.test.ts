/** A log is read by others while its writer goes on: what they find is whole. */
import { spawn } from 'node:child_process';
import { test } from 'tap';
import { folderFor } from '../../test/recorder/sample.ts';
import { keyOfSeed } from './ed25519.ts';
import { readLogView } from './log-view.ts';
import { verifierOf } from './note.ts';
import type { Trust } from './trust.ts';

test('who reads a log while it grows finds it whole, beside hundreds of entries', async (t) => {
  const folder = folderFor(t);
  const script = `
    import { openSync } from 'node:fs';
    import { Log } from '${new URL('./log.js', import.meta.url).href}';
    import { keyOfSeed } from '${new URL('./ed25519.js', import.meta.url).href}';
    const key = { name: 'log', key: keyOfSeed(Buffer.alloc(32, 3)) };
    const log = new Log({ folder: process.argv[1], key, durability: 'process' });
    console.log('ready');
    for (let i = 0; i < 700; i++) await log.append({ type: 'view', number: i });
    await log.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let isOver = false;
  child.once('close', () => {
    isOver = true;
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const key = verifierOf({ name: 'log', key: keyOfSeed(Buffer.alloc(32, 3)) });
  const trust: Trust = { log: [key], node: [], witness: [], approver: [], quorum: 0 };
  const problems = new Set<string>();
  const sizes = new Set<number>();
  while (!isOver) {
    const view = readLogView(folder, trust, Date.now() * 1000);
    if (view.checkpoint !== null) for (const problem of view.problems) problems.add(problem);
    sizes.add(view.checkpoint?.size ?? 0);
    await new Promise(setImmediate);
  }
  t.strictSame([...problems], []);
  t.ok(sizes.size > 3, `read at ${sizes.size} sizes`);
});
