/** Host keys that a target's server may show: fingerprints, or lines of a known_hosts file. */
import { timingSafeEqual } from 'node:crypto';
import type { Bytes } from '../../base/bytes.ts';
import { algorithmsOf } from './algorithms.ts';
import { fingerprint } from './host-keys.ts';
import { parseKey } from './library.ts';

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

/** The key of a line of known_hosts or of a public key's file; null where there is none. */
function keyOf(pin: string): Buffer | null {
  const base64 = pin.split(/\s+/).find((word) => word.startsWith('AAAA'));
  const blob = base64 === undefined || pin.startsWith('@') ? null : Buffer.from(base64, 'base64');
  return blob !== null && parseKey(blob) !== null ? blob : null;
}

/** True for what may stand in the configuration. */
export function isPin(pin: string): boolean {
  return FINGERPRINT.test(pin) || keyOf(pin) !== null;
}

/** True if a server's key is one of those. */
export function isPinned(pins: readonly string[], key: Bytes): boolean {
  const print = fingerprint(key);
  return pins.some((pin) => {
    const known = keyOf(pin);
    if (known === null) return pin === print;
    return known.length === key.length && timingSafeEqual(known, key);
  });
}

/** Algorithms of the pinned keys, to ask the server for; null where a fingerprint hides them. */
export function typesOf(pins: readonly string[]): readonly string[] | null {
  const keys = pins.map(keyOf);
  if (keys.includes(null)) return null;
  return [...new Set(keys.flatMap((key) => algorithmsOf(parseKey(key!)!.type)))];
}
