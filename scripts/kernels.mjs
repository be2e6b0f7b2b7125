// `node scripts/kernels.mjs`: compiles detectors/kernels/sieve.as (AssemblyScript) and writes the
// module into detectors/kernels/sieve-module.ts, with the compiler's version and the SHA-256 of
// source and module. The same compiler gives the same bytes; `--check` only compares.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const SOURCE = 'detectors/kernels/sieve.as';
const TARGET = 'detectors/kernels/sieve-module.ts';
const FLAGS = ['--enable', 'simd', '-O3', '--converge', '--runtime', 'stub', '--noAssert'];
const MEMORY = ['--initialMemory', '3', '--maximumMemory', '1024'];

const wasm = await compile();
const text = moduleText(wasm);
if (!process.argv.includes('--check')) writeFileSync(TARGET, text);
else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(`${TARGET} is not what ${SOURCE} compiles to.`);
  process.exit(1);
}
console.log(`${TARGET}: ${wasm.length} bytes, sha256 ${digest(wasm)}`);

async function compile() {
  const files = { 'sieve.ts': readFileSync(SOURCE, 'utf8') };
  const outputs = {};
  const { error, stderr } = await asc.main(['sieve.ts', ...FLAGS, ...MEMORY, '--outFile', 'sieve.wasm'], {
    readFile: (name) => files[name] ?? null,
    writeFile: (name, contents) => {
      outputs[name] = contents;
    },
    listFiles: () => [],
  });
  if (!error) return outputs['sieve.wasm'];
  console.error(stderr.toString());
  process.exit(1);
}

function moduleText(wasm) {
  const lines = Buffer.from(wasm)
    .toString('base64')
    .match(/.{1,96}/g);
  return `/**
 * Made by scripts/kernels.mjs from sieve.as with AssemblyScript ${asc.version}: do not edit.
 * sha256 of the source ${digest(readFileSync(SOURCE))}
 * sha256 of the module ${digest(wasm)}
 */

/** The prefilter's WebAssembly module in Base64. */
export const sieveWasm: string = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`;
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
