/**
 * Has an authority say when the log was as it is: time-stamp tokens over its checkpoint (RFC 3161,
 * by HTTP as in section 3.4). An authority that does not answer keeps nothing from being signed.
 * The token is checked by `openssl ts`, not here: here only that it is an answer to the question.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import type { AuditEntry } from '../../base/recording.ts';
import { sha256 } from '../hash.ts';
import type { Log } from '../log/log.ts';
import { TIMESTAMP_FOLDER } from '../log/timestamp.ts';

/** An authority, and how often it is asked. */
export interface TimestampAuthority {
  readonly url: string;
  readonly everySeconds: number;
}

const ANSWER_MS = 10_000;
const RETRY_MS = 60_000;
/** Of a token with its certificates: it has to fit into an entry of the log. */
const TOKEN_BYTES_MAX = 60_000;
/** AlgorithmIdentifier of SHA-256 and the head of the hash behind it. */
const IMPRINT_HEAD: Bytes = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** What it needs of the sealer. */
export interface TimestampParts {
  readonly folder: string;
  readonly log: Log;
  readonly authority: TimestampAuthority | null;
  /** Adds an entry of the sealer's own. */
  readonly note: (entry: AuditEntry) => Promise<number>;
}

/** Asks one authority, again and again. */
export class Timestamps {
  readonly #parts: TimestampParts;
  #timer: NodeJS.Timeout | null = null;
  /** That the authority does not answer is said once. */
  #isFailing = false;
  #isClosed = false;

  constructor(parts: TimestampParts) {
    this.#parts = parts;
  }

  /** Asks at once, and then every so often. */
  start(): void {
    if (this.#parts.authority !== null) this.#wait(0);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#round(), ms);
    this.#timer.unref();
  }

  async #round(): Promise<void> {
    const { url, everySeconds } = this.#parts.authority!;
    try {
      await this.#ask(url);
      this.#isFailing = false;
      this.#wait(everySeconds * 1000);
    } catch (error) {
      await this.#fail(url, (error as Error).message);
      this.#wait(Math.min(RETRY_MS, everySeconds * 1000));
    }
  }

  async #ask(url: string): Promise<void> {
    const { folder, log, note } = this.#parts;
    const signed = readFileSync(join(folder, 'checkpoint'));
    const { size } = log;
    const token = await requestToken(url, sha256(signed));
    log.put(join(TIMESTAMP_FOLDER, `${size}.checkpoint`), signed);
    log.put(join(TIMESTAMP_FOLDER, `${size}.tsr`), token);
    this.#forget(size);
    await note({ type: 'timestamp', url, size, token });
  }

  /** Older tokens stand in the log. */
  #forget(size: number): void {
    const folder = join(this.#parts.folder, TIMESTAMP_FOLDER);
    for (const name of readdirSync(folder))
      if (Number.parseInt(name, 10) < size) rmSync(join(folder, name), { force: true });
  }

  async #fail(url: string, why: string): Promise<void> {
    if (this.#isFailing || this.#isClosed) return;
    this.#isFailing = true;
    process.stderr.write(`pangate sealer: no time stamp from ${url}: ${why}\n`);
    await this.#parts.note({ type: 'timestamp', url, failed: why }).catch(() => undefined);
  }
}

/** The TimeStampResp of an authority over a hash. Throws if it grants none. */
async function requestToken(url: string, hash: Bytes): Promise<Buffer> {
  const nonce = randomBytes(8);
  nonce[0] = (nonce[0]! & 0x3f) | 0x40;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: Uint8Array.from(query(hash, nonce)),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!response.ok) throw new Error(`it answers with status ${response.status}`);
  const token = Buffer.from(await response.arrayBuffer());
  if (token.length > TOKEN_BYTES_MAX) throw new Error('its answer is too long');
  if (!isGranted(token)) throw new Error('it grants no time stamp');
  if (!token.includes(Buffer.from(hash)) || !token.includes(nonce))
    throw new Error('its time stamp is over something else');
  return token;
}

/** TimeStampReq: version 1, the imprint, a nonce, certificates wanted (RFC 3161, 2.4.1). */
function query(hash: Bytes, nonce: Bytes): Buffer {
  const body = Buffer.concat([
    Buffer.from('020101', 'hex'),
    IMPRINT_HEAD,
    hash,
    Buffer.from([2, nonce.length]),
    nonce,
    Buffer.from('0101ff', 'hex'),
  ]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** TimeStampResp: a PKIStatusInfo with status 0 or 1 (RFC 3161, 2.4.2). */
function isGranted(response: Bytes): boolean {
  if (response[0] !== 0x30) return false;
  const at = 2 + (response[1]! < 0x80 ? 0 : response[1]! & 0x7f);
  const status = at + 2 + (response[at + 1]! < 0x80 ? 0 : response[at + 1]! & 0x7f);
  return (
    response[at] === 0x30 &&
    response[status] === 2 &&
    response[status + 1] === 1 &&
    response[status + 2]! <= 1
  );
}
