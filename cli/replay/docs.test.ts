/** The commands of docs/replay.md run and answer as it shows. `PANGATE_GOLDENS=write` fills in answers. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { sampleArchive } from '../../test/replay/archive.ts';
import { temporaryFolder } from '../../test/temporary.ts';

const PAGE = 'docs/replay.md';
const sample = await sampleArchive();
const home = temporaryFolder('docs');
writeFileSync(
  join(home, 'pangate'),
  `#!/bin/sh\nexec ${process.execPath} ${process.cwd()}/build/cli/main.js "$@"\n`,
);
chmodSync(join(home, 'pangate'), 0o755);

function answerOf(command: string): string {
  const env = {
    ...process.env,
    PATH: `${home}:${process.env['PATH']}`,
    PANGATE_RECORDINGS: sample.folder,
    NO_COLOR: '1',
  };
  const ran = spawnSync('sh', ['-c', `exec 2>&1; ${command}`], { cwd: home, encoding: 'utf8', env });
  return `${ran.stdout.trimEnd()}${ran.status === 0 ? '' : `\n[exit ${ran.status}]`}`
    .replace(/^\n/, '')
    .replaceAll('\r', '');
}

test(`the commands of ${PAGE} answer as it shows`, async (t) => {
  const page = readFileSync(PAGE, 'utf8');
  let fresh = page;
  for (const block of page.match(/```console\n[\s\S]*?```/g) ?? []) {
    const commands = block.split(/^\$ /m).slice(1);
    const answers = commands.map((each) => {
      const command = each.split('\n')[0]!;
      const answer = answerOf(command);
      return `$ ${command}\n${answer === '' ? '' : `${answer}\n`}`;
    });
    fresh = fresh.replace(block, () => `\`\`\`console\n${answers.join('')}\`\`\``);
  }
  if (process.env['PANGATE_GOLDENS'] === 'write') writeFileSync(PAGE, fresh);
  t.equal(fresh, page);
});
