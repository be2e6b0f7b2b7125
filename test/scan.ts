/** `pangate scan` as a process, and configurations for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from './servers/postgres.ts';
import { temporaryFolder } from './temporary.ts';

/** What a run said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One entry of a report. */
export interface Entry {
  readonly path: string;
  readonly [key: string]: unknown;
}

/** Runs it to its end, with `input` on standard input. */
export async function scan(args: readonly string[], input: string | Uint8Array = ''): Promise<Said> {
  const child = spawn(process.execPath, ['build/cli/main.js', 'scan', ...args]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.on('error', () => undefined).end(input);
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** A configuration whose target `cards` is this server; gives its path. */
export function scanConfig(server: Connection, protocol: string, more: object = {}): string {
  const folder = temporaryFolder('scan');
  const { host, port, user, password, database } = server;
  writeFileSync(join(folder, 'password'), password, { mode: 0o600 });
  writeFileSync(join(folder, 'users.yaml'), 'version: 1\nusers: []\n', { mode: 0o600 });
  const target = { name: 'cards', protocol, address: `${host}:${port}`, user, options: { database } };
  const config = {
    version: 1,
    listeners: [{ name: 'local', protocol: 'postgres', address: '127.0.0.1:7777' }],
    targets: [{ ...target, password: { file: join(folder, 'password') }, ...more }],
    users: { file: join(folder, 'users.yaml') },
    record: { directory: folder },
  };
  writeFileSync(join(folder, 'pangate.yaml'), JSON.stringify(config));
  return join(folder, 'pangate.yaml');
}

/** Scans the target of a configuration; what it said, and its report's entries by their path after `cards:`. */
export async function scanTables(
  config: string,
  args: readonly string[] = [],
): Promise<Said & { readonly columns: ReadonlyMap<string, Entry> }> {
  const report = join(temporaryFolder('scan'), 'report.json');
  const said = await scan(['-c', config, '--target', 'cards', '--report', report, ...args]);
  const { files } = JSON.parse(readFileSync(report, 'utf8')) as { files: Entry[] };
  return { ...said, columns: new Map(files.map((entry) => [entry.path.replace(/^cards:/, ''), entry])) };
}
