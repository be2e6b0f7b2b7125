/**
 * The data path of one session: judge -> scan -> mask -> record -> send. Bytes that a lane hands
 * over leave in the order of the calls. In strict mode they do not leave for the client before
 * every record that was written before them is accepted, nor for the server before it is certain
 * to outlive this process.
 */
import type { Bytes } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import type { Lane, Log, Outlet } from '../base/host.ts';
import { limits } from '../base/limits.ts';
import type { Entry, Recorder } from '../base/recording.ts';
import type { Link, Sink } from '../base/wire.ts';
import { Inbox, type Lease } from './inbox.ts';

type Side = 'client' | 'server';

/** Views to send, with the buffer they read from and the record they wait for. */
interface Batch {
  readonly to: Way;
  readonly views: Bytes[];
  bytes: number;
  readonly lease: Lease | null;
  mark: number;
}

/** The way to one side. */
interface Way {
  readonly link: Link;
  /** Records have to be accepted before bytes go this way; else to outlive the process is enough. */
  readonly waitsForAccepted: boolean;
  /** Batches that wait for their records, oldest first. */
  readonly gate: Batch[];
  sentBytes: number;
}

/** What one session runs on. */
export interface PipeParts {
  readonly client: Link;
  readonly server: Link;
  readonly lane: Lane;
  readonly recorder: Recorder;
  readonly strict: boolean;
  readonly log: Log;
  /** Its abort ends the session in the protocol's own words; the reason is the error. */
  readonly stop?: AbortSignal;
}

/** How a session ended. */
export interface PipeEnd {
  readonly why: string;
  readonly error: Error | null;
  readonly bytesToClient: number;
  readonly bytesToServer: number;
}

/** Runs both directions until either side ends or something fails. Never rejects. */
export function runPipe(parts: PipeParts): Promise<PipeEnd> {
  return new Promise((resolve) => new Pipe(parts, resolve).start());
}

/** Fewer bytes are not sent ahead of a record that comes behind them. */
const CUT_BYTES_MIN = 16_384;
/** Views are joined from this number on: a long scatter list costs more than a copy. */
const VIEWS_MAX = 16;

