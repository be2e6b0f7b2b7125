import type { Bytes } from './bytes.ts';

/** What a TLS end needs; PEM texts, held in memory only. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
  /** Accepted client authorities, if certificates are asked for. */
  readonly authority?: string;
}

/**
 * One end of a connection with its bytes, plain or TLS. Until `flow` is called it is read by
 * `read`; afterwards bytes come to the handler as they arrive, masked in place and passed on.
 */
export interface Wire {
  readonly address: string;
  readonly port: number;
  /** TLS version in use, or empty. */
  readonly tls: string;
  /** At least `bytesMin` bytes, as an owned array, or null at the end of the stream. More may come. */
  read(bytesMin: number): Promise<Bytes | null>;
  /** Puts bytes that `read` gave back in front of the stream. */
  unread(bytes: Bytes): void;
  /** Sends bytes that the caller owns and will not change. */
  write(bytes: Bytes): void;
  /** Turns a plain wire into a TLS one. Fails closed: bytes that came before the handshake are an error. */
  secure(options: SecureOptions): Promise<void>;
  /** Ends the connection after what was written; `destroy` at once. */
  end(): void;
  destroy(): void;
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
