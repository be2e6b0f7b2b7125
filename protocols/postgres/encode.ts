/** Messages that the gateway makes itself. */

import { putInt32 } from '../../base/binary.ts';
import { type Bytes, join, NO_BYTES, utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { Type } from './messages.ts';

/** type byte | length int32, itself included | body */
export function message(type: number, body: Bytes = NO_BYTES): Bytes {
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = type;
  putInt32(bytes, 1, 4 + body.length);
  bytes.set(body, 5);
  return bytes;
}

export function int32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  putInt32(bytes, 0, value);
  return bytes;
}

/** AuthenticationRequest: code int32 | data */
export function authentication(code: number, data: Bytes = NO_BYTES): Bytes {
  return message(Type.AuthenticationRequest, join([int32(code), data]));
}

/** name string | value string */
export function parameterStatus(name: string, value: string): Bytes {
  return message(Type.ParameterStatus, utf8(`${name}\0${value}\0`));
}

/** newest minor version int32 | count int32 | option names */
export function negotiateProtocolVersion(options: readonly string[]): Bytes {
  const names = utf8(options.map((name) => `${name}\0`).join(''));
  return message(Type.NegotiateProtocolVersion, join([int32(0), int32(options.length), names]));
}

/** Severity and SQLSTATE for each error that may reach a client. */
const STATES: Readonly<Record<string, string>> = {
  assertion: 'XX000',
  'limit-exceeded': '54000',
  'login-failed': '28P01',
  'login-timeout': '57014',
  'message-refused': '0A000',
  'message-unknown': '08P01',
  'record-failed': '58030',
  'disk-full': '53100',
  'clock-unsynced': '57P03',
  'shutting-down': '57P01',
  'upstream-lost': '08006',
  'upstream-refused': '08004',
  'upstream-unreachable': '08001',
};

/** A FATAL ErrorResponse in the client's terms: S, V, C, M, and the remedy as H. */
export function fatal(error: Error): Bytes {
  const known = error instanceof PangateError;
  const code = known ? (STATES[error.code] ?? 'XX000') : 'XX000';
  const text =
    known && error.code !== 'assertion'
      ? error.message
      : 'The gateway ended the session on an error of its own.';
  const hint = known && error.remedy && !error.code.startsWith('upstream') ? `H${error.remedy}\0` : '';
  return message(Type.ErrorResponse, utf8(`SFATAL\0VFATAL\0C${code}\0Mpangate: ${text}\0${hint}\0`));
}
