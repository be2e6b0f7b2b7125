/** `pangate serve` as a process of its own, in front of a server, for one test. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Certificate, makePki } from './certificate.ts';
import type { Connection } from './postgres.ts';
import { freePort, type ServerProcess, serverFolder, startProcess } from './process.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export interface GatewayOptions {
  /** Clients may use TLS; the certificate names localhost and 127.0.0.1. */
  readonly tls?: boolean;
  /** The target's own authority: the gateway then speaks TLS to the server and checks it. */
  readonly upstreamAuthority?: string;
  /** The gateway's own certificate towards the server. */
  readonly upstreamCertificate?: Certificate;
  /** Sections that take the place of the configuration's own: `mask`, `record`, `limits`, ... */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Options for node itself. */
  readonly nodeOptions?: readonly string[];
  /** Who may log in; `alice` if not set. */
  readonly user?: string;
  /** A free one if not set. */
  readonly port?: number;
  /** Keep everything here, across starts; else in a folder of its own that goes with it. */
  readonly folder?: string;
}

export interface GatewayServer extends Connection {
  /** The gateway's folder: configuration, users, recordings, log. */
  readonly folder: string;
  readonly recordings: string;
  readonly configFile: string;
  /** Who signed the gateway's certificate; null without TLS. */
  readonly authority: Certificate | null;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** Starts a gateway that one user reaches the server through, as the database of the same name. */
export async function startGateway(server: Connection, options: GatewayOptions = {}): Promise<GatewayServer> {
  const folder = options.folder ?? serverFolder('gateway');
  try {
    return await startIn(folder, server, options);
  } catch (error) {
    if (!options.folder) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, server: Connection, options: GatewayOptions): Promise<GatewayServer> {
  const port = options.port ?? (await freePort());
  const user = options.user ?? 'alice';
  const authority = options.tls ? writeListenerPki(folder, user) : null;
  const configFile = join(folder, 'pangate.yaml');
  const recordings = join(folder, 'recordings');
  mkdirSync(recordings, { recursive: true });
  writeUpstream(folder, options);
  write(folder, 'password', server.password);
  write(folder, 'pangate.yaml', JSON.stringify(configuration(server, options, port), null, 2));
  const password = addUser(folder, user);
  const process = await startProcess({
    command: globalThis.process.execPath,
    arguments: [...(options.nodeOptions ?? []), MAIN, 'serve', '--config', configFile],
    folder: options.folder ? null : folder,
    ready: port,
    asSelf: true,
    ...(options.environment && { environment: options.environment }),
  });
  const connection = { host: '127.0.0.1', port, user, password, database: server.database };
  return { ...connection, folder, recordings, configFile, authority, process, stop: process.stop };
}

/** Adds a user who may reach every target, as an administrator would; the fresh token. */
function addUser(folder: string, id: string): string {
  const file = join(folder, 'users.yaml');
  rmSync(file, { force: true });
  const words = [MAIN, 'user', 'add', id, '--target', '*', '--file', file];
  const added = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (added.status !== 0) throw new Error(`pangate user add ended with ${added.status}: ${added.stderr}`);
  return added.stdout.trim();
}

/** JSON is YAML too. */
function configuration(server: Connection, options: GatewayOptions, port: number): Record<string, unknown> {
  return {
    version: 1,
    listeners: [
      {
        name: 'pg',
        protocol: 'postgres',
        address: `127.0.0.1:${port}`,
        target: 'payments',
        ...(options.tls && { tls: { certificate: 'listener.crt', key: 'listener.key', required: false } }),
      },
    ],
    targets: [
      {
        name: 'payments',
        protocol: 'postgres',
        address: `${server.host}:${server.port}`,
        user: server.user,
        password: { file: 'password' },
        tls: upstreamTls(options),
      },
    ],
    users: { file: 'users.yaml' },
    record: { directory: './recordings', durability: 'process' },
    log: { level: 'info', format: 'json' },
    ...options.config,
  };
}

function upstreamTls(options: GatewayOptions): Record<string, string> {
  if (!options.upstreamAuthority) return { mode: 'disable' };
  const own = options.upstreamCertificate ? { certificate: 'upstream.crt', key: 'upstream.key' } : {};
  return { mode: 'verify-full', authority: 'upstream-authority.crt', ...own };
}

function writeUpstream(folder: string, options: GatewayOptions): void {
  if (options.upstreamAuthority) write(folder, 'upstream-authority.crt', options.upstreamAuthority);
  if (!options.upstreamCertificate) return;
  write(folder, 'upstream.crt', options.upstreamCertificate.certificate);
  write(folder, 'upstream.key', options.upstreamCertificate.key);
}

function writeListenerPki(folder: string, user: string): Certificate {
  const { authority, server } = makePki(user);
  write(folder, 'listener.crt', server.certificate);
  write(folder, 'listener.key', server.key);
  write(folder, 'authority.crt', authority.certificate);
  return authority;
}

function write(folder: string, name: string, content: string): void {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
}
