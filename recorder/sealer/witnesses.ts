/**
 * Has witnesses sign the log's checkpoints: c2sp.org/tlog-witness, the log's side. A witness that
 * has seen more than there is, or something else, means that the log was set back: nothing is
 * signed then any more.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { type Checkpoint, parseCheckpoint } from '../log/checkpoint.ts';
import { cosignedAt } from '../log/cosignature.ts';
import type { Log } from '../log/log.ts';
import { formatSignature, parseNote, parseSignatures, parseVkey, type VerifierKey } from '../log/note.ts';
import { TileReader } from '../log/tiles.ts';
import { consistencyProof } from '../log/tree.ts';

/** A witness as the configuration names it. */
export interface WitnessAddress {
  /** `add-checkpoint` stands behind it. */
  readonly url: string;
  /** Its vkey. */
  readonly key: string;
}

const ROUND_MS = 1000;
const ANSWER_MS = 5000;
/** The checkpoint that witnesses have signed, beside the newest one. */
export const COSIGNED_FILE = 'cosigned';

/** The witnesses of one log. */
export class Witnesses {
  readonly #folder: string;
  readonly #log: Log;
  readonly #witnesses: readonly { readonly url: string; readonly key: VerifierKey }[];
  readonly #sizes = new Map<string, number>();
  readonly #onRollback: (error: Error) => void;
  #timer: NodeJS.Timeout | null = null;
  #signedSize = -1;
  #isClosed = false;

  /** Throws `config-invalid` for a key that is none. */
  constructor(
    folder: string,
    log: Log,
    addresses: readonly WitnessAddress[],
    onRollback: (error: Error) => void,
  ) {
    this.#folder = folder;
    this.#log = log;
    this.#onRollback = onRollback;
    this.#witnesses = addresses.map(({ url, key }) => ({ url, key: witnessKey(key) }));
  }

  /** Before anything is signed: one of them at least must know nothing that is not here. Throws `seal-refused`. */
  async check(): Promise<void> {
    if (this.#witnesses.length === 0 || this.#log.size === 0) return;
    if ((await this.#round()) === 0)
      throw new PangateError('seal-refused', 'no witness answers: whether the log was set back is not known');
  }

  /** A round a second, while there is something new. */
  start(): void {
    if (this.#witnesses.length === 0) return;
    this.#timer = setTimeout(async () => {
      try {
        if (this.#log.size !== this.#signedSize) await this.#round();
      } catch (error) {
        this.#onRollback(error as Error);
        return;
      }
      if (!this.#isClosed) this.start();
    }, ROUND_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Asks all; how many have signed. Throws `seal-refused` if one says that the log was set back. */
  async #round(): Promise<number> {
    const signed = readFileSync(join(this.#folder, 'checkpoint'), 'utf8');
    const checkpoint = parseCheckpoint(parseNote(utf8(signed))!.text)!;
    const lines = await Promise.all(this.#witnesses.map((witness) => this.#ask(witness, signed, checkpoint)));
    const given = lines.filter((line) => line !== '');
    if (given.length > 0) {
      this.#log.put(COSIGNED_FILE, utf8(`${signed}${given.join('')}`));
      this.#signedSize = checkpoint.size;
    }
    return given.length;
  }

  /** The witness's line; empty if it does not answer. */
  async #ask(
    { url, key }: { url: string; key: VerifierKey },
    signed: string,
    checkpoint: Checkpoint,
  ): Promise<string> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const old = this.#sizes.get(url) ?? 0;
      const answer = await this.#post(url, old, signed, checkpoint);
      if (answer === null) return '';
      if (answer.status === 409) {
        const known = Number(answer.text.trim());
        if (!Number.isSafeInteger(known)) return '';
        if (known > checkpoint.size || known === old) throw rollback(known, checkpoint.size);
        this.#sizes.set(url, known);
      } else if (answer.status === 422) throw rollback(old, checkpoint.size);
      else if (answer.status === 200) return this.#take({ url, key }, answer.text, signed, checkpoint);
      else return '';
    }
    return '';
  }

  #take(
    { url, key }: { url: string; key: VerifierKey },
    text: string,
    signed: string,
    { size }: Checkpoint,
  ): string {
    const own = (parseSignatures(text) ?? []).filter(({ name }) => name === key.name).map(formatSignature);
    const line = own[0] ?? '';
    const note = parseNote(utf8(`${signed}${line}`));
    if (line === '' || note === null || cosignedAt(note, key) === null) return '';
    this.#sizes.set(url, size);
    return line;
  }

  async #post(
    url: string,
    old: number,
    signed: string,
    { size }: Checkpoint,
  ): Promise<{ status: number; text: string } | null> {
    const reader = new TileReader(this.#folder, size);
    const proof = old > 0 && old < size ? consistencyProof(reader.subtree, old, size) : [];
    const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
    try {
      const target = `${url.replace(/\/$/, '')}/add-checkpoint`;
      const body = `old ${Math.min(old, size)}\n${lines}\n${signed}`;
      const response = await fetch(target, { method: 'POST', body, signal: AbortSignal.timeout(ANSWER_MS) });
      return { status: response.status, text: await response.text() };
    } catch {
      return null;
    }
  }
}

/** Throws `config-invalid`. */
function witnessKey(text: string): VerifierKey {
  const key = parseVkey(text);
  if (key?.type === 4) return key;
  throw new PangateError('config-invalid', 'a witness’s key is not one', 'pangate witness prints its key.');
}

function rollback(known: number, size: number): PangateError {
  const remedy = 'The log was set back or forked: find the newer copy before anything else is signed.';
  const what = `a witness knows the log with ${known} entries, which this one with ${size} does not continue`;
  return new PangateError('seal-refused', what, remedy);
}
