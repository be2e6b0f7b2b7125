/**
 * Every bound in one place. A loop, queue, table or wait that is not bounded by its input
 * is bounded by a name from here; tests take each at n and n + 1. Configuration may lower
 * (and for the ones under `limits:` raise) them per listener.
 */
export const limits = {
  /** Bytes of one protocol message that may be held whole; larger ones are streamed in pieces. */
  messageHeldBytesMax: 131_072,
  /** Bytes of one message that cannot be streamed (an error, a row description). */
  messageControlBytesMax: 1_048_576,
  /** Bytes received and not settled, whatever the protocol: the engine's last bound. */
  heldBytesMax: 4_194_304,
  /** Bytes of one protocol message at all. */
  messageBytesMax: 1_073_741_824,
  /** Bytes of a startup or login message. */
  loginMessageBytesMax: 16_384,
  /** From accept to the end of login. */
  loginTimeoutMs: 15_000,
  /** To connect and log in to the server. */
  upstreamTimeoutMs: 10_000,
  /** Unauthenticated connections per client address. */
  loginsPerAddressMax: 64,
  /** Sessions in one process. */
  sessionsMax: 10_000,
  /** Prepared statements and portals that one session may have. */
  preparedStatementsMax: 10_000,
  /** Channels that are open at once in one connection. */
  channelsMax: 100,
  /** Requests sent to the server and not yet answered, in one session. */
  pipelinedRequestsMax: 100_000,
  /** Bytes waiting for one socket before its other side is no longer read. */
  pendingBytesMax: 1_048_576,
  /** From the end of one side to the end of the session: what is on its way may still leave. */
  closingTimeoutMs: 10_000,
  /** From the signal to drain to the end of the sessions that are not at rest by then. */
  drainTimeoutMs: 30_000,
  /** One read of a busy socket. */
  readBytesMax: 262_144,
  /** One read of a quiet socket. */
  readBytesMin: 16_384,
} as const;

/** The same names with the values in force. */
export type Limits = { readonly [Name in keyof typeof limits]: number };
