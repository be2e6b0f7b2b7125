/** Which real servers and clients this machine has; tests skip what is not there, and say so. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Debian package of each program or file that tests use. */
const PACKAGES: Readonly<Record<string, string>> = {
  bzip2: 'bzip2',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
  '/usr/share/java/postgresql.jar': 'libpostgresql-jdbc-java',
  '/usr/bin/python3': 'python3',
  '/usr/lib/python3/dist-packages/paramiko/__init__.py': 'python3-paramiko',
  '/usr/lib/python3/dist-packages/psycopg/__init__.py': 'python3-psycopg',
  '/usr/lib/python3/dist-packages/msgpack/__init__.py': 'python3-msgpack',
  javac: 'default-jdk-headless',
  mariadbd: 'mariadb-server',
  psql: 'postgresql-client-15',
  pgbench: 'postgresql-contrib',
  pgbouncer: 'pgbouncer',
  git: 'git',
  rsync: 'rsync',
  scp: 'openssh-client',
  script: 'bsdutils',
  sftp: 'openssh-client',
  sshfs: 'sshfs',
  fusermount3: 'fuse3',
  ansible: 'ansible-core',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  sshd: 'openssh-server',
  strace: 'strace',
  tmux: 'tmux',
  zip: 'zip',
  zstd: 'zstd',
};

/** One thing that a test needs: a key of the list above. */
export type Needed = keyof typeof PACKAGES & string;

/**
 * For `test(name, { skip: missing('psql', 'zstd') }, ...)`: false if all is there, else what is
 * missing and the packages that bring it.
 */
export function missing(...needed: readonly Needed[]): string | false {
  const absent = needed.filter((name) => path(name) === null);
  if (absent.length === 0) return false;
  const packages = absent.map((name) => PACKAGES[name] ?? name);
  return `not on this machine: ${absent.join(', ')} (Debian: apt-get install ${packages.join(' ')})`;
}

/** The full path of a program, looked up like a shell does; null if there is none. */
export function path(name: string): string | null {
  if (name.startsWith('/')) return existsSync(name) ? name : null;
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/lib/postgresql/15/bin',
  ];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
