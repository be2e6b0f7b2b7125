/**
 * A sealer in another process. Requests wait for it while it is away, up to a bound; a request
 * that was under way when it went is asked again, and a note that was logged is not made twice.
 */
import { connect, type Socket } from 'node:net';
import { type Bytes, equal, join } from '../../base/bytes.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type ErrorCode, PangateError } from '../../base/errors.ts';
import type { AuditEntry } from '../../base/recording.ts';
import { FRAME_HEAD_BYTES } from '../frame.ts';
import { sha256 } from '../hash.ts';
import { recordingLimits } from '../limits.ts';
import type { AcknowledgedHead, Notary } from '../notary.ts';
import { decodeSessionNote } from '../session-note.ts';
import { encodeMessage, MessageReader, withSocketPath } from './wire.ts';

const RECONNECT_MS = 100;
/** A request that is older than this is trouble, though the socket is open. */
const SLOW_MS = 2000;

/** The connection went while a request was under way. */
class SealerLost extends Error {}

interface Pending {
  readonly sinceUs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A connection that comes back by itself. */
export class SealerClient implements Notary {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  readonly #waiting = new Set<() => void>();
  #socket: Socket | null = null;
  #lost: { readonly error: Error; readonly sinceUs: number } | null = null;
  #nextId = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(folder: string, clock: Clock = systemClock) {
    this.#folder = folder;
    this.#clock = clock;
    this.#lost = { error: new Error('it has not been reached yet'), sinceUs: clock.monotonicUs() };
    this.#connect();
  }

  get trouble(): Notary['trouble'] {
    if (this.#lost !== null) return this.#lost;
    const [oldest] = this.#pending.values();
    if (oldest === undefined || this.#clock.monotonicUs() - oldest.sinceUs < SLOW_MS * 1000) return null;
    return { error: new Error('it does not answer'), sinceUs: oldest.sinceUs };
  }

  async sign(sid: string, frames: readonly Bytes[], end: boolean): Promise<Bytes> {
    const bytes = join(frames);
    const head = sha256(frames.at(-1) ?? new Uint8Array(0));
    let isAsked = false;
    return this.#persist(async () => {
      const known = isAsked ? ((await this.#request('last', sid)) as Bytes | null) : null;
      isAsked = true;
      if (known !== null && isOver(known, head)) return known;
      return (await this.#request('sign', sid, bytes, end)) as Bytes;
    });
  }

  async last(sid: string): Promise<Bytes | null> {
    return this.#persist(async () => (await this.#request('last', sid)) as Bytes | null);
  }

  async acknowledge(heads: readonly AcknowledgedHead[]): Promise<void> {
    await this.#request('acknowledge', heads);
  }

  async append(entry: AuditEntry): Promise<number> {
    return this.#persist(async () => (await this.#request('append', entry)) as number);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.destroy();
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when the sealer is reached; rejects when that takes too long. */
  async ready(withinMs: number = recordingLimits.sealerSilenceMsMax): Promise<void> {
    const untilUs = this.#clock.monotonicUs() + withinMs * 1000;
    while (this.#lost !== null) {
      const leftMs = (untilUs - this.#clock.monotonicUs()) / 1000;
      if (leftMs <= 0 || this.#isClosed) throw unreachable(this.#lost.error);
      await this.#change(leftMs);
    }
  }

  /** Tries until it is done or the sealer is away for too long. */
  async #persist<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.ready();
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof SealerLost)) throw error;
      }
    }
  }

  #request(...message: readonly unknown[]): Promise<unknown> {
    const socket = this.#socket;
    if (socket === null || this.#lost !== null) return Promise.reject(new SealerLost('it is not reached'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { sinceUs: this.#clock.monotonicUs(), resolve, reject });
      socket.write(encodeMessage([id, ...message]));
    });
  }

  #connect(): void {
    const reader = new MessageReader();
    let socket: Socket;
    try {
      const { value, done } = withSocketPath(this.#folder, (path) => connect(path));
      socket = value;
      socket.once('connect', done).once('error', done);
    } catch (error) {
      this.#lose(null, error as Error);
      return;
    }
    this.#socket = socket;
    let failure = new Error('it has ended');
    socket.on('connect', () => {
      this.#lost = null;
      for (const wake of this.#waiting) wake();
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => this.#lose(socket, failure));
    socket.on('data', (chunk) => {
      try {
        reader.push(chunk, (message) => this.#take(message));
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
  }

  #take([id, isDone, value, text]: readonly unknown[]): void {
    const pending = this.#pending.get(id as number);
    this.#pending.delete(id as number);
    if (isDone === true) pending?.resolve(value);
    else pending?.reject(new PangateError(value as ErrorCode, String(text)));
  }

  #lose(socket: Socket | null, error: Error): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#lost ??= { error, sinceUs: this.#clock.monotonicUs() };
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new SealerLost(error.message));
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#connect(), RECONNECT_MS);
  }

  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#waiting.add(wake);
    });
  }
}

/** Connects to a sealer that runs by itself. Throws `record-failed` if it is not reached. */
export async function connectSealer(folder: string): Promise<Notary> {
  const client = new SealerClient(folder);
  try {
    await client.ready();
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

function isOver(frame: Bytes, head: Bytes): boolean {
  const note = decodeSessionNote(frame.subarray(FRAME_HEAD_BYTES));
  return note !== null && equal(note.head, head);
}

function unreachable(error: Error): PangateError {
  const remedy = 'Look at the sealer: its process, its socket, the space for its log.';
  return new PangateError('record-failed', `the sealer is not reached: ${error.message}`, remedy);
}
