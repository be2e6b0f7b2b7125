/** Runs the commands of docs/recording.md, section by section, in a folder of their own. */
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { archiveFor, folderFor, recordingIn } from './sample.ts';
import { sealerIn } from './sealed.ts';

const main = join(process.cwd(), 'build/cli/main.js');

/** The commands below one of its headings. */
export function commandsOf(section: string): readonly string[] {
  const text = readFileSync('docs/recording.md', 'utf8').split(/^## /m);
  const part = text.find((each) => each.startsWith(`${section}\n`)) ?? '';
  return [...part.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap((block) => block[1]!.trim().split('\n'));
}

/** Runs each; a recording is there from the first one on that is about recordings. What each said. */
export async function runDocumented(t: Test, commands: readonly string[]): Promise<string[]> {
  const cwd = folderFor(t);
  const directory = join(cwd, 'recordings');
  const { PANGATE_CONFIG: _, ...rest } = process.env;
  const env = { ...rest, PANGATE_RECORDINGS: directory, XDG_CONFIG_HOME: cwd, NO_COLOR: '1' };
  symlinkSync(join(process.cwd(), 'docs'), join(cwd, 'docs'));
  const output: string[] = [];
  let isRecorded = false;
  for (const command of commands) {
    if (!isRecorded && !command.startsWith('pangate keys')) {
      await recordIn(t, directory, cwd);
      isRecorded = true;
    }
    const words = command.replace(/^pangate/, `"${process.execPath}" "${main}"`);
    const { status, stdout, stderr } = spawnSync('sh', ['-c', words], { cwd, env, encoding: 'utf8' });
    t.equal(status, 0, `${command}\n${stderr}`);
    output.push(stdout);
  }
  return output;
}

async function recordIn(t: Test, directory: string, keys: string): Promise<void> {
  const recipients = ['review.key', 'escrow.key'].map((name) => publicKey(join(keys, name)));
  const { sealer } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, encryption: { recipients }, notary: sealer });
  await recordingIn(archive, 3);
  await archive.close();
  await sealer.close();
}

/** The public key that stands in a key file's first line. */
function publicKey(path: string): string {
  return /x25519:[\w-]{43}/.exec(readFileSync(path, 'utf8'))![0];
}
