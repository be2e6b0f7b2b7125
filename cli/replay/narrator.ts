/**
 * Turns records into beats: terminal output as it was, statements and requests as a transcript
 * that looks like a terminal's. All text that leaves here is safe for a viewer's terminal.
 */
import { TextDecoder } from 'node:util';
import pc from 'picocolors';
import type { RecordRead } from '../../recorder/index.ts';
import { type Size, TerminalFilter } from '../../recorder/terminal/index.ts';
import type { Beat } from './beat.ts';
import { exchangeLine } from './exchange.ts';
import { grid } from './grid.ts';
import { eventText, masksText } from './item-text.ts';
import { cut, safeLine, safeText } from './safe-text.ts';
import { textIn } from './session.ts';
import { showSpan } from './time.ts';
import { type StatementItem, Timeline } from './timeline.ts';
import { typedText } from './typed-text.ts';

const colours = pc.createColors(true);
const ROWS_SHOWN = 20;
/** Streams whose cut characters and sequences are waited for. */
const STREAMS_MAX = 256;
const STATEMENT_CHARACTERS_MAX = 4000;
const LABEL_CHARACTERS_MAX = 200;
/** Events that are worth going to. */
const MARKED = new Set([
  'mark',
  'alert',
  'gap',
  'sql.error',
  'ap.req',
  'ap.dec',
  'viewer',
  'tty.exec',
  'tty.file',
  'refused',
]);
const RED = new Set(['alert', 'gap', 'refused']);
/** Events that a transcript leaves out. */
const QUIET = new Set([
  'hb',
  'clock',
  'tty.env',
  'tty.data',
  'sql.set',
  'sql.in',
  'sql.suspended',
  'tty.fwd',
  'mask',
]);

/** Who the session is of, for prompts. */
export interface Persona {
  readonly user: string;
  readonly database: string;
  readonly target: string;
}

/** One channel's output, decoded and made safe across its records. */
interface Stream {
  readonly decoder: TextDecoder;
  readonly filter: TerminalFilter;
}

/** In place of a channel: all output that went to no terminal, where a line feed is a line's end. */
export const STREAMS = -2;

/** What is told of records that are given in order, from any of them on. */
export class Narrator {
  readonly #persona: Persona;
  readonly #channel: number;
  readonly #columnsMax: number;
  /** A terminal's screen is its own: events have no place on it. */
  readonly #isTerminal: boolean;
  readonly #streams = new Map<string, Stream>();
  readonly #timeline = new Timeline(ROWS_SHOWN);
  /** Output stands in the last line. */
  #isMidLine = false;
  #beats: Beat[] = [];

  /** What is said of a session that has no screen is said between its output. */
  readonly #isStream: boolean;

  /**
   * `channel`: whose terminal is shown, where a session has several; `STREAMS`: output of none.
   * `columnsMax`: of results.
   */
  constructor(
    persona: Persona,
    isTerminal: boolean,
    channel = 0,
    columnsMax: number = Number.POSITIVE_INFINITY,
  ) {
    this.#persona = persona;
    this.#columnsMax = columnsMax;
    this.#isTerminal = isTerminal;
    this.#channel = channel;
    this.#isStream = channel === STREAMS;
  }

  /** No character and no sequence is cut: a good place to begin again. */
  get isWhole(): boolean {
    for (const { filter } of this.#streams.values()) if (!filter.isWhole) return false;
    return true;
  }

  /** The beats of the next record. */
  tell(record: RecordRead): readonly Beat[] {
    this.#beats = [];
    if (record.type.startsWith('tty.') && this.#terminal(record)) return this.#beats;
    if (record.type.startsWith('http.')) this.#exchange(record);
    else this.#item(record);
    return this.#beats;
  }

  /** True for what is the terminal's own; other `tty.` records are events. */
  #terminal(record: RecordRead): boolean {
    const { type, data } = record;
    if (type.length !== 5) return false;
    const channel = Number(data['ch'] ?? 0);
    if (channel !== this.#channel && !this.#isStream) return true;
    if (type === 'tty.o') this.#add(record, 'output', this.#output(`${type}${channel}`, data['d']));
    else if (type === 'tty.e') this.#add(record, 'error', this.#output(`${type}${channel}`, data['d']));
    else if (type === 'tty.i') this.#add(record, 'input', typed(data));
    else if (type === 'tty.r') this.#add(record, 'size', '', sizeOf(data));
    else if (type === 'tty.k') this.#add(record, 'keyframe', safeScreen(data['d']), sizeOf(data));
    return true;
  }

  #output(name: string, bytes: unknown): string {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      if (this.#streams.size >= STREAMS_MAX) this.#streams.clear();
      stream = { decoder: new TextDecoder(), filter: new TerminalFilter() };
      this.#streams.set(name, stream);
    }
    const text = typeof bytes === 'string' ? bytes : decoded(stream.decoder, bytes);
    const safe = stream.filter.push(text);
    if (safe !== '') this.#isMidLine = !safe.endsWith('\n');
    return this.#isStream ? safe.replaceAll('\n', '\r\n') : safe;
  }

