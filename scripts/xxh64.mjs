// Builds scripts/kernels/xxh64.as (AssemblyScript) and writes it into recorder/xxh64-kernel.ts.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'xxh64-'));
const source = join(folder, 'xxh64.ts');
const wasm = join(folder, 'xxh64.wasm');
copyFileSync('scripts/kernels/xxh64.as', source);
const flags = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--outFile', wasm];
const run = spawnSync('node_modules/.bin/asc', [source, ...flags], { stdio: 'inherit' });
if (run.status !== 0) process.exit(1);
const lines =
  readFileSync(wasm)
    .toString('base64')
    .match(/.{1,100}/g) ?? [];
writeFileSync(
  'recorder/xxh64-kernel.ts',
  `/** WebAssembly built from scripts/kernels/xxh64.as by \`node scripts/xxh64.mjs\`. */
export const XXH64_KERNEL: string = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`,
);
rmSync(folder, { recursive: true });
