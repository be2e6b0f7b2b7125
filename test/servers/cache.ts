/**
 * What takes long to make and never changes (initialised data directories, staged binaries) is
 * made once a machine, in the system's temporary folder, by whichever test comes first.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveToServer, serverUser } from './process.ts';

const MAKING = 'making-';
const MAKING_MS_MAX = 600_000;

/** The folder of all that is kept; `PANGATE_TEST_CACHE` names another. Belongs to the servers' user. */
export function cacheFolder(): string {
  const uid = serverUser()?.uid ?? process.getuid?.() ?? 0;
  const folder = process.env['PANGATE_TEST_CACHE'] ?? join(tmpdir(), `pangate-cache-${uid}`);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    giveToServer(folder);
  }
  if (process.getuid && statSync(folder).uid !== uid)
    throw new Error(`${folder} belongs to another user: remove it, or name another in PANGATE_TEST_CACHE.`);
  return folder;
}

/**
 * The cached folder of a name, made by `build` if there is none yet. Several processes may come
 * at once: each builds its own, the first to finish wins, a half-built one is never seen.
 */
export async function cached(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const kept = join(cacheFolder(), name);
  if (existsSync(kept)) return kept;
  sweep();
  const folder = mkdtempSync(join(cacheFolder(), MAKING));
  giveToServer(folder);
  try {
    await build(folder);
    renameSync(folder, kept);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(kept)) throw error;
  }
  return kept;
}

/** Removes what builders that were killed have left. */
function sweep(): void {
  for (const name of readdirSync(cacheFolder())) {
    const path = join(cacheFolder(), name);
    if (name.startsWith(MAKING) && Date.now() - statSync(path).mtimeMs > MAKING_MS_MAX)
      rmSync(path, { recursive: true, force: true });
  }
}
