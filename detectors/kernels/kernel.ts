import type { Bytes } from '../../base/bytes.ts';
import {
  classes,
  endingBits,
  escapeAlways,
  escapeBehindDigit,
  escapeFirsts,
  exempts,
  fieldBits,
  gaps,
  sides,
} from './classes.ts';
import { sieveWasm } from './sieve-module.ts';
import { twinNext } from './twin.ts';

/**
 * The host of the SIMD kernel. Bytes that lie in the kernel's memory are searched where they are;
 * others are copied in windows that grow, so that a hit near the start costs little.
 */
type Sift = (from: number, end: number, low: number, high: number, origin: number, framing: number) => number;

/** The part of the WebAssembly JavaScript interface (W3C) that is used; no type library here has it. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: KernelExports };
};

type Search = (from: number, end: number, low: number, high: number, framing: number) => number;

interface KernelExports {
  readonly sift: Sift;
  readonly search: Search;
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** The tables that the kernel reads, in the order of sieve.as. */
const TABLES: readonly Uint8Array[] = [
  classes,
  sides,
  gaps,
  escapeFirsts,
  escapeAlways,
  escapeBehindDigit,
  exempts,
  fieldBits,
];
const ENDINGS_AT = 4_096;
const WINDOW_AT = 65_536;
const WINDOW_BYTES_MIN = 1_024;
const WINDOW_BYTES_MAX = 32_768;
/** Bytes before a window that the kernel may look at. */
const BEFORE_BYTES = 64;
/** Bytes behind the place where a window ends that it may look at: the longest escape. */
const BEHIND_BYTES = 64;
/** Where buffers are allocated, behind the window; and how far once the first of them is asked for. */
const ARENA_AT = 131_072;
const PAGE_BYTES = 65_536;
const ARENA_PAGES = 1_024;

interface Kernel {
  readonly exports: KernelExports;
  readonly sift: Sift;
  readonly search: Search;
  memory: Uint8Array<ArrayBuffer>;
}

const kernel: Kernel | null = open();
let allocatedTo = ARENA_AT;

function open(): Kernel | null {
  const bytes = Buffer.from(sieveWasm, 'base64');
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const memory = new Uint8Array(exports.memory.buffer);
  TABLES.forEach((table, i) => {
    memory.set(table, 256 * i);
  });
  memory.set(endingBits, ENDINGS_AT);
  return { exports, sift: exports.sift, search: exports.search, memory };
}

/** `wasm` where the processor and the runtime have SIMD, else `typescript`. */
export const kernelName: 'wasm' | 'typescript' = kernel === null ? 'typescript' : 'wasm';

/**
 * A buffer of `size` bytes that the prefilter searches without copying, for reading from sockets
 * and files. Never given back: allocate once and keep. Ordinary memory once 64 MiB are given out.
 */
export function allocate(size: number): Uint8Array<ArrayBuffer> {
  if (kernel === null) return new Uint8Array(size);
  if (allocatedTo === ARENA_AT) extend(kernel);
  if (allocatedTo + size + BEHIND_BYTES > kernel.memory.length) return new Uint8Array(size);
  const from = allocatedTo;
  allocatedTo += (size + BEHIND_BYTES + 63) & ~63;
  return new Uint8Array(kernel.memory.buffer, from, size);
}

/** Before any view of the memory is given out: most programs need none, and to hold so much calls the collector. */
function extend(kernel: Kernel): void {
  kernel.exports.memory.grow(ARENA_PAGES - kernel.memory.length / PAGE_BYTES);
  kernel.memory = new Uint8Array(kernel.exports.memory.buffer);
  mountedFrom = 0;
  mountedTo = 0;
}

/** The view that was asked about last: most are asked about many times. */
let recent: Bytes | null = null;

/**
 * As twinSearch, for bytes that lie in the kernel's memory and are searched where they are; -1 for
 * others.
 */
export function searchInPlace(bytes: Bytes, from: number, to: number, framing: number): number {
  if (bytes !== recent) {
    if (kernel === null || bytes.buffer !== kernel.memory.buffer) return -1;
    recent = bytes;
  }
  const base = bytes.byteOffset;
  const found = kernel!.search(base + from, base + to, base, base + to, framing);
  return found < 0 ? to : found - base;
}

/** Bytes that are searched again and again, and which of them lie in the window now. */
let mounted: Bytes | null = null;
let mountedFrom = 0;
let mountedTo = 0;

/**
 * Announces that `bytes` will be searched many times and not written to until `unmount`: their
 * copies in the kernel's memory stay good.
 */
export function mount(bytes: Bytes): void {
  mounted = bytes;
  mountedFrom = 0;
  mountedTo = 0;
}

/** Ends what `mount` began. */
export function unmount(): void {
  mounted = null;
}

/** As twinNext, at the speed of memory, on a copy of the bytes. */
export function kernelNext(bytes: Bytes, from: number, to: number, framing: number): number {
  if (kernel === null) return twinNext(bytes, from, to, framing);
  return bytes === mounted
    ? inWindows(kernel, bytes, from, to, framing, WINDOW_BYTES_MAX)
    : inNewWindows(kernel, bytes, from, to, framing);
}

function inNewWindows(kernel: Kernel, bytes: Bytes, from: number, to: number, framing: number): number {
  mountedTo = 0;
  const found = inWindows(kernel, bytes, from, to, framing, WINDOW_BYTES_MIN);
  mountedTo = 0;
  return found;
}

function inWindows(
  { sift, memory }: Kernel,
  bytes: Bytes,
  from: number,
  to: number,
  framing: number,
  first: number,
): number {
  let size = first;
  for (let at = from; at < to; size = Math.min(2 * size, WINDOW_BYTES_MAX)) {
    const low = Math.max(0, at - BEFORE_BYTES);
    if (low < mountedFrom || (mountedTo < to && mountedTo < at + WINDOW_BYTES_MIN)) {
      mountedFrom = low;
      mountedTo = Math.min(bytes === mounted ? bytes.length : to, at + size);
      memory.set(bytes.subarray(mountedFrom, mountedTo), WINDOW_AT);
    }
    const shift = WINDOW_AT - mountedFrom;
    const high = Math.min(to, mountedTo);
    const end = high === to ? to : high - BEHIND_BYTES;
    const found = sift(at + shift, end + shift, WINDOW_AT, high + shift, from + shift, framing);
    if (found >= 0) return found - shift;
    const next = ~found - shift;
    if (next === at) return at;
    at = next;
  }
  return to;
}
