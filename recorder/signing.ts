/**
 * What an archive has its sealer do while sessions are open: sign what is sealed, log what is
 * accepted, and in strict mode end sessions when the sealer is silent for too long.
 * docs/formats/pgr-v1.md, "Sealer".
 */
import type { Clock } from '../base/clock.ts';
import { PangateError } from '../base/errors.ts';
import { recordingLimits } from './limits.ts';
import type { AcknowledgedHead, Notary } from './notary.ts';
import type { SessionRecorder } from './session.ts';
import type { SessionFile } from './session-file.ts';

/** Sessions that are signed in one tick; more take turns. */
const SIGNED_PER_TICK = 500;

/** A session that is open, as signing sees it. */
export interface SignedSession {
  readonly recorder: SessionRecorder;
  readonly file: SessionFile;
  /** Records that the log knows to be accepted. */
  acknowledged: number;
}

/** How to sign the sessions of one archive. */
export interface SigningOptions {
  readonly notary: Notary;
  readonly mode: 'strict' | 'best-effort';
  readonly clock: Clock;
  readonly onAlert: (error: Error) => void;
}

/** Ticks once a second. */
export class Signing {
  readonly #options: SigningOptions;
  #ticks = 0;
  #isAcknowledging = false;
  #isAlerted = false;

  constructor(options: SigningOptions) {
    this.#options = options;
  }

  /** Why sessions must not go on; null while they may. */
  get failure(): Error | null {
    const { notary, clock } = this.#options;
    const { trouble } = notary;
    if (trouble === null) return null;
    const silentMs = (clock.monotonicUs() - trouble.sinceUs) / 1000;
    if (silentMs < recordingLimits.sealerSilenceMsMax) return null;
    const remedy = 'Look at the sealer: its process, its socket, the space for its log.';
    return new PangateError('record-failed', `the sealer does not sign: ${trouble.error.message}`, remedy);
  }

  /** Signs what has grown; ends strict sessions that the sealer leaves alone. */
  tick(sessions: readonly SignedSession[]): void {
    const { failure } = this;
    if (failure !== null) this.#fail(failure, sessions);
    else this.#isAlerted = false;
    if (this.#options.notary.trouble !== null) return;
    const turns = Math.ceil(sessions.length / SIGNED_PER_TICK);
    const turn = this.#ticks++ % Math.max(1, turns);
    // Before the journal names a session nothing of it may be in the log.
    for (const [i, { recorder, file }] of sessions.entries())
      if (i % turns === turn && recorder.accepted >= 0) file.sign();
    this.#acknowledge(sessions);
  }

  #fail(error: Error, sessions: readonly SignedSession[]): void {
    if (!this.#isAlerted) this.#options.onAlert(error);
    this.#isAlerted = true;
    if (this.#options.mode === 'strict') for (const { recorder } of sessions) recorder.fail(error);
  }

  /** One round at a time: a slow sealer gets fewer, larger ones. */
  #acknowledge(sessions: readonly SignedSession[]): void {
    if (this.#isAcknowledging) return;
    const grown = sessions.filter(({ recorder, acknowledged }) => recorder.accepted + 1 > acknowledged);
    if (grown.length === 0) return;
    const heads = grown.map(({ recorder }): AcknowledgedHead => [recorder.sid, recorder.accepted + 1]);
    this.#isAcknowledging = true;
    this.#options.notary
      .acknowledge(heads)
      .then(() => {
        for (const [i, session] of grown.entries()) session.acknowledged = heads[i]![1];
      })
      .catch(() => undefined)
      .finally(() => {
        this.#isAcknowledging = false;
      });
  }
}
