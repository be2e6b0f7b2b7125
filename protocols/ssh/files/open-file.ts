/** A file or directory that the client has open, as the gateway sees it. */
import type { Bytes } from '../../../base/bytes.ts';
import type { FileParts } from './parts.ts';
import { Passage } from './passage.ts';
import { Writing } from './writing.ts';

export class OpenFile {
  /** Its number in recordings. */
  readonly number: number;
  readonly path: string;
  readonly isFolder: boolean;
  /** What the server calls it; a view of nobody's. */
  readonly handle: Bytes;
  readonly reads: Passage;
  readonly writes: Writing;
  /** It has shown a NUL byte. */
  isBinary = false;
  /** Why nothing more of it passes; empty while it does. */
  refusal = '';
  /** A card number that would have been masked was sent as it is. */
  alerted = false;
  /** READs that are not answered, and what is done when they are: a CLOSE that came behind them. */
  reading = 0;
  whenRead: (() => void) | null = null;
  /** The end of the answer that was searched last, and from where a search that continues it must begin. */
  searchedTo = -1;
  searchFrom = -1;

  constructor(
    parts: FileParts,
    opened: {
      readonly number: number;
      readonly path: string;
      readonly isFolder: boolean;
      readonly handle: Bytes;
    },
  ) {
    this.number = opened.number;
    this.path = opened.path;
    this.isFolder = opened.isFolder;
    this.handle = opened.handle;
    this.reads = new Passage(parts.transcript, { ch: parts.ch, file: this.number, of: 'read' });
    this.writes = new Writing(parts, this.number);
  }

  /** What is recorded when it is closed, or when its channel ends before. */
  end(): Readonly<Record<string, unknown>> {
    const [read, written] = [this.reads.end(), this.writes.end()];
    const flags = { ...(this.isBinary && { binary: true }), ...(this.alerted && { unmasked: true }) };
    return { ...(read && { read }), ...(written && { written }), ...flags };
  }
}
