/** The commands of docs/recording.md, in their order. */
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { archiveFor, folderFor, recordingIn } from '../../test/recorder/sample.ts';
import { sealerIn } from '../../test/recorder/sealed.ts';

const main = join(process.cwd(), 'build/cli/main.js');

function commands(): readonly string[] {
  const blocks = readFileSync('docs/recording.md', 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm);
  return [...blocks].flatMap((block) => block[1]!.trim().split('\n'));
}

/** The public key that stands in a key file's first line. */
function publicKey(path: string): string {
  return /x25519:[\w-]{43}/.exec(readFileSync(path, 'utf8'))![0];
}

test('the commands of docs/recording.md do what it says', async (t) => {
  const cwd = folderFor(t);
  const directory = join(cwd, 'recordings');
  const { PANGATE_CONFIG: _, ...rest } = process.env;
  const env = { ...rest, PANGATE_RECORDINGS: directory, XDG_CONFIG_HOME: cwd, NO_COLOR: '1' };
  const run = (command: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync('sh', ['-c', command.replace(/^pangate/, `"${process.execPath}" "${main}"`)], {
      cwd,
      env,
      encoding: 'utf8',
    });
  const all = commands();
  symlinkSync(join(process.cwd(), 'docs'), join(cwd, 'docs'));
  t.ok(all.length > 15);
  const output: string[] = [];
  for (const [i, command] of all.entries()) {
    if (i === 2) {
      const recipients = ['review.key', 'escrow.key'].map((name) => publicKey(join(cwd, name)));
      const { sealer } = sealerIn(directory);
      const archive = await archiveFor(t, { directory, encryption: { recipients }, notary: sealer });
      await recordingIn(archive, 3);
      await archive.close();
      await sealer.close();
    }
    const { status, stdout, stderr } = run(command);
    t.equal(status, 0, `${command}\n${stderr}`);
    output.push(stdout);
  }
  t.ok(output.some((text) => text.startsWith('VALID-REDACTED')));
  t.ok(output.some((text) => /^VALID\t.*\nVALID\t/.test(text)));
  t.match(output.at(-1), /^VALID-REDACTED/, 'with the root alone');
  t.match(output[4], /select 2/);
});
