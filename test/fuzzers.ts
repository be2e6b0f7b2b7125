/** The registry of fuzzers: every `*.fuzz.js` of the build. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Fuzzer } from './fuzz.ts';

const BUILD = fileURLToPath(new URL('..', import.meta.url));

/** All of them, by name. Throws for a file without a `fuzzer` and for a name that comes twice. */
export async function fuzzers(): Promise<ReadonlyMap<string, Fuzzer>> {
  const found = new Map<string, Fuzzer>();
  for (const entry of readdirSync(BUILD, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!entry.endsWith('.fuzz.js')) continue;
    const { fuzzer } = (await import(pathToFileURL(join(BUILD, entry)).href)) as { fuzzer?: Fuzzer };
    const file = relative(process.cwd(), join(BUILD, entry));
    if (!fuzzer) throw new Error(`${file} exports no fuzzer`);
    if (found.has(fuzzer.name)) throw new Error(`${file}: the name ${fuzzer.name} is taken`);
    found.set(fuzzer.name, fuzzer);
  }
  return found;
}
