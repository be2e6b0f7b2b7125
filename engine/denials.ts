/**
 * Evidence of logins that were denied (PCI DSS 10.2.1.4): one recording for each process and day, whose
 * result is `failure`. Anybody can be denied at any rate, so records are rationed: what goes beyond is
 * counted, and the disk cannot be filled from outside (about 9,000 records a day).
 */
import { text, utf8 } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { ANYWHERE } from '../base/finding.ts';
import type { Log } from '../base/host.ts';
import { type Archive, FACT, type Recorder, type SessionOpening } from '../base/recording.ts';
import { createCleaner } from './cleaner.ts';
import { defaultRules } from './mask-rules.ts';

const DAY_US = 86_400_000_000;
/** Records at once; then one in so many microseconds. */
const BURST = 100;
const RATION_US = 10_000_000;
const USER_CHARACTERS_MAX = 64;

/** One denied login: who said to be whom, from where, why not. */
export interface Denial {
  readonly listener: string;
  readonly protocol: string;
  readonly client: string;
  readonly port: number;
  /** As `told` gives it. */
  readonly user: string;
  readonly target: string;
  /** An error code. */
  readonly reason: string;
}

interface Parts {
  readonly archive: Archive;
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes the denials of a gateway. Never throws. */
export class Denials {
  readonly #parts: Parts;
  #recorder: Recorder | null = null;
  #day = 0;
  #left = BURST;
  #filledUs: number;
  /** Denials since the last record that were only counted. */
  #uncounted = 0;
  #configDigest = '';

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#filledUs = parts.clock.monotonicUs();
  }

  add(denial: Denial, configDigest: string): void {
    this.#configDigest = configDigest;
    if (this.#takeRation()) this.#write({ ...denial });
    else this.#uncounted++;
  }

  /** Writes what was only counted, and completes the recording. */
  close(): void {
    if (this.#uncounted > 0) this.#write({});
    this.#end('shutdown');
  }

  #takeRation(): boolean {
    const nowUs = this.#parts.clock.monotonicUs();
    const fresh = Math.floor((nowUs - this.#filledUs) / RATION_US);
    this.#filledUs += fresh * RATION_US;
    this.#left = Math.min(BURST, this.#left + fresh);
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  #write(data: Readonly<Record<string, unknown>>): void {
    const { archive, log } = this.#parts;
    const recorder = this.#today();
    if (recorder === null) {
      this.#uncounted++;
      return;
    }
    const more = this.#uncounted > 0 ? { more: this.#uncounted } : {};
    this.#uncounted = 0;
    const entry = { type: 'denied', sid: recorder.sid, ...data, ...more };
    archive.log?.append(entry).catch((error: Error) => {
      log.error({ cause: error.message }, 'a denied login is not in the log of the recordings');
    });
    recorder.write({
      type: 'login.denied',
      data: { ...data, ...more },
      facts: { errors: 1, kinds: FACT.deny },
    });
  }

  /** The recording of this day; null while nothing can be recorded. */
  #today(): Recorder | null {
    const { archive, clock, log } = this.#parts;
    const day = Math.floor(clock.wallUs() / DAY_US);
    if (day !== this.#day || this.#recorder?.failure) this.#end('another day');
    if (this.#recorder || archive.refusal) return this.#recorder;
    try {
      this.#day = day;
      this.#recorder = archive.open(openingOf(this.#configDigest));
    } catch (error) {
      log.error({ cause: (error as Error).message }, 'denied logins cannot be recorded');
    }
    return this.#recorder;
  }

  #end(why: string): void {
    const { log } = this.#parts;
    this.#recorder?.close(why).catch((error: Error) => {
      log.error({ cause: error.message }, 'the recording of denied logins could not be completed');
    });
    this.#recorder = null;
  }
}

const cleaner = createCleaner(defaultRules);

/** What a stranger calls itself may be anything, a card number too. */
export function told(name: string): string {
  return text(cleaner.clean(utf8(name), ANYWHERE)).slice(0, USER_CHARACTERS_MAX);
}

function openingOf(configDigest: string): SessionOpening {
  return {
    protocol: '',
    user: { id: 'denied logins', method: '', groups: [] },
    client: { address: '', port: 0, application: '', tls: '' },
    target: { name: '', address: '', database: '', version: '', tls: '' },
    rules: { digest: cleaner.digest },
    configDigest,
    result: 'failure',
  };
}
