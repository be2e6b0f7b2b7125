import type { Bytes } from './bytes.ts';

/** What a TLS end needs; PEM texts, held in memory only. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
  /** Accepted client authorities, if certificates are asked for. */
  readonly authority?: string;
}

/** Takes a link's bytes once login is over. */
export interface Sink {
  /** Where to read next: at least one byte. Only asked by links that read in place. */
  room(): Bytes;
  /** So many bytes have been read into the last `room`. False stops reading until `resume`. */
  filled(bytes: number): boolean;
  /** A chunk that the sink owns from now on. False stops reading until `resume`. */
  chunk(bytes: Bytes): boolean;
  /** No more bytes will come; `error` if the connection broke. */
  ended(error: Error | null): void;
  /** The link is closed: nothing will be read into the last `room` any more. */
  released(): void;
}

/**
 * One end of a connection as the data path sees it: bytes come to a sink as they arrive, are
 * masked in place and passed on. A socket is one; so is what a protocol lays over a socket.
 */
export interface Link {
  readonly address: string;
  readonly port: number;
  /** TLS version in use, or empty. */
  readonly tls: string;
  /** Hands all further bytes to the sink, first those already here. */
  flow(sink: Sink): void;
  /** Goes on reading after the sink has stopped it. */
  resume(): void;
  /** Sends bytes that the caller owns and will not change. */
  write(bytes: Bytes): void;
  /**
   * Sends views. True if all of them are taken (or the connection is gone); else they stay
   * unchanged until `sent` is called, later.
   */
  send(views: readonly Bytes[], sent: () => void): boolean;
  /** Bytes that were sent and are not yet taken. */
  readonly unsentBytes: number;
  /** Ends the connection after what was written; `destroy` at once. */
  end(): void;
  destroy(): void;
}

/** A link that can be read by hand, which login does, and turned into a TLS one. */
export interface Wire extends Link {
  /** At least `bytesMin` bytes, as an owned array, or null at the end of the stream. More may come. */
  read(bytesMin: number): Promise<Bytes | null>;
  /** Puts bytes that `read` gave back in front of the stream. */
  unread(bytes: Bytes): void;
  /** Turns a plain wire into a TLS one. Fails closed: bytes that came before the handshake are an error. */
  secure(options: SecureOptions): Promise<void>;
}

/** How one side of a TLS handshake is to be done. */
export interface SecureOptions {
  readonly side: 'client' | 'server';
  readonly identity?: TlsIdentity;
  /** For the client side: authorities to trust (empty: the system's), name to check (empty: none). */
  readonly authority?: string;
  readonly serverName?: string;
  readonly verify?: boolean;
  /** ALPN names, ours first. */
  readonly protocols?: readonly string[];
  /** Ends the handshake in an error unless one of `protocols` was agreed. */
  readonly alpnRequired?: boolean;
  /** Bytes that are already here: an error (the default), or the handshake's first ones. */
  readonly early?: 'refuse' | 'feed';
}
