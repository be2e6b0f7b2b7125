/** The committed module is what its source compiles to, bit for bit. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { sieveWasm } from './sieve-module.ts';

const made = readFileSync('detectors/kernels/sieve-module.ts', 'utf8');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('the module names its compiler, and the hashes of its source and its own', async (t) => {
  t.match(made, /with AssemblyScript \d+\.\d+\.\d+/);
  t.match(made, `source ${sha256(readFileSync('detectors/kernels/sieve.as'))}`);
  t.match(made, `module ${sha256(Buffer.from(sieveWasm, 'base64'))}`);
});

test('the compiler gives the same bytes again', {
  skip: !existsSync('node_modules/assemblyscript') && 'the compiler is not installed',
}, async (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/kernels.mjs', '--check'], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
});
