/**
 * Leaves and tree of a segment in WebAssembly, four hashes at a time: what is short costs a fifth of
 * a native call each. docs/formats/pgr-v1.md, "Records root"; source in scripts/kernels/sha256x4.as.
 */
import type { Bytes } from '../base/bytes.ts';
import { sha256Into } from './hash.ts';
import { SHA256X4_KERNEL } from './sha256x4-kernel.ts';

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly leaves: (count: number) => void;
  readonly root: (count: number) => void;
}
interface WasmApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: object };
}

/** Where things lie in the kernel's memory, and what it has room for. */
const SEED_AT = 0x4000;
const ENDS_AT = 0x8000;
const SALTS_AT = 0x10000;
const LEAVES_AT = 0x30000;
const RAW_AT = 0x70000;
const RAW_BYTES_MAX = 0x60000;
const RECORDS_MAX = 8192;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** The longest text with its padding that the kernel hashes itself: four blocks. */
const SHORT_BYTES_MAX = 4 * 64 - 9;

/** Null where there is no SIMD; undefined before it was looked for. */
let kernel: Kernel | null | undefined;

function load(): Kernel | null {
  const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  try {
    const module = new wasm.Module(Buffer.from(SHA256X4_KERNEL, 'base64'));
    return new wasm.Instance(module, {}).exports as Kernel;
  } catch {
    return null;
  }
}

function kernelFor(records: number, rawBytes: number): Kernel | null {
  if (records > RECORDS_MAX || rawBytes > RAW_BYTES_MAX) return null;
  if (kernel === undefined) kernel = load();
  return kernel;
}

/** All leaves, one behind the other, owned; null if it is more than the kernel has room for. */
export function kernelLeaves(raw: Bytes, ends: Uint32Array, seed: Bytes): Buffer | null {
  const ready = kernelFor(ends.length, raw.length);
  if (ready === null || ends.length === 0) return null;
  const memory = Buffer.from(ready.memory.buffer);
  memory.set(seed, SEED_AT);
  memory.set(raw, RAW_AT);
  new Uint32Array(ready.memory.buffer, ENDS_AT).set(ends);
  ready.leaves(ends.length);
  for (let i = 0, from = 0; i < ends.length; i++) {
    const to = ends[i]!;
    if (to - from + (i === 0 ? 1 : 1 + SALT_BYTES) > SHORT_BYTES_MAX) longLeaf(memory, i, from, to);
    from = to;
  }
  return Buffer.from(memory.subarray(LEAVES_AT, LEAVES_AT + ends.length * HASH_BYTES));
}

/**
 * In one native call, where the record lies: what stands in front of it, hashed before, makes room
 * for a moment for the salt.
 */
function longLeaf(memory: Buffer, index: number, from: number, to: number): void {
  const leafAt = LEAVES_AT + index * HASH_BYTES;
  const ahead = index === 0 ? 1 : 1 + SALT_BYTES;
  const at = RAW_AT + from - ahead;
  const before = Uint8Array.prototype.slice.call(memory, at, at + ahead);
  memory[at] = 0;
  if (index > 0)
    memory.copyWithin(at + 1, SALTS_AT + index * SALT_BYTES, SALTS_AT + (index + 1) * SALT_BYTES);
  sha256Into(memory.subarray(at, RAW_AT + to), memory, leafAt);
  memory.set(before, at);
}

/** The root over at least one leaf, owned; null if they are more than the kernel has room for. */
export function kernelRoot(leaves: Bytes): Buffer | null {
  const count = leaves.length / HASH_BYTES;
  const ready = kernelFor(count, 0);
  if (ready === null) return null;
  const memory = Buffer.from(ready.memory.buffer);
  memory.set(leaves, LEAVES_AT);
  ready.root(count);
  return Buffer.from(memory.subarray(LEAVES_AT, LEAVES_AT + HASH_BYTES));
}