class Pipe implements Outlet {
  readonly #parts: PipeParts;
  readonly #resolve: (end: PipeEnd) => void;
  readonly #inlets: { readonly client: Inlet; readonly server: Inlet };
  readonly #toClient: Way;
  readonly #toServer: Way;
  readonly #recorder: Recorder;
  readonly #lane: Lane;
  #gatedBytes = 0;
  #sending = 0;
  #batch: Batch | null = null;
  #current: Inlet | null = null;
  #mark = -1;
  #end: { why: string; error: Error | null } | null = null;
  #done = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: PipeParts, resolve: (end: PipeEnd) => void) {
    this.#parts = parts;
    this.#recorder = parts.recorder;
    this.#lane = parts.lane;
    this.#toClient = { link: parts.client, waitsForAccepted: true, gate: [], sentBytes: 0 };
    this.#toServer = { link: parts.server, waitsForAccepted: false, gate: [], sentBytes: 0 };
    this.#resolve = resolve;
    this.#inlets = {
      client: new Inlet('client', parts.client, this),
      server: new Inlet('server', parts.server, this),
    };
  }

  start(): void {
    const { stop } = this.#parts;
    stop?.addEventListener('abort', () => this.#fail(stop.reason as Error), { once: true });
    this.#recorder.onProgress = () => this.#progress();
    this.guard(() => this.#lane.start(this));
    this.flush();
    this.#parts.server.flow(this.#inlets.server);
    this.#parts.client.flow(this.#inlets.client);
  }

  // Outlet: what the lane calls while it runs.

  toClient(bytes: Bytes): void {
    this.#add(this.#toClient, bytes);
  }

  toServer(bytes: Bytes): void {
    this.#add(this.#toServer, bytes);
  }

  record(entry: Entry): void {
    // Bytes handed over before this record need not wait for it, but what follows must. A few wait
    // all the same: one write costs less than two, and the client is woken once.
    if (this.#batch && this.#batch.bytes >= CUT_BYTES_MIN) this.#cut();
    this.#mark = this.#recorder.write(entry);
  }

  end(why: string): void {
    this.#finish(why, null);
  }

  hold(side: Side, held: boolean): void {
    const inlet = this.#inlets[side];
    inlet.held = held;
    if (!held && inlet !== this.#current) queueMicrotask(() => inlet.proceed());
  }

  later(afterMs: number): void {
    if (this.#timer !== null || this.#end) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#end) return;
      this.guard(() => this.#lane.due?.());
      this.flush();
    }, afterMs);
  }

  // What the inlets call.

  get over(): boolean {
    return this.#end !== null;
  }

  /** Lets the lane work on one side's bytes, then sends what it has handed over. */
  run(inlet: Inlet): void {
    this.#current = inlet;
    try {
      inlet.settle(this.#lane);
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#current = null;
    this.flush();
  }

  /** True if more may be read from this side. */
  open(inlet: Inlet): boolean {
    if (this.#end || inlet.held) return false;
    const way = inlet.side === 'client' ? this.#toServer : this.#toClient;
    if (this.#gatedBytes + way.link.unsentBytes > limits.pendingBytesMax) return false;
    return this.#recorder.pendingBytes <= limits.pendingBytesMax;
  }

  sourceEnded(inlet: Inlet, error: Error | null): void {
    if (this.#end) return;
    this.guard(() => this.#lane.ended(inlet.side, inlet.inbox.unsettled.length));
    this.flush();
    const isSilent = error instanceof PangateError && error.code === 'peer-silent';
    this.#finish(`${inlet.side}-${isSilent ? 'silent' : error ? 'lost' : 'ended'}`, null);
  }

  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  flush(): void {
    this.#cut();
    if (this.#end) this.#finalize();
  }

  #add(to: Way, bytes: Bytes): void {
    if (bytes.length === 0) return;
    let batch = this.#batch;
    if (!batch || batch.to !== to) {
      this.#cut();
      const lease = this.#current?.inbox.lease ?? null;
      lease?.hold();
      batch = this.#batch = { to, views: [], bytes: 0, lease, mark: -1 };
    }
    batch.bytes += bytes.length;
    if (!extendLast(batch.views, bytes)) batch.views.push(bytes);
  }

  /** Closes the batch in the making: it goes out now, or behind the gate. */
  #cut(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = null;
    batch.mark = this.#parts.strict ? this.#mark : -1;
    const { gate } = batch.to;
    if (gate.length === 0 && this.#isCovered(batch) && !this.#recorder.failure) return this.#send(batch);
    gate.push(batch);
    this.#gatedBytes += batch.bytes;
    if (batch.to.waitsForAccepted) this.#recorder.hasten();
  }

  /** True if the records before these bytes are as safe as their direction asks. */
  #isCovered({ to, mark }: Batch): boolean {
    return mark <= (to.waitsForAccepted ? this.#recorder.accepted : this.#recorder.written);
  }

  #progress(): void {
    const { failure } = this.#recorder;
    if (failure && this.#parts.strict) return this.#fail(failure);
    this.#release(this.#toServer);
    this.#release(this.#toClient);
    this.#moved();
  }

  #release({ gate }: Way): void {
    while (gate.length > 0 && this.#isCovered(gate[0]!)) {
      const batch = gate.shift()!;
      this.#gatedBytes -= batch.bytes;
      this.#send(batch);
    }
  }

  #send(batch: Batch): void {
    const { to, lease, bytes } = batch;
    to.sentBytes += bytes;
    const views = batch.views.length > VIEWS_MAX ? [Buffer.concat(batch.views, bytes)] : batch.views;
    const left = (): void => {
      this.#sending--;
      lease?.release();
      this.#moved();
    };
    if (to.link.send(views, left)) lease?.release();
    else this.#sending++;
  }

  /** Something has left: reading may go on, or the session may be complete. */
  #moved(): void {
    if (this.#end) return this.#finalize();
    this.#inlets.client.proceed();
    this.#inlets.server.proceed();
  }

  #finish(why: string, error: Error | null): void {
    if (this.#end) return;
    this.#end = { why, error };
    setTimeout(() => this.#complete(), limits.closingTimeoutMs).unref();
    if (!this.#batch) this.#finalize();
  }

  /** Ends the session in the protocol's own words; what is behind the gate stays unsent. */
  #fail(error: Error): void {
    if (this.#end?.error || this.#done) return;
    this.#drop();
    this.#batch?.lease?.release();
    this.#batch = null;
    this.#end = { why: error instanceof PangateError ? error.code : 'assertion', error };
    if (!(error instanceof PangateError))
      this.#parts.log.error({ stack: error.stack }, 'A session failed on an error of ours.');
    this.#parts.client.write(this.#lane.failed(error));
    this.#complete();
  }

  #finalize(): void {
    if (this.#gatedBytes === 0 && this.#sending === 0 && !this.#batch) this.#complete();
  }

  /** What is behind the gates stays unsent. */
  #drop(): void {
    for (const { gate } of [this.#toServer, this.#toClient])
      for (const batch of gate.splice(0)) batch.lease?.release();
    this.#gatedBytes = 0;
  }

  #complete(): void {
    if (this.#done || !this.#end) return;
    this.#done = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#drop();
    this.#inlets.client.close();
    this.#inlets.server.close();
    this.#recorder.onProgress = null;
    this.#resolve({
      ...this.#end,
      bytesToClient: this.#toClient.sentBytes,
      bytesToServer: this.#toServer.sentBytes,
    });
  }
}

/** Grows the last view if `bytes` follow it directly in the same memory. */
function extendLast(views: Bytes[], bytes: Bytes): boolean {
  const last = views[views.length - 1];
  // Asking for the buffer costs more than the rest.
  if (!last || last.byteOffset + last.length !== bytes.byteOffset || last.buffer !== bytes.buffer)
    return false;
  views[views.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
  return true;
}

/** One side's source: reads while the pipe is open, remembers when it was stopped. */
class Inlet implements Sink {
  readonly side: Side;
  readonly inbox: Inbox = new Inbox();
  held = false;
  readonly #wire: Link;
  readonly #pipe: Pipe;
  #stopped = false;
  #closed = false;

  constructor(side: Side, wire: Link, pipe: Pipe) {
    this.side = side;
    this.#wire = wire;
    this.#pipe = pipe;
  }

  room(): Bytes {
    return this.inbox.room();
  }

  filled(bytes: number): boolean {
    // After the end only the end of the stream is still awaited; what comes is dropped.
    if (this.#closed) return true;
    this.inbox.filled(bytes);
    return this.#work();
  }

  chunk(bytes: Bytes): boolean {
    if (this.#pipe.over) return false;
    this.#pipe.guard(() => this.inbox.append(bytes));
    return this.#work();
  }

  ended(error: Error | null): void {
    this.#pipe.sourceEnded(this, error);
  }

  released(): void {
    this.inbox.release();
  }

  settle(lane: Lane): void {
    const bytes = this.inbox.unsettled;
    if (bytes.length === 0 || this.held) return;
    const settled = this.side === 'client' ? lane.client(bytes) : lane.server(bytes);
    this.inbox.settle(settled);
    // A lane settles or streams what grows past its own limits; this bound is the last one.
    if (bytes.length - settled > limits.heldBytesMax)
      throw new PangateError('limit-exceeded', 'A message is longer than may be held.');
  }

  /** Goes on reading if that was stopped and may go on now. */
  proceed(): void {
    if (!this.#stopped || !this.#pipe.open(this)) return;
    this.#stopped = false;
    if (this.#work()) this.#wire.resume();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wire.end();
    this.#wire.resume();
    setTimeout(() => this.#wire.destroy(), 2000).unref();
  }

  #work(): boolean {
    if (!this.#pipe.over && !this.held) this.#pipe.run(this);
    if (this.#closed) return true;
    if (this.#pipe.open(this)) return true;
    this.#stopped = true;
    return false;
  }
}
