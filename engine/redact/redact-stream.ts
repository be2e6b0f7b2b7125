/** One input to one output: cut, clean on the crew's threads, write in order. */
import type { Bytes } from '../../base/bytes.ts';
import { bounds } from './bounds.ts';
import type { Cleaned, Detail, Format, Sighting } from './chunk.ts';
import type { Manner } from './clean-chunk.ts';
import type { Crew } from './crew.ts';
import { readHeader } from './csv.ts';
import { Cutter } from './cutter.ts';
import { after, fill, type Intake } from './intake.ts';
import type { Outlet } from './outlet.ts';
import type { Places } from './places.ts';

const NEWLINE = 10;

/** What was found in one input. */
export interface Findings {
  readonly counts: Record<string, number>;
  /** The first of them, if asked for. */
  readonly sightings: Sighting[];
  /** More were found than are listed. */
  omitted: number;
  /** Bytes of text. */
  bytes: number;
}

export interface RedactOptions {
  readonly crew: Crew;
  readonly format: Format;
  readonly sightings: boolean;
  /** Of each finding; `plain` if not set. */
  readonly detail?: Detail;
  /** Whether an input of one piece is cleaned on the caller's thread: quicker, if it is the only one. */
  readonly isAlone: boolean;
  /** Text of one piece. */
  readonly chunkBytes?: number;
}

/** Reads to the end. Throws what the intake, the outlet or the rules throw. */
export async function redactStream(
  intake: Intake,
  outlet: Outlet,
  options: RedactOptions,
): Promise<Findings> {
  const { source, manner } = await prepare(intake, options);
  const memory = new Memory();
  const cutter = new Cutter(source, {
    format: manner.format,
    cleaner: options.crew.cleaner,
    chunkBytes: options.chunkBytes ?? bounds.chunkBytes,
    memory: (bytes) => memory.take(bytes),
  });
  const run = new Run(outlet, memory, options.crew.places);
  try {
    await pump(cutter, run, manner, options);
    await run.settled();
    return run.findings;
  } finally {
    await run.abandoned();
  }
}

/** A CSV text without a header is read as running text. */
async function prepare(intake: Intake, options: RedactOptions): Promise<{ source: Intake; manner: Manner }> {
  const { format, sightings, detail = 'plain' } = options;
  if (format !== 'csv') return { source: intake, manner: { format, sightings, detail } };
  const room = new Uint8Array(bounds.sniffBytes);
  let count = 0;
  for (let isEnd = false; !isEnd && count < room.length && !room.subarray(0, count).includes(NEWLINE); ) {
    const filled = await fill(intake, room.subarray(count), bounds.idleMs);
    count += filled.count;
    isEnd = filled.isEnd;
  }
  const head = room.subarray(0, count);
  const csv = readHeader(head);
  const source = after(head, intake);
  return csv === null
    ? { source, manner: { format: 'text', sightings, detail } }
    : { source, manner: { format, csv, sightings, detail } };
}

async function pump(
  cutter: Cutter,
  run: Run,
  manner: Manner,
  { crew, isAlone }: RedactOptions,
): Promise<void> {
  for (let chunk = await cutter.next(); chunk !== null; chunk = await cutter.next()) {
    const isOnly = isAlone && chunk.at === 0 && chunk.isLast;
    const isHere = isOnly || chunk.to - chunk.from < bounds.handOverBytesMin;
    await run.room();
    run.add(isHere ? Promise.resolve(crew.here(chunk, manner)) : crew.there(chunk, manner));
    if (chunk.isIdle) await run.settled();
  }
}

/** Pieces under way, oldest first. */
class Run {
  readonly findings: Findings = { counts: {}, sightings: [], omitted: 0, bytes: 0 };
  readonly #outlet: Outlet;
  readonly #memory: Memory;
  readonly #places: Places;
  readonly #queue: Promise<Cleaned>[] = [];
  #line = 0;

  constructor(outlet: Outlet, memory: Memory, places: Places) {
    this.#outlet = outlet;
    this.#memory = memory;
    this.#places = places;
  }

  /** Takes a place of the crew's; while there is none, the oldest piece is finished first. */
  async room(): Promise<void> {
    while (!this.#places.tryTake()) {
      if (this.#queue.length === 0) return this.#places.take();
      await this.#oldest();
    }
  }

  add(cleaned: Promise<Cleaned>): void {
    cleaned.catch(() => undefined);
    this.#queue.push(cleaned);
  }

  async settled(): Promise<void> {
    while (this.#queue.length > 0) await this.#oldest();
  }

  /** After an error: waits for what is under way and writes none of it. */
  async abandoned(): Promise<void> {
    const left = this.#queue.splice(0);
    await Promise.allSettled(left);
    for (const _ of left) this.#places.give();
  }

  async #oldest(): Promise<void> {
    try {
      await this.#finish(await this.#queue.shift()!);
    } finally {
      this.#places.give();
    }
  }

  async #finish({ bytes, counts, sightings, lines }: Cleaned): Promise<void> {
    const found = this.findings;
    found.bytes += bytes.length;
    for (const [kind, count] of Object.entries(counts))
      found.counts[kind] = (found.counts[kind] ?? 0) + count;
    for (const sighting of sightings) {
      if (found.sightings.length < bounds.sightingsMax)
        found.sightings.push({ ...sighting, line: sighting.line + this.#line });
      else found.omitted++;
    }
    this.#line += lines;
    await this.#outlet.write(bytes);
    this.#memory.give(bytes.buffer);
  }
}

/** More than are ever free at once, but for many threads. */
const FREE_MAX = 8;

/** Memory of pieces, used again. */
class Memory {
  readonly #free: ArrayBufferLike[] = [];
  #size = 0;

  take(bytes: number): Bytes {
    this.#size = bytes;
    const i = this.#free.findIndex((buffer) => buffer.byteLength >= bytes);
    if (i >= 0) return new Uint8Array(this.#free.splice(i, 1)[0]!);
    return Buffer.allocUnsafeSlow(bytes);
  }

  give(buffer: ArrayBufferLike): void {
    if (buffer.byteLength >= this.#size && this.#free.length < FREE_MAX) this.#free.push(buffer);
  }
}
