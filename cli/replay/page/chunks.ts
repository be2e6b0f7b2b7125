/// <reference lib="dom" />
/** Compressed parts of the page, unpacked when they are needed. */
import { byId } from './element.ts';

const CHUNKS_KEPT = 24;
const kept = new Map<string, Promise<unknown>>();

/** The content of a chunk. */
export function chunk<Type>(id: string): Promise<Type> {
  const known = kept.get(id);
  if (known !== undefined) return known as Promise<Type>;
  const loading = unpack(id);
  kept.set(id, loading);
  if (kept.size > CHUNKS_KEPT) kept.delete(kept.keys().next().value!);
  return loading as Promise<Type>;
}

async function unpack(id: string): Promise<unknown> {
  const binary = atob(byId(id).textContent!.trim());
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(plain).text());
}
