/** Plays a session on a terminal: the clock, the keys, and what they do. */

import { FOLLOW_MS } from '../../../recorder/index.ts';
import type { Beat } from '../beat.ts';
import { Deck, type Streams } from '../deck.ts';
import { safeText } from '../safe-text.ts';
import type { Tape, Target } from '../tape.ts';
import { HELP_LINES } from './help.ts';
import { keysOf } from './keys.ts';
import { type Menu, menuOf } from './menu.ts';
import { Notices } from './notices.ts';
import { Pace } from './pace.ts';
import { clockText, proofLines } from './proof.ts';
import { searchBackward, searchForward } from './search.ts';
import { TextBox } from './text-box.ts';
import { type Frame, View } from './view.ts';

/** How a session is played. */
export interface PlayerOptions {
  /** Times the session's own pace; infinite for `max`. */
  readonly speed: number;
  /** Longest wait between two events; infinite unless told. */
  readonly idleUs: number;
  readonly start: Target | null;
  readonly paused: boolean;
  readonly follow: boolean;
  readonly resize: boolean;
  readonly streams: Streams;
  readonly pauseOnMarkers: boolean;
  readonly showTyped: boolean;
}

const FRAME_MS = 33;
const CLOCK_MS = 100;
/** How far behind the session who follows it sees it, so that it moves evenly. */
const BEHIND_US = 250_000;
/** How long a frame may play beats before it is drawn. */
const BUDGET_MS = 25;

type Mode = 'play' | 'forward' | 'backward' | 'help' | 'timeline' | 'verify';

/** One player on standard input and output. */
export class Player {
  readonly #deck: Deck;
  readonly #tape: Tape;
  readonly #options: PlayerOptions;
  readonly #view: View;
  readonly #keys: string[] = [];
  readonly #marks: number[] = [];
  #wake: (() => void) | null = null;
  #mode: Mode = 'play';
  readonly #pace: Pace;
  #paused: boolean;
  #ended = false;
  #left = false;
  #showTyped: boolean;
  #digits = '';
  #asked = '';
  #needle = '';
  #isBackward = false;
  #menu: Menu | null = null;
  #box: TextBox = new TextBox([]);
  readonly #notices: Notices = new Notices();

  constructor(tape: Tape, options: PlayerOptions, output: NodeJS.WriteStream) {
    this.#view = new View(output);
    this.#tape = tape;
    this.#deck = new Deck(tape, this.#view.room, options.streams);
    this.#options = options;
    this.#pace = new Pace(options.speed, options.idleUs);
    this.#paused = options.paused;
    this.#showTyped = options.showTyped;
  }

  /** Records at which marks were set. */
  get marks(): readonly number[] {
    return this.#marks;
  }

  /** Plays until it is left. */
  async run(input: NodeJS.ReadStream): Promise<void> {
    const onKeys = (chunk: string): void => this.#press(keysOf(chunk));
    const onResize = (): void => {
      this.#view.forget();
      this.#wakeUp();
    };
    const wasRaw = input.isRaw;
    const { start, follow } = this.#options;
    if (start !== null) await this.#deck.seek(start);
    else if (follow) await this.#deck.seek({ atUs: this.#tape.durationUs });
    else await this.#deck.peek();
    this.#view.begin(this.#options.resize && this.#tape.isTerminal ? this.#deck.screen.size : null);
    try {
      input.setRawMode?.(true);
      input.setEncoding('utf8').on('data', onKeys).resume();
      process.stdout.on('resize', onResize);
      await this.#loop();
    } finally {
      input.off('data', onKeys).pause();
      process.stdout.off('resize', onResize);
      input.setRawMode?.(wasRaw);
      this.#view.end();
    }
  }

  /** Ends it from outside. */
  leave(): void {
    this.#left = true;
    this.#wakeUp();
  }

  async #loop(): Promise<void> {
    this.#pace.set(this.#deck.atUs);
    while (!this.#left) {
      while (this.#keys.length > 0 && !this.#left) await this.#key(this.#keys.shift()!);
      const waitMs = this.#isRunning
        ? await this.#play()
        : this.#isFollowing
          ? await this.#grow()
          : CLOCK_MS * 5;
      this.#draw();
      if (this.#isOver) return;
      await this.#sleep(waitMs);
    }
  }

  /** The session that was followed has ended, and all of it was seen. */
  get #isOver(): boolean {
    return this.#options.follow && this.#ended && !this.#tape.isOpen && !this.#paused;
  }

