// Builds the recorder's kernels, scripts/kernels/{xxh64,sha256x4}.as (AssemblyScript), and writes each into
// recorder/<name>-kernel.ts. The same compiler gives the same bytes.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['-O3', '--runtime', 'stub', '--noAssert'];
const kernels = [
  { name: 'xxh64', flags: ['--importMemory'] },
  { name: 'sha256x4', flags: ['--enable', 'simd', '--initialMemory', '13', '--maximumMemory', '13'] },
];

const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
for (const { name, flags } of kernels) {
  const source = join(folder, `${name}.ts`);
  const wasm = join(folder, `${name}.wasm`);
  copyFileSync(`scripts/kernels/${name}.as`, source);
  const words = [source, ...FLAGS, ...flags, '--outFile', wasm];
  const run = spawnSync('node_modules/.bin/asc', words, { stdio: 'inherit' });
  if (run.status !== 0) process.exit(1);
  const lines =
    readFileSync(wasm)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  writeFileSync(
    `recorder/${name}-kernel.ts`,
    `/** WebAssembly built from scripts/kernels/${name}.as by \`node scripts/hashes.mjs\`. */
export const ${name.toUpperCase()}_KERNEL: string = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`,
  );
}
rmSync(folder, { recursive: true });
