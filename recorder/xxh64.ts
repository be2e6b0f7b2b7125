/**
 * The content checksum of a zstd frame (RFC 8878 section 3.1.1, "Content_Checksum"): the low
 * four bytes of XXH64 with seed 0. For engines that cannot be told to write one. A kernel in
 * WebAssembly: 64-bit multiplications in plain JavaScript would cost more than compressing.
 */
import type { Bytes } from '../base/bytes.ts';
import { XXH64_KERNEL } from './xxh64-kernel.ts';

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly xxh64: (length: number) => number;
}
interface WasmApi {
  Module: new (bytes: Uint8Array) => object;
  Memory: new (options: { initial: number }) => Kernel['memory'];
  Instance: new (module: object, imports: object) => { exports: object };
}

const PAGE_BYTES = 65_536;
let kernel: Kernel | null = null;

function load(): Kernel {
  const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  const memory = new wasm.Memory({ initial: 4 });
  const module = new wasm.Module(Buffer.from(XXH64_KERNEL, 'base64'));
  const { exports } = new wasm.Instance(module, { env: { memory } });
  return { memory, xxh64: (exports as { xxh64: (length: number) => number }).xxh64 };
}

/** The low 32 bits of XXH64(bytes), unsigned. */
export function xxh64Low(bytes: Bytes): number {
  kernel ??= load();
  const missing = bytes.length - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE_BYTES));
  new Uint8Array(kernel.memory.buffer).set(bytes);
  return kernel.xxh64(bytes.length) >>> 0;
}