  #exchange(record: RecordRead): void {
    const line = exchangeLine(record);
    if (record.type === 'http.req') this.#add(record, 'marker', cut(line, LABEL_CHARACTERS_MAX));
    const colour = record.type === 'http.req' ? colours.bold : colours.dim;
    this.#line(record, colour(line));
  }

  #item(record: RecordRead): void {
    if (record.type === 'sql.q' && record.data['op'] !== 'parse') this.#asked(record);
    const item = this.#timeline.take(record);
    if (item === null) return;
    if (item.kind === 'statement') this.#answered(record, item);
    else if (record.type !== 'sql.q' && !QUIET.has(item.type)) this.#event(record);
  }

  #asked(record: RecordRead): void {
    const statement = textIn(record.data, 'text');
    const act = textIn(record.data, 'verdict', 'act');
    const label = safeLine(statement.slice(0, STATEMENT_CHARACTERS_MAX));
    this.#add(record, 'marker', cut(label, LABEL_CHARACTERS_MAX));
    const prompt = colours.green(safeText(`${this.#persona.database || this.#persona.target}=>`));
    const lines = cut(statement, STATEMENT_CHARACTERS_MAX).split('\n').map(safeText);
    this.#line(record, `\r\n${prompt} ${lines.map((line) => colours.bold(line)).join('\r\n   ')}`);
    if (act !== '' && act !== 'pass') this.#line(record, colours.red(safeText(act)));
  }

  #answered(record: RecordRead, item: StatementItem): void {
    const shown = grid(item, this.#columnsMax, colours).trimEnd();
    if (shown !== '') this.#line(record, shown.replaceAll('\n', '\r\n'));
    if (item.sqlstate !== '')
      this.#line(record, colours.red(`${safeText(item.sqlstate)} ${safeLine(item.message)}`));
    const took = item.tookUs === null ? '' : showSpan(item.tookUs);
    const parts = [safeText(item.tag), took, masksText(item)].filter((part) => part !== '');
    this.#line(record, colours.dim(parts.join(', ')));
  }

  #event(record: RecordRead): void {
    const text = `${record.type}  ${eventText(record.type, record.data)}`;
    if (MARKED.has(record.type)) this.#add(record, 'marker', cut(text, LABEL_CHARACTERS_MAX));
    if (record.type === 'mark' || (this.#isTerminal && !this.#isStream)) return;
    if (record.type === 'tty.exec')
      return this.#line(record, colours.bold(`$ ${safeLine(textIn(record.data, 'cmd'))}`));
    this.#line(record, RED.has(record.type) ? colours.red(text) : colours.dim(text));
  }

  /** Behind output that has not ended its line it begins one of its own. */
  #line(record: RecordRead, text: string): void {
    this.#add(record, 'output', `${this.#isMidLine ? '\x1b[m\r\n' : ''}${text}\r\n`);
    this.#isMidLine = false;
  }

  #add({ seq, dtUs }: RecordRead, kind: Beat['kind'], text: string, size: Size | null = null): void {
    this.#beats.push({ seq, atUs: dtUs, kind, text, size });
  }
}

function decoded(decoder: TextDecoder, bytes: unknown): string {
  return bytes instanceof Uint8Array ? decoder.decode(bytes, { stream: true }) : '';
}

/** A keyframe is recorded text like any other. */
function safeScreen(value: unknown): string {
  const text = typeof value === 'string' ? value : decoded(new TextDecoder(), value);
  return new TerminalFilter().push(text);
}

/** What was typed where nothing was echoed is not in the recording. */
function typed(data: Readonly<Record<string, unknown>>): string {
  if (data['d'] === undefined) return '•'.repeat(Math.max(0, Math.min(Number(data['n']) || 0, 64)));
  return typedText(typeof data['d'] === 'string' ? data['d'] : decoded(new TextDecoder(), data['d']));
}

function sizeOf(data: Readonly<Record<string, unknown>>): Size {
  return { columns: Number(data['c']), rows: Number(data['r']) };
}
