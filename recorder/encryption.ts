/** What encrypts the sessions of one run: its recipients, and the key of the run for its journal. */
import { newBootKey, removeBootKey } from './boot-key.ts';
import type { Disk } from './disk.ts';
import { type Envelope, newEnvelope, wrapForBoot } from './envelope.ts';
import type { JournaledKey } from './journal-frame.ts';
import { type Recipient, recipientsOf } from './recipient.ts';
import { encodeWrappedKey } from './wrapped-key.ts';

/** How recordings are encrypted. */
export interface EncryptionOptions {
  /** Public keys, `x25519:...`, two or more: each alone opens every recording. */
  readonly recipients: readonly string[];
  /** Folder of the keys of runs, best on a memory file system; the journal's own unless told. */
  readonly journalKeys?: string;
}

/** What a session is encrypted with; both null for a plain one. */
export interface SessionEncryption {
  readonly envelope: Envelope | null;
  readonly journaledKey: JournaledKey | null;
}

export const PLAIN: SessionEncryption = { envelope: null, journaledKey: null };

/** Begins a run. Null where recordings are plain. Throws `config-invalid`. */
export async function startEncryption(
  options: { readonly encryption: EncryptionOptions | null; readonly disk: Disk },
  journal: string,
  boot: Buffer,
): Promise<Encryption | null> {
  const { encryption, disk } = options;
  if (encryption === null) return null;
  const recipients = recipientsOf(encryption.recipients);
  const folder = encryption.journalKeys ?? journal;
  const bootKey = await newBootKey(disk, folder, boot);
  return new Encryption(recipients, bootKey, () => removeBootKey(disk, folder, boot.toString('hex')));
}

/** One run's. */
export class Encryption {
  readonly #recipients: readonly Recipient[];
  readonly #bootKey: Buffer;
  readonly #forget: () => Promise<void>;

  constructor(recipients: readonly Recipient[], bootKey: Buffer, forget: () => Promise<void>) {
    this.#recipients = recipients;
    this.#bootKey = bootKey;
    this.#forget = forget;
  }

  /** A session's own key, wrapped for its recipients and for this run. */
  envelope(sid: string): SessionEncryption {
    const envelope = newEnvelope(sid, this.#recipients);
    const wrapped = wrapForBoot(this.#bootKey, envelope.sessionKey, sid);
    return { envelope, journaledKey: { wrapped, text: encodeWrappedKey(envelope) } };
  }

  /** With nothing left to complete the key of the run is of no use to anyone, and goes. */
  async end(isDone: boolean): Promise<void> {
    this.#bootKey.fill(0);
    if (isDone) await this.#forget();
  }
}
