/** Runs the built command as fixtures/cli/*.md show it and compares what it says. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { temporaryFolder } from '../test/temporary.ts';

const root = process.cwd();
const folder = join(root, 'fixtures/cli');
const write = process.env['PANGATE_GOLDENS'] === 'write';
const bin = temporaryFolder('bin');
writeFileSync(join(bin, 'pangate'), `#!/bin/sh\nexec ${process.execPath} ${root}/build/cli/main.js "$@"\n`);
chmodSync(join(bin, 'pangate'), 0o755);

interface Step {
  readonly command: string;
  readonly expected: string;
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.md'))) {
  test(`the commands of fixtures/cli/${name} answer as it shows`, async (t) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const home = temporaryFolder('home');
    let fresh = text;
    for (const block of text.match(/```console\n[\s\S]*?```/g) ?? []) {
      const results = steps(block).map((step) => ({ step, actual: run(step.command, home) }));
      for (const { step, actual } of results)
        if (!write) t.ok(agrees(actual, step.expected), step.command, { expected: step.expected, actual });
      fresh = fresh.replace(block, () => rewritten(results));
    }
    if (write) writeFileSync(join(folder, name), fresh);
    t.pass();
  });
}

function steps(block: string): Step[] {
  const body = block.replace(/^```console\n/, '').replace(/```$/, '');
  return body.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...rest] = part.split('\n');
    return command ? [{ command, expected: rest.join('\n').trimEnd() }] : [];
  });
}

function run(command: string, home: string): string {
  mkdirSync(home, { recursive: true });
  const result = spawnSync('sh', ['-c', `exec 2>&1; ${command}`], {
    cwd: home,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: `${bin}:${process.env['PATH']}`, HOME: home },
  });
  return `${result.stdout}${result.status === 0 ? '' : `[exit ${result.status}]\n`}`.trimEnd();
}

function agrees(actual: string, expected: string): boolean {
  const quoted = expected.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\[\\.\\.\\]', '[^\\n]*');
  return new RegExp(`^${quoted}$`).test(actual);
}

/** Where the old output, with its `[..]`, still agrees it stays. */
function rewritten(results: readonly { step: Step; actual: string }[]): string {
  const parts = results.map(({ step, actual }) => {
    const output = agrees(actual, step.expected) ? step.expected : actual;
    return `$ ${step.command}\n${output ? `${output}\n` : ''}`;
  });
  return `\`\`\`console\n${parts.join('')}\`\`\``;
}
