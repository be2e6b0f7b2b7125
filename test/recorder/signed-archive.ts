/** A signed archive that was written and closed: what acts on recordings, and the log, are tried on. */
import type { Test } from 'tap';
import { type ArchiveOptions, openArchive } from '../../recorder/index.ts';
import { folderFor, recordingIn } from './sample.ts';
import { sealerIn } from './sealed.ts';

export interface SignedArchive {
  readonly directory: string;
  /** The folder of its log. */
  readonly log: string;
  readonly paths: readonly string[];
}

/** What is in it, and how it is kept. */
export interface SignedArchiveOptions extends Partial<ArchiveOptions> {
  readonly sessions: number;
  /** Added to the log behind the sessions. */
  readonly entries?: readonly { readonly type: string }[];
}

/** Writes sessions one after the other; where there is a store, all of them are in it. */
export async function signedArchive(
  t: Test,
  { sessions, entries = [], ...options }: SignedArchiveOptions,
): Promise<SignedArchive> {
  const directory = folderFor(t);
  const { sealer, folder: log } = sealerIn(directory);
  const archive = await openArchive({
    mode: 'strict',
    durability: 'process',
    gatewayVersion: '0',
    threads: 1,
    notary: sealer,
    ...options,
    directory,
  });
  const paths: string[] = [];
  for (let i = 0; i < sessions; i++) paths.push(await recordingIn(archive, 3));
  for (let i = 0; i < 500 && (archive.upload?.uploads ?? sessions) < sessions; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  for (const entry of entries) await sealer.append(entry);
  await archive.close();
  await sealer.close();
  return { directory, log, paths };
}
