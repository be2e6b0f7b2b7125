/**
 * Every error that pangate raises on purpose carries one of these codes. Three kinds:
 * the peer's (answered in its protocol), the operator's (which key, what to do) and
 * ours (an assertion: the session dies, the process lives). Messages never hold a
 * payload byte, an SQL literal or a secret. docs/errors.md lists the codes; a test compares.
 */
export type ErrorCode =
  | 'assertion' // ours: a state that the code holds to be impossible
  | 'archive-damaged' // a recording or journal does not read back
  | 'argument-invalid' // operator: a command line that cannot be taken
  | 'clock-unsynced' // operator: the clock has to be synchronised, and is not known to be
  | 'config-invalid' // operator: a key of the configuration
  | 'disk-full' // operator: no room is left for recordings
  | 'file-unreadable' // operator: a file that is missing or closed to us
  | 'key-missing' // operator: an encrypted recording, and no key that opens it
  | 'limit-exceeded' // peer: more bytes, sessions or names than a limit allows
  | 'login-failed' // peer: one message for every cause
  | 'login-timeout' // peer: greeting or login took too long
  | 'message-refused' // peer: the protocol's table says refuse
  | 'message-unknown' // peer: not in the protocol's table, or malformed
  | 'native-missing' // operator: no engine of a kind could be loaded
  | 'peer-silent' // peer: it does not answer any more
  | 'record-failed' // ours or the operator's: the recorder did not accept a record
  | 'seal-refused' // operator: the sealer will not sign what does not extend what it has signed
  | 'retained' // operator: a recording that must be kept
  | 'shutting-down' // peer: the gateway drains
  | 'store-failed' // operator: the store of copies does not answer, or refuses
  | 'upstream-lost' // peer: the server's connection ended
  | 'upstream-refused' // operator: the server refused our login or TLS
  | 'upstream-unreachable'; // operator: no connection to the server

/** An error with a stable code and, where the reader can act, a remedy. */
export class PangateError extends Error {
  readonly code: ErrorCode;
  /** What to do about it; empty when there is nothing the reader can do. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy = '') {
    super(message);
    this.name = 'PangateError';
    this.code = code;
    this.remedy = remedy;
  }
}

/** Throws `assertion` unless the condition holds. The message is a constant, never data. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new PangateError('assertion', message);
}

/** The one answer to every login that fails, whatever the cause: names are not to be probed. */
export function loginFailed(): PangateError {
  return new PangateError(
    'login-failed',
    'Login failed.',
    'Check user name, token and target; a token is given by the operator of the gateway.',
  );
}
