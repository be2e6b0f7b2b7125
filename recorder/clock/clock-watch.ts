/**
 * Watches whether the clock is synchronised, and says whether sessions may begin: PCI DSS 10.6. A
 * daemon that is started again, or a network that is away for a moment, ends nothing.
 */
import { PangateError } from '../../base/errors.ts';
import { recordingLimits } from '../limits.ts';
import { CLOCK_UNKNOWN, type ClockState, readClockState } from './clock-state.ts';

/** What is asked of the clock. */
export interface ClockOptions {
  /** `required`: no strict session begins beside a clock that is not known to be right; `off`: nobody looks. */
  readonly rule: 'required' | 'warn' | 'off';
  /** Told of the state at the start and of every other one. */
  readonly onState?: (state: ClockState) => void;
  /** Who is asked; for tests. */
  readonly read?: () => Promise<ClockState>;
  readonly lookMs?: number;
  /** How long it may not be synchronised after it was. */
  readonly graceMs?: number;
}

/** The clock of one archive. */
export class ClockWatch {
  readonly #options: Required<ClockOptions>;
  readonly #isStrict: boolean;
  #state: ClockState = CLOCK_UNKNOWN;
  #rightAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  /** Told of every state but the first. */
  onChange: ((state: ClockState) => void) | null = null;

  constructor(options: ClockOptions, isStrict: boolean) {
    this.#isStrict = isStrict;
    this.#options = {
      onState: () => undefined,
      read: readClockState,
      lookMs: recordingLimits.clockLookMs,
      graceMs: recordingLimits.clockGraceMs,
      ...options,
    };
  }

  /** Resolves when the state is known. */
  async start(): Promise<void> {
    if (this.#options.rule === 'off') return;
    this.#take(await this.#options.read());
    this.#options.onState(this.#state);
    this.#again();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** What is known of the clock: a metric. */
  get state(): ClockState {
    return this.#state;
  }

  /** As it stands in records and in the log; null where nobody looks. */
  get record(): Readonly<Record<string, unknown>> | null {
    if (this.#options.rule === 'off') return null;
    const { synced, source, errorUs } = this.#state;
    return { synced, src: source, err_us: errorUs };
  }

  /** Why no session may begin; null if one may. */
  get refusal(): PangateError | null {
    if (this.#options.rule !== 'required' || !this.#isStrict) return null;
    return performance.now() - this.#rightAtMs <= this.#options.graceMs ? null : this.#unsynced();
  }

  #again(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#options.lookMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const before = this.#state;
    const state = await this.#options.read();
    if (this.#timer === null) return;
    this.#take(state);
    if (state.synced !== before.synced || state.source !== before.source) {
      this.#options.onState(state);
      this.onChange?.(state);
    }
    this.#again();
  }

  #take(state: ClockState): void {
    this.#state = state;
    if (state.synced && (state.errorUs ?? 0) <= recordingLimits.clockErrorUsMax)
      this.#rightAtMs = performance.now();
  }

  #unsynced(): PangateError {
    const { synced, source } = this.#state;
    const what =
      synced === null
        ? 'nobody says whether it is'
        : synced
          ? `${source} says it may be off by too much`
          : `${source} says it is not`;
    return new PangateError(
      'clock-unsynced',
      `the clock of the gateway has to be synchronised, and ${what}`,
      'Run chrony, ntpd or systemd-timesyncd, or set record.clock to warn.',
    );
  }
}
