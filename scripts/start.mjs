// `npm start`: from a fresh clone to masked rows. Installs, builds, starts a real PostgreSQL with
// a made-up payments database and pangate in front of it, asks a first question through it and
// says what to do next. Ctrl-C stops everything and leaves nothing behind.
//   --port n     where pangate listens (6432, or any free port if that is taken)
//   --data dir   keep database, users and recordings there, across starts
//   --json       say it as one line of JSON
// With PANGATE_TEST_CACHE set, what is slow to make is shared with the tests.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';

const options = readOptions();
setup({ quiet: options.json });
const processes = await import('../build/test/servers/process.js');
const { startPostgres } = await import('../build/test/servers/postgres.js');
const { missingPostgres } = await import('../build/test/servers/postgres-binaries.js');
const { startGateway } = await import('../build/test/servers/gateway.js');
const { demonstrate } = await import('../build/test/demonstration.js');

const running = [];
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));
setInterval(() => {}, 1 << 30);

try {
  await start();
} catch (error) {
  if (!stopping) console.error(error.message);
  await stop(1);
}

async function start() {
  const version = missingPostgres('embedded') ? 'debian15' : 'embedded';
  const absent = missingPostgres(version);
  if (absent) throw new Error(`No PostgreSQL to start: ${missingPostgres('embedded')}, and ${absent}.`);
  const folder = await place();
  if (!options.json) console.error('Starting PostgreSQL with 100,000 made-up rows ...');
  const stage = process.env.PANGATE_TEST_CACHE
    ? {}
    : { stage: (name, build) => lay(join(folder, name), build) };
  const postgres = subfolder(folder, 'postgres');
  const server = await startPostgres({ version, seeded: true, folder: postgres, ...stage });
  running.unshift(server);
  const port = await choosePort();
  const gateway = await startGateway(server, { user: 'demo', port, folder: subfolder(folder, 'gateway') });
  running.unshift(gateway);
  for (const each of running) each.process?.ended.then(() => lost(each));
  await demonstrate({ server, gateway, folder, kept: options.data !== undefined, json: options.json });
}

/** The folder for everything: a temporary one that goes with us, or the one to keep. */
async function place() {
  if (options.data === undefined) {
    const folder = processes.serverFolder('start');
    running.push(await processes.guardFolder(folder));
    return folder;
  }
  const folder = resolve(options.data);
  mkdirSync(folder, { recursive: true });
  const inner = subfolder(folder, 'postgres');
  await processes.runAsServer('test', ['-w', inner]).catch(() => {
    const user = processes.serverUser()?.name;
    throw new Error(`PostgreSQL runs as the user ${user}, who cannot reach ${inner}. Choose another --data.`);
  });
  return folder;
}

/** What is slow to make is made once, beside the data. */
async function lay(folder, build) {
  const { existsSync } = await import('node:fs');
  if (existsSync(folder)) return folder;
  const making = `${folder}.making`;
  const { renameSync, rmSync } = await import('node:fs');
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  processes.giveToServer(making);
  await build(making);
  renameSync(making, folder);
  return folder;
}

function subfolder(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (name === 'postgres') processes.giveToServer(path);
  return path;
}

async function choosePort() {
  if (options.port) return options.port;
  return (await processes.takesConnections(6432)) ? processes.freePort() : 6432;
}

/** A server that ends by itself ends everything. */
async function lost(each) {
  if (stopping) return;
  console.error(`A server has ended:\n${each.process.output().slice(-2000)}`);
  await stop(1);
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  if (!options.json) console.error('\nStopping ...');
  for (const each of running) await each.stop();
  process.exit(code);
}

function readOptions() {
  const words = { port: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean' } };
  try {
    const { values } = parseArgs({ options: words });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
      throw new Error(`--port ${values.port}: not a port`);
    return { data: values.data, json: values.json ?? false, port };
  } catch (error) {
    console.error(`${error.message}\nUsage: npm start -- [--port n] [--data dir] [--json]`);
    process.exit(64);
  }
}
