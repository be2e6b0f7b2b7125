import type { Bytes } from './bytes.ts';
import type { Cleaner } from './cleaner.ts';
import type { Clock } from './clock.ts';
import type { Identity, Person } from './identity.ts';
import type { Limits } from './limits.ts';
import type { Entry } from './recording.ts';
import type { Target } from './target.ts';
import type { Link, TlsIdentity, Wire } from './wire.ts';

/**
 * What a protocol plug-in gets from the engine for one accepted connection. The engine owns
 * sockets, recording and the order judge -> scan -> mask -> record -> send; the plug-in speaks
 * the protocol.
 */
export interface Host {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly limits: Limits;
  /** The gateway's own certificate, if the listener has TLS. */
  readonly tls: TlsIdentity | null;
  /** The folder of the gateway's own host keys, where the listener's protocol has such; null without one. */
  readonly hostKeys: string | null;
  /** The listener's own target stands fast: what the client names is not asked for. */
  readonly targetFixed: boolean;
  /** Clients without TLS are refused. */
  readonly tlsRequired: boolean;
  readonly log: Log;
  /** How much of each result is recorded. */
  readonly results: ResultPolicy;
  /**
   * The target for a person whose proof held: the listener's own, or the one named. Throws
   * `login-failed` if there is none or this person may not reach it.
   */
  target(person: Person, name: string): Target;
  /** The rule set for a target. */
  cleaner(target: Target): Cleaner;
  /** Says that login is over: the deadline for it ends. */
  loggedIn(): void;
  /** Opens a connection to the target's server. Throws `upstream-unreachable`. */
  dial(target: Target): Promise<Wire>;
  /** Opens the recording and runs both directions until either side ends. */
  run(session: Session, lane: Lane): Promise<void>;
  /** A failed login or refused connection, for the audit trail. */
  denied(who: {
    readonly user: string;
    readonly target: string;
    readonly protocol: string;
    readonly reason: string;
  }): void;
  /** Registers a way to reach this session from another connection (cancel); returns its undoing. */
  register(key: string, handler: () => void): () => void;
  /** Calls what another connection has registered; false if there is nothing. */
  signal(key: string): boolean;
}

/** What of a result goes into the recording, per statement. */
export interface ResultPolicy {
  /** Rows recorded as they were sent (masked). */
  readonly rowsMax: number;
  /** Bytes of rows recorded. */
  readonly bytesMax: number;
  /** Commits what is beyond by a SHA-256 of its masked bytes. */
  readonly commit: boolean;
}

/** The gateway's log: fields and messages never hold a payload byte or a secret. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** One logged-in connection, ready to run. */
export interface Session {
  readonly person: Person;
  readonly method: string;
  readonly target: Target;
  readonly client: Link;
  readonly server: Link;
  readonly application: string;
  readonly database: string;
  readonly serverVersion: string;
}

/** What a lane may do with what it has read. Views given to it must stay unchanged until sent. */
export interface Outlet {
  /** Bytes for the client, in order. A view of what `push` was given, or the lane's own. */
  toClient(bytes: Bytes): void;
  /** Bytes for the server, in order. */
  toServer(bytes: Bytes): void;
  /**
   * A record. Strict mode: it is accepted before any byte for the client that is sent after this call,
   * and outlives the process before any such byte for the server.
   */
  record(entry: Entry): void;
  /** Ends the session after what was sent has gone out. */
  end(why: string): void;
  /** Stops (true) or resumes reading from one side: a held statement, an answer awaited. */
  hold(side: 'client' | 'server', held: boolean): void;
  /** Has the lane's `due` called after so many milliseconds; asked again meanwhile, it changes nothing. */
  later(afterMs: number): void;
}

/**
 * A protocol's logic for one session, both directions: bytes in, bytes and records out. No
 * sockets, clocks or promises. `client` and `server` take the bytes from the first one not yet
 * settled and return how many are settled; the rest comes again in front of the next ones. The
 * lane may mask in place. A thrown error ends the session: the lane's `failed` says how.
 */
export interface Lane {
  start(outlet: Outlet): void;
  client(bytes: Bytes): number;
  server(bytes: Bytes): number;
  /** One side has ended; `unsettled` bytes of it will never be complete. */
  ended(side: 'client' | 'server', unsettled: number): void;
  /** Its records are a terminal's (`tty.*`): screens are recorded between them, and watched. */
  readonly hasScreens?: boolean;
  /** The time that `later` was asked for has come. */
  due?(): void;
  /** True while nobody waits for an answer and nothing is left half done: ending now loses nothing. */
  readonly idle?: boolean;
  /** The protocol's own words for an error that ends the session; goes to the client, unrecorded. */
  failed(error: Error): Bytes;
}
