import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import * as z from 'zod';
import { temporaryFolder } from '../../test/temporary.ts';
import { loadConfig } from './load.ts';
import { locateConfig } from './locate.ts';
import type { Plugins } from './plugins.ts';
import { resolveIdentity, resolveTargets } from './targets.ts';

const plugins: Plugins = {
  protocols: [
    { name: 'echo', defaultPort: 7, targetOptions: z.strictObject({ n: z.int().default(1) }), serve: 1 },
  ],
  detectors: ['pan'],
  brands: ['visa', 'unionpay'],
  masks: ['full'],
};

const folder = temporaryFolder('targets');

function certificate(name: string): void {
  execFileSync(
    'openssl',
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.crt`.split(
      ' ',
    ),
    { cwd: folder, stdio: 'ignore' },
  );
}
certificate('a');
certificate('b');

function load(target: string) {
  const file = join(folder, 'pangate.yaml');
  writeFileSync(
    file,
    `version: 1
listeners: [{ name: l, protocol: echo, address: ':1' }]
targets: [{ name: t, protocol: echo, user: app, ${target} }]
users: { file: u }
`,
  );
  return resolveTargets(loadConfig(file, plugins), plugins).get('t')!;
}

test('ports, options and TLS modes are filled in', async (t) => {
  t.match(load('address: db.example.com'), {
    host: 'db.example.com',
    port: 7,
    options: { n: 1 },
    tls: { mode: 'verify-full' },
    password: null,
  });
  t.match(load('address: 127.0.0.1:9'), { port: 9, tls: { mode: 'prefer' } });
  t.match(load('address: /run/pg'), { host: '/run/pg', port: 7 });
});

test('secrets are read at each use, so that rotation needs no restart', async (t) => {
  writeFileSync(join(folder, 'secret'), 'one\n');
  const target = load('address: h, password: { file: secret }');
  t.equal(await target.password?.(), 'one');
  writeFileSync(join(folder, 'secret'), 'two');
  t.equal(await target.password?.(), 'two');
  const byEnvironment = load('address: h, password: { env: PANGATE_TEST_SECRET }');
  await t.rejects(byEnvironment.password!(), { code: 'config-invalid', message: /PANGATE_TEST_SECRET/ });
  process.env['PANGATE_TEST_SECRET'] = 'three';
  t.equal(await byEnvironment.password?.(), 'three');
});

test('PEM files are checked and errors name the key of the configuration', async (t) => {
  const tls = (words: string) => load(`address: h, tls: { mode: verify-full, ${words} }`).tls;
  t.match(tls('authority: a.crt, certificate: b.crt, key: b.key'), {
    authority: /BEGIN CERT/,
    certificate: /BEGIN CERT/,
    key: /BEGIN PRIVATE/,
  });
  t.throws(() => tls('authority: a.key'), { message: /targets\[0\]\.tls\.authority: .* no certificate/ });
  t.throws(() => tls('certificate: a.crt, key: b.key'), { message: /do not belong together/ });
  t.throws(() => tls('certificate: a.crt, key: a.crt'), { message: /tls\.key: .* no private key/ });
  t.throws(() => tls('certificate: a.crt'), { message: /half a client certificate/ });
  t.throws(() => tls('authority: none.crt'), { code: 'file-unreadable' });
  const pair = { certificate: join(folder, 'a.crt'), key: join(folder, 'a.key') };
  t.match(resolveIdentity(pair, 'listeners[0].tls').key, /PRIVATE/);
});

test('the configuration asked for wins over the environment and the usual places', async (t) => {
  t.equal(locateConfig('x', { PANGATE_CONFIG: 'y' }), 'x');
  t.equal(locateConfig(undefined, { PANGATE_CONFIG: 'y' }), 'y');
  process.chdir(temporaryFolder('empty'));
  t.throws(() => locateConfig(undefined, { XDG_CONFIG_HOME: '/nowhere' }), { message: /no configuration/ });
  mkdirSync('pangate');
  writeFileSync('pangate/pangate.yaml', '');
  t.equal(
    locateConfig(undefined, { XDG_CONFIG_HOME: process.cwd() }),
    join(process.cwd(), 'pangate/pangate.yaml'),
  );
  writeFileSync('pangate.yaml', '');
  t.equal(locateConfig(undefined, { XDG_CONFIG_HOME: process.cwd() }), 'pangate.yaml');
});