  get #isRunning(): boolean {
    return !this.#paused && !this.#ended;
  }

  get #isFollowing(): boolean {
    return this.#options.follow && this.#tape.isOpen && !this.#paused;
  }

  /** Plays what is due; how long until something is due again. */
  async #play(): Promise<number> {
    const startedMs = performance.now();
    for (;;) {
      const next = await this.#deck.peek();
      if (next === null) return this.#atEnd();
      const dueMs = this.#pace.dueMs(next.atUs, this.#deck.atUs);
      if (dueMs > 0) {
        this.#deck.wait(Math.min(next.atUs, this.#pace.nowUs));
        return Math.min(dueMs, CLOCK_MS);
      }
      const beat = (await this.#deck.step())!;
      this.#seen(beat);
      if (this.#paused) return 0;
      if (performance.now() - startedMs > BUDGET_MS) return 0;
    }
  }

  #seen(beat: Beat): void {
    if (beat.kind === 'damage') this.#notices.warn(beat.text);
    if (beat.kind === 'marker' && this.#options.pauseOnMarkers) {
      this.#paused = true;
      this.#notices.say(`marker: ${beat.text}`);
    }
  }

  #atEnd(): number {
    this.#ended = true;
    if (!this.#isFollowing) this.#deck.wait(this.#tape.durationUs);
    return FOLLOW_MS;
  }

  async #grow(): Promise<number> {
    if (!(await this.#tape.look())) return FOLLOW_MS;
    this.#ended = false;
    this.#pace.set(Math.max(this.#deck.atUs, this.#tape.durationUs - BEHIND_US));
    return 0;
  }

  #press(keys: readonly string[]): void {
    this.#keys.push(...keys.slice(0, 256));
    this.#wakeUp();
  }

  async #key(key: string): Promise<void> {
    if (this.#mode === 'forward' || this.#mode === 'backward') return this.#promptKey(key);
    if (this.#mode === 'help') return this.#helpKey(key);
    if (this.#mode === 'timeline') return this.#timelineKey(key);
    if (this.#mode !== 'verify') return this.#playKey(key);
    if (!this.#box.key(key, this.#view.room)) this.#mode = 'play';
  }

  async #playKey(key: string): Promise<void> {
    if (/^[0-9]$/.test(key)) {
      this.#digits = (this.#digits + key).slice(-6);
      this.#notices.say(`goto ${this.#digits} s: G`);
      return;
    }
    const digits = this.#digits;
    this.#digits = '';
    if (key === 'G' && digits !== '') await this.#goto({ atUs: Number(digits) * 1e6 });
    else await this.#actions[key]?.();
  }

  /** What each key does. */
  readonly #actions: Readonly<Record<string, () => void | Promise<void>>> = {
    ' ': () => this.#togglePause(),
    p: () => this.#togglePause(),
    '.': () => this.#stepForward(),
    ',': () => this.#stepBack(),
    left: () => this.#goto({ atUs: this.#deck.atUs - 5e6 }),
    right: () => this.#goto({ atUs: this.#deck.atUs + 5e6 }),
    'shift-left': () => this.#goto({ atUs: this.#deck.atUs - this.#tape.durationUs / 10 }),
    'shift-right': () => this.#goto({ atUs: this.#deck.atUs + this.#tape.durationUs / 10 }),
    '[': () => this.#gotoMarker(-1),
    ']': () => this.#gotoMarker(1),
    '<': () => this.#pace.step(-1, this.#deck.atUs),
    '{': () => this.#pace.step(-1, this.#deck.atUs),
    '>': () => this.#pace.step(1, this.#deck.atUs),
    '}': () => this.#pace.step(1, this.#deck.atUs),
    backspace: () => this.#pace.change(1, this.#deck.atUs),
    g: () => this.#goto({ atUs: 0 }),
    G: () => this.#goto({ atUs: this.#tape.durationUs }),
    '/': () => this.#ask('forward'),
    '?': () => this.#open('help', HELP_LINES),
    n: () => this.#search(this.#isBackward),
    N: () => this.#search(!this.#isBackward),
    enter: () => this.#skip(),
    m: () => this.#mark(),
    t: () => this.#openTimeline(),
    i: () => {
      this.#showTyped = !this.#showTyped;
    },
    v: () => this.#open('verify', proofLines(this.#tape)),
    q: () => this.leave(),
  };

  #togglePause(): void {
    this.#paused = !this.#paused;
    if (this.#ended && !this.#tape.isOpen) this.#paused = true;
    this.#pace.set(this.#deck.atUs);
  }

  async #stepForward(): Promise<void> {
    this.#paused = true;
    const beat = await this.#deck.step();
    if (beat !== null) this.#seen(beat);
  }

  async #stepBack(): Promise<void> {
    this.#paused = true;
    this.#ended = false;
    await this.#deck.back();
  }

  async #goto(target: Target): Promise<void> {
    const last = this.#tape.durationUs;
    const inside = 'atUs' in target ? { atUs: Math.min(last, Math.max(0, target.atUs)) } : target;
    await this.#deck.seek(inside);
    if (this.#deck.damage !== null) this.#notices.warn(this.#deck.damage);
    this.#ended = false;
    this.#pace.set(this.#deck.atUs);
  }

  async #gotoMarker(step: 1 | -1): Promise<void> {
    const marker = await this.#deck.marker(step);
    if (marker === null) return this.#notices.say(step === 1 ? 'no marker follows' : 'no marker before');
    await this.#goto({ seq: marker.seq });
    this.#notices.say(marker.text);
  }

  async #skip(): Promise<void> {
    const next = await this.#deck.peek();
    if (next !== null) this.#deck.wait(next.atUs);
    this.#pace.set(this.#deck.atUs);
  }

  #mark(): void {
    const { seq } = this.#deck;
    if (!this.#marks.includes(seq)) this.#marks.push(seq);
    this.#notices.say(`marked: seq:${seq}`);
  }

  #open(mode: 'help' | 'verify', lines: readonly string[]): void {
    this.#mode = mode;
    this.#asked = '';
    this.#box = new TextBox(lines);
  }

  #ask(mode: 'forward' | 'backward'): void {
    this.#mode = mode;
    this.#asked = '';
  }

  async #promptKey(key: string): Promise<void> {
    if (key === 'escape') this.#mode = 'play';
    else if (key === 'backspace') this.#asked = this.#asked.slice(0, -1);
    else if (key === 'enter') {
      this.#isBackward = this.#mode === 'backward';
      this.#mode = 'play';
      if (this.#asked !== '') this.#needle = this.#asked;
      await this.#search(this.#isBackward);
    } else if ([...key].length === 1 && this.#asked.length < 200) this.#asked += key;
  }

  /** Help is what `?` shows until a text to look for is typed. */
  async #helpKey(key: string): Promise<void> {
    if (this.#box.key(key, this.#view.room)) return;
    if ([...key].length > 1 || key === 'q' || key === '?') this.#mode = 'play';
    else {
      this.#mode = 'backward';
      await this.#promptKey(key);
    }
  }

  async #search(backward: boolean): Promise<void> {
    if (this.#needle === '') return this.#notices.say('nothing to look for: type / and a text');
    this.#notices.say(`looking for ${safeText(this.#needle)} …  any key stops`, Number.POSITIVE_INFINITY);
    this.#draw();
    const stopped = (): boolean => this.#keys.length > 0 || this.#left;
    const search = { tape: this.#tape, needle: this.#needle, seq: this.#deck.seq, stopped };
    const hit = backward ? await searchBackward(search) : await searchForward(search);
    if (hit < 0) return this.#notices.say(stopped() ? 'stopped' : `not found: ${safeText(this.#needle)}`);
    await this.#goto({ seq: hit });
    this.#paused = true;
    this.#notices.say(`${safeText(this.#needle)}: seq:${hit}`);
  }

  async #openTimeline(): Promise<void> {
    this.#menu = await menuOf(this.#tape, this.#deck.seq);
    if (this.#menu.isEmpty) return this.#notices.say('no statements and no markers');
    this.#mode = 'timeline';
  }

  async #timelineKey(key: string): Promise<void> {
    const chosen = this.#menu!.key(key, this.#view.room.rows - 4);
    if (chosen === 'open') return;
    this.#mode = 'play';
    if (chosen === 'closed') return;
    this.#paused = true;
    await this.#goto(chosen);
  }

  #draw(): void {
    this.#view.draw(this.#frame());
  }

  #frame(): Frame {
    const { persona, verification, durationUs } = this.#tape;
    return {
      screen: this.#deck.screen,
      sign: this.#sign,
      clock: `${clockText(this.#deck.atUs)} / ${clockText(durationUs)}`,
      share: durationUs === 0 ? 0 : this.#deck.atUs / durationUs,
      speed: this.#pace.text,
      who: safeText(`${persona.user} → ${persona.target}`),
      status: verification.status,
      isSound: verification.status.startsWith('VALID'),
      banner: this.#deck.damage ?? this.#notices.banner,
      note: this.#noteText,
      ...this.#boxed(),
    };
  }

  get #noteText(): string | null {
    if (this.#mode === 'forward') return `/${safeText(this.#asked)}`;
    if (this.#mode === 'backward') return `?${safeText(this.#asked)}`;
    return this.#notices.note ?? (this.#showTyped ? `⌨ ${this.#deck.typed}` : null);
  }

  get #sign(): string {
    if (this.#isFollowing && this.#ended) return '●';
    if (this.#ended) return '■';
    return this.#paused ? '⏸' : '▶';
  }

  #boxed(): Pick<Frame, 'box' | 'chosen'> {
    const isText = this.#mode === 'help' || this.#mode === 'verify';
    if (isText) return { box: this.#box.shown(this.#view.room), chosen: -1 };
    if (this.#mode === 'timeline') return this.#menu!.shown(this.#view.room.rows - 4);
    return { box: null, chosen: -1 };
  }

  #wakeUp(): void {
    this.#wake?.();
  }

  /** Ends early when a key is pressed. */
  async #sleep(ms: number): Promise<void> {
    if (this.#keys.length > 0 || this.#left) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(ms, ms === 0 ? 1 : Math.min(ms, FRAME_MS)));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }
}
