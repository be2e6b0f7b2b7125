/** SGR: what `CSI ... m` makes of a pen (ECMA-48 8.3.117; colours as ISO 8613-6 and xterm write them). */
import { LOOK, type Pen, PLAIN_PEN } from './row.ts';

type Draft = { -readonly [Name in keyof Pen]: Pen[Name] };

const ON: ReadonlyMap<number, number> = new Map([
  [1, LOOK.bold],
  [2, LOOK.dim],
  [3, LOOK.italic],
  [4, LOOK.underline],
  [7, LOOK.inverse],
  [8, LOOK.hidden],
  [9, LOOK.strike],
  [21, LOOK.underline],
]);
const OFF: ReadonlyMap<number, number> = new Map([
  [22, LOOK.bold | LOOK.dim],
  [23, LOOK.italic],
  [24, LOOK.underline],
  [27, LOOK.inverse],
  [28, LOOK.hidden],
  [29, LOOK.strike],
]);
const KNOWN_MAX = 1024;
/** Pens by what they are made of and from: few, and asked for again and again. */
const known = new Map<string, Pen>();

/** The pen after a sequence, of whose parameters `text` is all. */
export function penAfter(pen: Pen, text: string): Pen {
  if (text === '' || text === '0') return PLAIN_PEN;
  const key = `${pen.foreground} ${pen.background} ${pen.look} ${text}`;
  let after = known.get(key);
  if (after === undefined) {
    after = applied(pen, text);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(key, after);
  }
  return after;
}

function applied(pen: Pen, text: string): Pen {
  const draft: Draft = { ...pen };
  const parts = text.split(';');
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.includes(':')) withColons(draft, part.split(':'));
    else i += parameter(draft, Number(part), parts, i);
  }
  return isPlain(draft) ? PLAIN_PEN : draft;
}

/** How many further parameters it takes. */
function parameter(draft: Draft, code: number, parts: readonly string[], at: number): number {
  if (code === 0) Object.assign(draft, PLAIN_PEN);
  else if (code === 38 || code === 48 || code === 58) return extended(draft, code, parts.slice(at + 1));
  else if (ON.has(code)) draft.look |= ON.get(code)!;
  else if (OFF.has(code)) draft.look &= ~OFF.get(code)!;
  else colour(draft, code);
  return 0;
}

function colour(draft: Draft, code: number): void {
  if (code >= 30 && code <= 37) draft.foreground = code - 30;
  else if (code >= 40 && code <= 47) draft.background = code - 40;
  else if (code >= 90 && code <= 97) draft.foreground = code - 90 + 8;
  else if (code >= 100 && code <= 107) draft.background = code - 100 + 8;
  else if (code === 39) draft.foreground = -1;
  else if (code === 49) draft.background = -1;
}

/** `38;5;n` and `38;2;r;g;b`. */
function extended(draft: Draft, code: number, rest: readonly string[]): number {
  const [kind, ...values] = rest.map(Number);
  if (kind === 5 && values.length >= 1) set(draft, code, paletteColour(values[0]!));
  if (kind === 2 && values.length >= 3) set(draft, code, trueColour(values[0]!, values[1]!, values[2]!));
  return kind === 5 ? 2 : kind === 2 ? 4 : 1;
}

/** `38:5:n`, `38:2::r:g:b`, `38:2:r:g:b`, `4:3`. */
function withColons(draft: Draft, parts: readonly string[]): void {
  const [code, kind, ...values] = parts.map(Number);
  if (code === 4) {
    draft.look = kind === 0 ? draft.look & ~LOOK.underline : draft.look | LOOK.underline;
    return;
  }
  if (code !== 38 && code !== 48) return;
  const [red, green, blue] = values.slice(-3);
  if (kind === 5) set(draft, code, paletteColour(values[0] ?? 0));
  else if (kind === 2 && blue !== undefined) set(draft, code, trueColour(red!, green!, blue));
}

function set(draft: Draft, code: number, value: number): void {
  if (value < 0) return;
  if (code === 38) draft.foreground = value;
  else if (code === 48) draft.background = value;
}

function paletteColour(value: number): number {
  return Number.isInteger(value) && value >= 0 && value <= 255 ? value : -1;
}

function trueColour(red: number, green: number, blue: number): number {
  return 0x1000000 + ((red & 255) << 16) + ((green & 255) << 8) + (blue & 255);
}

function isPlain({ foreground, background, look }: Pen): boolean {
  return foreground === -1 && background === -1 && look === 0;
}
