/** The parts of a recording, as a walk over it gives them. */
import { type Bytes, equal } from '../base/bytes.ts';
import type { Footer, RecordIndex } from './footer.ts';
import type { FrameFound } from './frame-walk.ts';
import { sha256 } from './hash.ts';
import type { Header } from './header.ts';
import type { SignedRedaction } from './redaction.ts';
import { SEAL_FLAG, type Seal } from './seal.ts';
import type { SignedSessionNote } from './session-note.ts';

/** A frame that is whole. */
export type Found = Extract<FrameFound, { readonly found: 'frame' }>;

/** What comes next in a file. Views in it are valid until the next step. */
export type Step =
  | {
      readonly kind: 'header';
      readonly header: Header;
      /** The whole H frame. */
      readonly frame: Bytes;
      readonly from: number;
      readonly to: number;
    }
  | SegmentStep
  | {
      readonly kind: 'silence';
      readonly seal: Seal;
      readonly from: number;
      readonly to: number;
      readonly linked: boolean;
    }
  | {
      readonly kind: 'index';
      readonly index: RecordIndex;
      readonly from: number;
      readonly to: number;
      readonly linked: boolean;
    }
  | {
      readonly kind: 'footer';
      readonly footer: Footer;
      readonly digest: Bytes;
      readonly from: number;
      readonly to: number;
      readonly linked: boolean;
    }
  | {
      readonly kind: 'note';
      readonly note: SignedSessionNote;
      /** The whole C frame. */
      readonly frame: Bytes;
      readonly from: number;
      readonly to: number;
      readonly linked: boolean;
    }
  | { readonly kind: 'complete' }
  | Incomplete
  | Broken;

/**
 * A data frame and its seal. `linked` is false where the seal does not name the frame before
 * it: one of the two was changed, and the link after tells which. `fault` says what is wrong
 * with the data frame where the seal itself stands well in the chain.
 */
export interface SegmentStep {
  readonly kind: 'segment';
  readonly seal: Seal;
  readonly frame: Bytes;
  readonly from: number;
  /** Where the data frame begins: behind `from` if it is redacted. */
  readonly dataFrom: number;
  readonly to: number;
  readonly linked: boolean;
  readonly fault: string | null;
  /** What was removed from it by the rules; null for a segment as it was recorded. */
  readonly redaction: SignedRedaction | null;
}

/** The file ends before the recording does; `from` is where the missing frame begins. */
export interface Incomplete {
  readonly kind: 'incomplete';
  readonly from: number;
}

/** Something that no writer leaves; `unknown` if it may be a later version's. */
export interface Broken {
  readonly kind: 'broken';
  readonly from: number;
  readonly why: string;
  readonly unknown: boolean;
}

/** What is wrong with a data frame whose seal stands well in the chain; null if nothing is. */
export function segmentFault(seal: Seal, data: Found, bytes: Bytes): string | null {
  if ((seal.flags & SEAL_FLAG.heartbeat) !== 0) return 'a data frame with a seal over silence';
  const isEncrypted = data.kind === 'encrypted';
  if (isEncrypted !== ((seal.flags & SEAL_FLAG.encrypted) !== 0))
    return isEncrypted ? 'an encrypted segment sealed as plain' : 'a plain segment sealed as encrypted';
  if (seal.frameBytes !== bytes.length) return 'a data frame has not the length that its seal names';
  if (!isEncrypted && seal.rawBytes !== data.contentBytes)
    return 'a data frame declares another length than its seal';
  return equal(sha256(bytes), seal.frameSha256) ? null : 'a data frame has not the hash that its seal names';
}

/** The redaction names the frame that the seal names, and the one that stands here. */
export function redactedFault(seal: Seal, redaction: SignedRedaction, bytes: Bytes): string | null {
  if (redaction.segment !== seal.segment || !equal(redaction.sealed, seal.frameSha256))
    return 'a redaction is that of another segment';
  return equal(sha256(bytes), redaction.stored)
    ? null
    : 'a redacted data frame has not the hash that its redaction names';
}

export function incomplete(from: number): Incomplete {
  return { kind: 'incomplete', from };
}

export function broken(from: number, why: string): Broken {
  return { kind: 'broken', from, why, unknown: false };
}

export function unknown(from: number, why: string): Broken {
  return { kind: 'broken', from, why, unknown: true };
}
