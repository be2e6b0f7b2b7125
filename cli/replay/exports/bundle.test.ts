/** An evidence bundle is checked by its own text alone, on a machine that has no pangate. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { archiveFor, folderFor, recordingIn } from '../../../test/recorder/sample.ts';
import { sealerIn } from '../../../test/recorder/sealed.ts';
import { runner } from '../../../test/replay/runner.ts';

const TOOLS = ['zstd', 'python3', 'openssl', 'xxd'];
const missing = TOOLS.filter((tool) => spawnSync(tool, ['-h']).error !== undefined);
const skip = missing.length === 0 ? false : `${missing.join(', ')}: not installed`;

test('who has only the folder checks it by what its README says', { skip }, async (t) => {
  const directory = folderFor(t);
  const { sealer } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer });
  const path = await recordingIn(archive, 3);
  await archive.close();
  await sealer.close();
  const bundle = join(folderFor(t), 'evidence');
  const pangate = runner({ ...process.env, PANGATE_RECORDINGS: directory });
  t.equal(pangate('replay', 'export', path, '--format', 'bundle', '--output', bundle).status, 0);
  const env = { PATH: '/usr/bin:/bin', HOME: bundle };
  const run = (command: string): { stdout: string; stderr: string; status: number | null } =>
    spawnSync('bash', ['-c', command], { cwd: bundle, env, encoding: 'utf8' });

  const text = readFileSync(join(bundle, 'README.txt'), 'utf8');
  const commands = [...text.slice(text.indexOf('To check')).matchAll(/^ {2}(\S.*)$/gm)].map(
    ([, line]) => line!,
  );
  t.equal(commands.length, 3);
  const said = commands.map((command) => {
    const ran = run(command);
    t.equal(ran.status, 0, `${command}: ${ran.stderr}`);
    return ran.stdout;
  });
  t.match(said[2], /^VALID\t.*\nVALID\tsession\.tlog-proof/);
  for (const name of readdirSync(bundle)) if (name !== 'README.txt') t.match(text, name);

  const name = readdirSync(bundle).find((each) => each.endsWith('.pgr.zst'))!;
  const [, byHand = ''] = readFileSync(join(bundle, 'FORMAT.md'), 'utf8').split('### By hand');
  const blocks = [...byHand.split('\n## ')[0]!.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);
  t.equal(blocks.length, 3);
  const hashes =
    run(`f=${name} vkeys=vkeys; ${blocks[1]}`).stdout.match(/[0-9a-f]{64}|(?: [0-9a-f]{2}){32}/g) ?? [];
  const plain = hashes.map((each) => each.replaceAll(' ', ''));
  t.equal(plain.length, 4);
  t.equal(plain[0], plain[1], 'the frame is the one that its seal names');
  t.equal(plain[2], plain[3], 'the seal is behind its header');

  const bytes = readFileSync(join(bundle, name));
  bytes[300]! ^= 1;
  writeFileSync(join(bundle, name), bytes);
  t.not(run(commands[0]!).status, 0);
  t.equal(run(commands[2]!).status, 2, 'one bit is seen');
});
