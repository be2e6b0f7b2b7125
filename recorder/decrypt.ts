/**
 * Writes the plain copy of an encrypted recording: the very D frames that were encrypted, with
 * the times and roots of the original's seals, chained anew. docs/formats/pgr-v1.md, "Plain copy".
 */
import type { Bytes } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import { Chain } from './chain.ts';
import { ChainReader } from './chain-reader.ts';
import type { SegmentStep, Step } from './chain-step.ts';
import { type DiskFile, systemDisk, writeAll } from './disk.ts';
import { openSegment, type SessionKeys } from './envelope.ts';
import { FileWindow } from './file-window.ts';
import { FOOTER_FLAG, type Footer } from './footer.ts';
import { encodeHeader, HEADER_FLAG, type Header } from './header.ts';
import type { Identity } from './recipient.ts';
import { segmentContent } from './record-check.ts';
import { keysOf } from './wrapped-key.ts';
import { openZstd, type Zstd } from './zstd.ts';

/** Keys of a header's map that belong to the original alone. */
const ORIGINAL_ONLY = new Set(['commitment', 'pk0', 'log', 'prior']);

/** Copies `from` to `to`, which must not exist. Throws `key-missing`, `archive-damaged` or `file-unreadable`. */
export async function decryptRecording(
  from: string,
  to: string,
  identities: readonly Identity[],
): Promise<void> {
  const source = await opened(from, 'read');
  try {
    const target = await opened(to, 'create');
    try {
      const copy = new PlainCopy(from, target, await openZstd());
      await copy.run(new ChainReader(new FileWindow(source, await source.size())), identities);
      await target.datasync();
    } catch (error) {
      await systemDisk.unlink(to);
      throw error;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function opened(path: string, how: 'read' | 'create'): Promise<DiskFile> {
  try {
    return await systemDisk.open(path, how);
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot open: ${(error as Error).message}`);
  }
}

class PlainCopy {
  readonly #path: string;
  readonly #file: DiskFile;
  readonly #zstd: Zstd;
  readonly #chain: Chain = new Chain();
  #keys: SessionKeys | null = null;
  #position = 0;

  constructor(path: string, file: DiskFile, zstd: Zstd) {
    this.#path = path;
    this.#file = file;
    this.#zstd = zstd;
  }

  /** An open or cut recording gives an open one. */
  async run(reader: ChainReader, identities: readonly Identity[]): Promise<void> {
    for (;;) {
      const step = await reader.next();
      if (step.kind === 'complete' || step.kind === 'incomplete') return;
      check(step);
      if (step.kind === 'header') await this.#begin(step.header, identities);
      else if (step.kind === 'segment') await this.#segment(step);
      else if (step.kind === 'silence') await this.#write([this.#chain.copy(step.seal, null)]);
      else if (step.kind === 'footer') await this.#finish(step.footer, step.digest);
    }
  }

  async #begin(header: Header, identities: readonly Identity[]): Promise<void> {
    if ((header.flags & HEADER_FLAG.encrypted) === 0)
      throw new PangateError('argument-invalid', 'the recording is not encrypted', 'Read it as it is.');
    this.#keys = await keysOf(this.#path, header, identities);
    const map = Object.entries(header.map).filter(([name]) => !ORIGINAL_ONLY.has(name));
    const plain = encodeHeader({ ...header, flags: 0, map: Object.fromEntries(map) });
    this.#chain.begin(plain);
    await this.#write([plain]);
  }

  async #segment(step: SegmentStep): Promise<void> {
    const { seal, frame, fault, from } = step;
    const content = fault === null ? segmentContent(this.#zstd, frame, seal, this.#keys) : { fault };
    if (content.fault !== null) throw damaged(from, content.fault);
    const data = Uint8Array.from(openSegment(this.#keys!, frame, seal.firstSeq)!);
    await this.#write([data, this.#chain.copy(seal, data)]);
  }

  async #finish(footer: Footer, digest: Bytes): Promise<void> {
    const wall = { us: footer.wallUs, errorUs: footer.wallErrorUs };
    const { note: _, ...map } = footer.map;
    const flags = footer.flags & FOOTER_FLAG.recovered;
    const end = this.#chain.finish(wall, flags, { ...map, copy_of: Uint8Array.from(digest) });
    await this.#write([...end, this.#chain.table()]);
  }

  async #write(frames: readonly Bytes[]): Promise<void> {
    this.#position = await writeAll(this.#file, frames, this.#position);
  }
}

function check(step: Step): void {
  if (step.kind === 'broken') throw damaged(step.from, step.why);
  if ('linked' in step && !step.linked) throw damaged(step.from, 'a link does not hold');
}

function damaged(offset: number, why: string): PangateError {
  return new PangateError(
    'archive-damaged',
    `the recording does not hold at byte ${offset}: ${why}`,
    'Run pangate replay verify on it.',
  );
}
