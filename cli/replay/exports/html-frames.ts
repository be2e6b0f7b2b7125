/** The screen of a terminal session as frames: what changed, at most thirty times a second. */
import { type Run, Screen, SIZE_USUAL } from '../../../recorder/terminal/index.ts';
import type { Beat } from '../beat.ts';
import type { PageFrame, PageRow } from '../page/model.ts';
import type { Tape } from '../tape.ts';
import type { PagePart } from './html.ts';
import type { ChunkWriter } from './html-chunks.ts';

const FRAME_US = 33_000;
const CHUNK_BYTES = 262_144;
const MARKERS_MAX = 5000;
const STYLES_MAX = 65_536;
const TYPED_MAX = 24;

/** Writes all frames; what the page must know of them. */
export async function writeFrames(tape: Tape, chunks: ChunkWriter): Promise<PagePart> {
  const writer = new FrameWriter(chunks);
  const narrator = tape.narrator();
  for await (const beats of tape.told(narrator)) for (const beat of beats) await writer.take(beat);
  return writer.end();
}

class FrameWriter {
  readonly #chunks: ChunkWriter;
  readonly #screen = new Screen(SIZE_USUAL);
  readonly #styles = new Map<string, number>();
  readonly #table: [number, number, number][] = [];
  readonly #list: { id: string; atUs: number }[] = [];
  readonly #markers: [number, number, string][] = [];
  #drawn: string[] = [];
  #frames: string[] = [];
  #bytes = 0;
  #firstUs = 0;
  /** Beats since the last frame; the frame is due when a later beat is too far away. */
  #isDirty = true;
  #isResized = true;
  #frameUs = 0;
  #typed = '';

  constructor(chunks: ChunkWriter) {
    this.#chunks = chunks;
  }

  async take(beat: Beat): Promise<void> {
    if (this.#isDirty && beat.atUs - this.#frameUs >= FRAME_US) await this.#frame();
    if (!this.#isDirty) this.#frameUs = beat.atUs;
    if (beat.kind === 'marker') this.#mark(beat);
    else if (beat.kind !== 'keyframe') this.#apply(beat);
  }

  async end(): Promise<PagePart> {
    await this.#frame();
    await this.#flush();
    await this.#chunks.end();
    return { kind: 'terminal', markers: this.#markers, styles: this.#table, chunks: this.#list };
  }

  #apply(beat: Beat): void {
    this.#isDirty = true;
    if (beat.kind === 'input') this.#typed = (this.#typed + beat.text).slice(-TYPED_MAX);
    else if (beat.kind === 'damage') this.#screen.writeSafe(`\r\n\x1b[41;97m ${beat.text} \x1b[m\r\n`);
    else if (beat.kind === 'size') {
      this.#screen.resize(beat.size!);
      this.#isResized = true;
    } else this.#screen.writeSafe(beat.text);
  }

  #mark({ atUs, seq, text }: Beat): void {
    if (this.#markers.length < MARKERS_MAX) this.#markers.push([atUs, seq, text]);
  }

  /** Rows that differ from what was drawn; all of them where a chunk begins. */
  async #frame(): Promise<void> {
    const { rows: height, columns } = this.#screen.size;
    const isFirst = this.#frames.length === 0;
    if (isFirst || this.#isResized) this.#drawn = [];
    const rows: [number, PageRow][] = [];
    for (let row = 0; row < height; row++) {
      const cells = this.#cells(this.#screen.runs(row));
      const key = cells.join('\0');
      if (key === (this.#drawn[row] ?? '')) continue;
      this.#drawn[row] = key;
      rows.push([row, cells]);
    }
    const { column, row, visible } = this.#screen.cursor;
    const frame: PageFrame = {
      atUs: this.#frameUs,
      rows,
      cursor: [column, row, visible ? 1 : 0],
      ...(this.#typed === '' ? {} : { typed: this.#typed }),
      ...(isFirst || this.#isResized ? { size: [columns, height] as const } : {}),
    };
    if (isFirst) this.#firstUs = this.#list.length === 0 ? 0 : this.#frameUs;
    const json = JSON.stringify(frame);
    this.#frames.push(json);
    this.#bytes += json.length;
    this.#isDirty = false;
    this.#isResized = false;
    if (this.#bytes >= CHUNK_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#frames.length === 0) return;
    const id = await this.#chunks.add(`[${this.#frames.join(',')}]`);
    this.#list.push({ id, atUs: this.#firstUs });
    this.#frames = [];
    this.#bytes = 0;
  }

  #cells(runs: readonly Run[]): PageRow {
    return runs.flatMap((run) => [run.column, this.#style(run), run.text]);
  }

  #style({ foreground, background, look }: Run): number {
    const key = `${foreground} ${background} ${look}`;
    const known = this.#styles.get(key);
    if (known !== undefined) return known;
    // True colours without end are drawn in the first style rather than kept.
    if (this.#table.length >= STYLES_MAX) return 0;
    this.#styles.set(key, this.#table.length);
    return this.#table.push([foreground, background, look]) - 1;
  }
}
