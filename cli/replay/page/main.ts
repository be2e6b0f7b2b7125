/// <reference lib="dom" />
/** The page: what it is about, the clock, the keys. */
import { byId, clockText, element } from './element.ts';
import { EventsView } from './events-view.ts';
import type { PageMeta } from './model.ts';
import { TerminalView } from './terminal-view.ts';

const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16];
/** Silences are cut to this while `skip silence` is on. */
const IDLE_US = 2_000_000;

interface Stage {
  show(atUs: number, scroll: boolean): Promise<void>;
  next(atUs: number): number | null;
}

class Page {
  readonly #meta: PageMeta;
  readonly #stage: Stage;
  #atUs = 0;
  #speed = 1;
  #isPlaying = false;
  #skipsIdle = true;
  #beforeMs = 0;

  constructor(meta: PageMeta) {
    this.#meta = meta;
    document.title = `${meta.title} · pangate`;
    head(meta);
    if (meta.kind === 'terminal') {
      this.#stage = new TerminalView(meta);
      document.body.classList.add('with-markers');
      byId('markers').append(...meta.markers.map((marker) => this.#marker(marker)));
    } else {
      const events = new EventsView(meta, (atUs) => void this.go(atUs, false));
      this.#stage = events;
      void events.load().then(() => this.go(0, false));
    }
    this.#ticks();
    this.#listen();
    void this.go(0, false);
  }

  async go(atUs: number, scroll = true): Promise<void> {
    this.#atUs = Math.min(this.#meta.durationUs, Math.max(0, atUs));
    byId('time').textContent = `${clockText(this.#atUs)} / ${clockText(this.#meta.durationUs)}`;
    byId<HTMLInputElement>('seek').value = String(this.#atUs);
    byId('done').style.width = `${(100 * this.#atUs) / Math.max(1, this.#meta.durationUs)}%`;
    await this.#stage.show(this.#atUs, scroll);
  }

  #play(isPlaying: boolean): void {
    this.#isPlaying = isPlaying;
    if (isPlaying && this.#atUs >= this.#meta.durationUs) this.#atUs = 0;
    byId('play').textContent = isPlaying ? '❚❚' : '►';
    byId('play').setAttribute('aria-label', isPlaying ? 'Pause' : 'Play');
    this.#beforeMs = performance.now();
    if (isPlaying) requestAnimationFrame(() => void this.#tick());
  }

  async #tick(): Promise<void> {
    if (!this.#isPlaying) return;
    const nowMs = performance.now();
    let atUs = this.#atUs + (nowMs - this.#beforeMs) * 1000 * this.#speed;
    this.#beforeMs = nowMs;
    const next = this.#stage.next(this.#atUs) ?? this.#meta.durationUs;
    if (this.#skipsIdle && next - atUs > IDLE_US) atUs = next - IDLE_US;
    await this.go(atUs);
    if (this.#atUs >= this.#meta.durationUs) this.#play(false);
    else requestAnimationFrame(() => void this.#tick());
  }

  #marker([atUs, , text]: PageMeta['markers'][number]): HTMLElement {
    const button = element(
      'button',
      'marker',
      element('span', 'at', clockText(atUs)),
      element('span', '', text),
    );
    button.addEventListener('click', () => void this.go(atUs));
    return button;
  }

  #ticks(): void {
    const most = 400;
    const step = Math.max(1, Math.ceil(this.#meta.markers.length / most));
    for (const [index, [atUs]] of this.#meta.markers.entries()) {
      if (index % step !== 0) continue;
      const tick = element('i', '');
      tick.style.left = `${(100 * atUs) / Math.max(1, this.#meta.durationUs)}%`;
      byId('ticks').append(tick);
    }
  }

  #listen(): void {
    const seek = byId<HTMLInputElement>('seek');
    seek.max = String(this.#meta.durationUs);
    seek.addEventListener('input', () => void this.go(Number(seek.value)));
    byId('play').addEventListener('click', () => this.#play(!this.#isPlaying));
    byId('speed').addEventListener('click', () => this.#faster(1));
    byId('idle').addEventListener('click', () => {
      this.#skipsIdle = !this.#skipsIdle;
      byId('idle').setAttribute('aria-pressed', String(this.#skipsIdle));
    });
    byId('status').addEventListener('click', () => byId<HTMLDialogElement>('proof').showModal());
    byId('help-button').addEventListener('click', () => byId<HTMLDialogElement>('help').showModal());
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    if ((event.target as HTMLElement).id === 'find') {
      if (event.key === 'Escape') (event.target as HTMLElement).blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const action =
      this.#actions[event.shiftKey && event.key.startsWith('Arrow') ? `+${event.key}` : event.key];
    if (action === undefined) return;
    event.preventDefault();
    void action();
  }

  readonly #actions: Readonly<Record<string, () => unknown>> = {
    ' ': () => this.#play(!this.#isPlaying),
    p: () => this.#play(!this.#isPlaying),
    ArrowLeft: () => this.go(this.#atUs - 5e6),
    ArrowRight: () => this.go(this.#atUs + 5e6),
    '+ArrowLeft': () => this.go(this.#atUs - this.#meta.durationUs / 10),
    '+ArrowRight': () => this.go(this.#atUs + this.#meta.durationUs / 10),
    '[': () => this.#toMarker(-1),
    ']': () => this.#toMarker(1),
    '<': () => this.#faster(-1),
    '>': () => this.#faster(1),
    Backspace: () => this.#setSpeed(1),
    g: () => this.go(0),
    G: () => this.go(this.#meta.durationUs),
    Enter: () => this.go(this.#stage.next(this.#atUs) ?? this.#meta.durationUs),
    '/': () => document.getElementById('find')?.focus(),
    v: () => byId<HTMLDialogElement>('proof').showModal(),
    '?': () => byId<HTMLDialogElement>('help').showModal(),
  };

  #toMarker(step: 1 | -1): unknown {
    const { markers } = this.#meta;
    const found =
      step === 1
        ? markers.find(([atUs]) => atUs > this.#atUs)
        : markers.findLast(([atUs]) => atUs < this.#atUs);
    return found && this.go(found[0]);
  }

  #faster(step: number): void {
    const index = SPEEDS.indexOf(this.#speed) + step;
    this.#setSpeed(SPEEDS[index >= SPEEDS.length ? 0 : Math.max(0, index)]!);
  }

  #setSpeed(speed: number): void {
    this.#speed = speed;
    byId('speed').textContent = `${speed}×`;
  }
}

function head(meta: PageMeta): void {
  byId('title').textContent = meta.title;
  for (const [name, value] of meta.facts)
    byId('facts').append(element('div', '', element('dt', '', name), element('dd', '', value)));
  const isSound = meta.status.startsWith('VALID');
  byId('status').textContent = meta.status;
  byId('status').className = isSound ? 'sound' : 'unsound';
  byId('reason').textContent = meta.reason;
  for (const [name, value] of meta.proof)
    byId('proof-list').append(element('dt', '', name), element('dd', '', value));
  const banner = byId('banner');
  banner.hidden = isSound;
  banner.textContent = isSound ? '' : `${meta.status}. ${meta.reason} ${meta.damages.join(' ')}`;
}

new Page(JSON.parse(byId('meta').textContent!) as PageMeta);
