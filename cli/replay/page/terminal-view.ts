/// <reference lib="dom" />
/** The screen of a terminal session: frames that were rendered when the page was made. */
import { chunk } from './chunks.ts';
import { byId, element } from './element.ts';
import type { FrameChunk, PageFrame, PageMeta, PageRow } from './model.ts';

const FONT_MAX = 17;
const FONT_MIN = 4;

export class TerminalView {
  readonly #meta: PageMeta;
  readonly #screen: HTMLElement = element('div', 'screen');
  readonly #cursor: HTMLElement = element('span', 'cursor');
  #rows: HTMLElement[] = [];
  #columns = 80;
  #chunk = -1;
  #frames: FrameChunk = [];
  #index = -1;
  #wanted = -1;

  constructor(meta: PageMeta) {
    this.#meta = meta;
    byId('stage').append(element('div', 'bezel', this.#screen));
    new ResizeObserver(() => this.#fit()).observe(byId('stage'));
  }

  /** Time of the next change after a time; null if there is none in what is loaded. */
  next(atUs: number): number | null {
    const frame = this.#frames[this.#index + 1];
    if (frame !== undefined) return frame.atUs;
    return this.#meta.chunks.find((each) => each.atUs > atUs)?.atUs ?? null;
  }

  /** Shows the screen as it stood at a time. */
  async show(atUs: number): Promise<void> {
    this.#wanted = atUs;
    const index = Math.max(
      0,
      this.#meta.chunks.findLastIndex((each) => each.atUs <= atUs),
    );
    if (index !== this.#chunk) {
      const frames = await chunk<FrameChunk>(this.#meta.chunks[index]?.id ?? '');
      if (this.#wanted !== atUs) return;
      this.#frames = frames;
      this.#chunk = index;
      this.#index = -1;
    }
    const last = this.#frames.findLastIndex((frame) => frame.atUs <= atUs);
    if (last < this.#index) this.#index = -1;
    const from = Math.max(
      this.#index + 1,
      this.#frames.findLastIndex((frame, at) => at <= last && frame.size),
    );
    for (const frame of this.#frames.slice(from, Math.max(1, last + 1))) this.#apply(frame);
    this.#index = Math.max(0, last);
  }

  #apply(frame: PageFrame): void {
    if (frame.size !== undefined) this.#resize(frame.size);
    for (const [row, cells] of frame.rows) this.#draw(row, cells);
    const [column, row, isShown] = frame.cursor;
    this.#cursor.style.left = `${column}ch`;
    this.#cursor.style.top = `calc(var(--line) * ${row})`;
    this.#cursor.hidden = isShown === 0;
    byId('typed').textContent = frame.typed ?? '';
  }

  #resize([columns, rows]: readonly [number, number]): void {
    this.#columns = columns;
    this.#rows = Array.from({ length: rows }, () => element('div', 'row'));
    this.#screen.replaceChildren(...this.#rows, this.#cursor);
    this.#screen.style.width = `${columns}ch`;
    this.#fit();
  }

  #draw(row: number, cells: PageRow): void {
    const spans: HTMLElement[] = [];
    for (let i = 0; i < cells.length; i += 3) {
      const span = element('span', '', String(cells[i + 2]));
      span.style.left = `${cells[i]}ch`;
      paint(span, this.#meta.styles[Number(cells[i + 1])]!);
      spans.push(span);
    }
    this.#rows[row]?.replaceChildren(...spans);
  }

  /** The largest type in which all columns fit. */
  #fit(): void {
    const { clientWidth, clientHeight } = byId('stage');
    const byWidth = (clientWidth - 72) / (this.#columns * 0.61);
    const byHeight = (clientHeight - 72) / (Math.max(1, this.#rows.length) * 1.3);
    const size = Math.max(FONT_MIN, Math.min(FONT_MAX, byWidth, byHeight));
    this.#screen.style.fontSize = `${size.toFixed(2)}px`;
  }
}

const BASE: readonly string[] = [
  '#1c2129', '#e06c66', '#7fbf7f', '#d9b36a', '#6ea3e0', '#c08ad6', '#62bfc1', '#c9d1dc',
  '#5b6472', '#ff8a83', '#9fdc9f', '#f4d08a', '#93c0f7', '#dbaaf0', '#86dddf', '#ffffff',
]; // biome-ignore format: a palette

/** A colour of the palette, or a true one. */
function colourText(value: number): string {
  if (value >= 0x1000000) return `#${(value & 0xffffff).toString(16).padStart(6, '0')}`;
  if (value < 16) return BASE[value]!;
  if (value >= 232) {
    const grey = 8 + (value - 232) * 10;
    return `rgb(${grey},${grey},${grey})`;
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = value - 16;
  return `rgb(${level(Math.floor(cube / 36))},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`;
}

function paint(span: HTMLElement, [foreground, background, look]: readonly [number, number, number]): void {
  const isInverse = (look & 16) !== 0;
  const [front, back] = isInverse ? [background, foreground] : [foreground, background];
  if (front >= 0) span.style.color = colourText(front);
  else if (isInverse) span.style.color = 'var(--screen)';
  if (back >= 0) span.style.backgroundColor = colourText(back);
  else if (isInverse) span.style.backgroundColor = 'var(--glyph)';
  if (look & 1) span.style.fontWeight = '700';
  if (look & 2) span.style.opacity = '0.65';
  if (look & 4) span.style.fontStyle = 'italic';
  if (look & 8) span.style.textDecoration = 'underline';
  if (look & 32) span.style.visibility = 'hidden';
  if (look & 64) span.style.textDecoration = 'line-through';
}
