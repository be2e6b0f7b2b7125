/** One input, whatever it is wrapped in: compression and characters come off and go on again. */
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { bounds } from './bounds.ts';
import type { Charset } from './charset.ts';
import { charsetOf, decoded, encoded } from './charset.ts';
import type { Detail, Format } from './chunk.ts';
import { type Compression, compressionOf, plainName } from './compression.ts';
import type { Crew } from './crew.ts';
import { after, fill, type Intake } from './intake.ts';
import type { Outlet } from './outlet.ts';
import { type Findings, redactStream } from './redact-stream.ts';

/** How inputs are read and written. */
export interface InputOptions {
  readonly crew: Crew;
  /** `auto`: by the file's name. */
  readonly format: Format | 'auto';
  /** Takes inputs with zero bytes in them; else they are refused. */
  readonly isBinaryTaken: boolean;
  /** Writes what comes in compressed as plain text. */
  readonly isDecompressing: boolean;
  readonly sightings: boolean;
  /** Of each sighting; `plain` if not set. */
  readonly detail?: Detail;
  readonly isAlone: boolean;
}

/** An input that is no text, and was not looked at. */
export class BinaryInput extends PangateError {
  constructor() {
    super('file-unreadable', 'it is not text', 'Use --binary to take it as it is.');
  }
}

/** An input, opened: its wrappings are known. */
interface Opened {
  readonly intake: Intake;
  readonly compression: Compression | null;
  readonly charset: Charset;
}

/** Cleans an input into an outlet. Throws BinaryInput before anything is written. */
export async function redactInput(
  intake: Intake,
  name: string,
  outlet: Outlet,
  options: InputOptions,
): Promise<Findings> {
  const opened = await open(intake, options);
  const format = options.format === 'auto' ? formatOf(name) : options.format;
  const packed =
    opened.compression && !options.isDecompressing ? opened.compression.compress(outlet) : outlet;
  const out = encoded(packed, opened.charset);
  const { crew, sightings, detail = 'plain', isAlone } = options;
  const findings = await redactStream(opened.intake, out, { crew, format, sightings, detail, isAlone });
  await out.end();
  return findings;
}

async function open(intake: Intake, options: InputOptions): Promise<Opened> {
  const outer = await sniff(intake);
  const compression = compressionOf(outer.head);
  const inner = compression ? await sniff(compression.decompress(outer.intake)) : outer;
  const charset = charsetOf(inner.head);
  if (charset === 'bytes' && !options.isBinaryTaken && inner.head.includes(0)) throw new BinaryInput();
  return { intake: decoded(inner.intake, charset), compression, charset };
}

/** Looks at the beginning; of an input that pauses, at what there is. */
async function sniff(intake: Intake): Promise<{ head: Bytes; intake: Intake }> {
  const room = new Uint8Array(bounds.sniffBytes);
  let count = 0;
  for (let isEnd = false; !isEnd && count < bounds.magicBytes; ) {
    const filled = await fill(intake, room.subarray(count), bounds.idleMs);
    count += filled.count;
    isEnd = filled.isEnd;
  }
  const head = room.subarray(0, count);
  return { head, intake: after(head, intake) };
}

function formatOf(name: string): Format {
  const plain = plainName(name).toLowerCase();
  if (/\.(csv|tsv)$/.test(plain)) return 'csv';
  return /\.(json|ndjson|jsonl)$/.test(plain) ? 'ndjson' : 'text';
}
