/**
 * A witness: it signs a log's checkpoint if the log has only grown since the last one that it
 * signed, and remembers it: c2sp.org/tlog-witness. For another team, on another machine.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Bytes, utf8 } from '../../base/bytes.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { PangateError } from '../../base/errors.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { cosign } from './cosignature.ts';
import { keyOfPem, newKey, pemOf } from './ed25519.ts';
import {
  formatVkey,
  fromBase64,
  isNoteSignedBy,
  type NamedKey,
  NOTE_TYPE,
  parseNote,
  parseVkey,
  type VerifierKey,
  verifierOf,
} from './note.ts';
import { HASH_BYTES } from './tiles.ts';
import { isConsistent } from './tree.ts';

const PROOF_LINES_MAX = 63;
const BODY_BYTES_MAX = 65_536;

/** What a witness is made of. */
export interface WitnessOptions {
  readonly key: NamedKey;
  /** Keys of the logs that it watches. */
  readonly logs: readonly VerifierKey[];
  /** Where it remembers. */
  readonly folder: string;
  readonly clock?: Clock;
}

/** An answer in HTTP's terms. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Requests are answered one after the other: what is compared is what is stored. */
export class Witness {
  readonly #options: WitnessOptions;

  constructor(options: WitnessOptions) {
    this.#options = options;
    fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  }

  /** `add-checkpoint`: old size, proof, empty line, checkpoint. */
  addCheckpoint(body: string): WitnessAnswer {
    const request = parseRequest(body);
    if (request === null) return plain(400, 'malformed');
    const { old, proof, signed } = request;
    const note = parseNote(utf8(signed));
    const next = note === null ? null : parseCheckpoint(note.text);
    if (note === null || next === null) return plain(400, 'malformed checkpoint');
    const keys = this.#options.logs.filter(({ name }) => name === next.origin);
    if (keys.length === 0) return plain(404, 'unknown log');
    if (!keys.some((key) => isNoteSignedBy(note, key))) return plain(403, 'not signed by the log');
    if (old > next.size) return plain(400, 'the old size is larger');
    const last = this.#last(next.origin);
    const isSame = old === next.size && last !== null && Buffer.compare(last.root, next.root) !== 0;
    if (old !== (last?.size ?? 0) || isSame)
      return { status: 409, type: 'text/x.tlog.size', body: `${last?.size ?? 0}\n` };
    if (old > 0 ? !isConsistent(last!, next, proof) : proof.length > 0) return plain(422, 'not consistent');
    this.#remember(next.origin, signed);
    const seconds = Math.floor((this.#options.clock ?? systemClock).wallUs() / 1e6);
    return {
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: cosign(this.#options.key, note.text, seconds),
    };
  }

  #path(origin: string): string {
    return join(this.#options.folder, createHash('sha256').update(origin).digest('hex'));
  }

  /** A memory that does not read back is not one of nothing: it throws. */
  #last(origin: string): Checkpoint | null {
    const path = this.#path(origin);
    if (!fs.existsSync(path)) return null;
    const last = parseCheckpoint(parseNote(fs.readFileSync(path))?.text ?? '');
    if (last === null) throw new Error('what the witness remembers does not read back');
    return last;
  }

  #remember(origin: string, signed: string): void {
    const path = this.#path(origin);
    const file = fs.openSync(`${path}.new`, 'w', 0o600);
    try {
      fs.writeSync(file, signed);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(`${path}.new`, path);
  }
}

/** Serves `POST /add-checkpoint`. */
export function witnessServer(witness: Witness): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const isOurs = request.method === 'POST' && request.url === '/add-checkpoint';
      const { status, type, body } = isOurs ? answer(witness, chunks) : plain(404, 'not found');
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
}

function answer(witness: Witness, chunks: readonly Buffer[]): WitnessAnswer {
  try {
    return witness.addCheckpoint(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return plain(500, 'the witness cannot answer');
  }
}

function parseRequest(body: string): { old: number; proof: Bytes[]; signed: string } | null {
  const end = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(0, end)).split('\n');
  const old = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  const proof = lines.map(fromBase64);
  if (old === undefined || proof.length > PROOF_LINES_MAX) return null;
  if (!proof.every((hash): hash is Bytes => hash?.length === HASH_BYTES)) return null;
  return { old: Number(old), proof, signed: body.slice(end + 2) };
}

function plain(status: number, body: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

/** A witness in a folder: its key is made the first time. Throws `argument-invalid` for a key of a log that is none. */
export function openWitness(
  folder: string,
  logs: readonly string[],
): { readonly server: Server; readonly vkey: string } {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'witness.key');
  if (!fs.existsSync(path)) {
    const name = `pangate/witness/${hostname().replace(/[^A-Za-z0-9.-]/g, '-')}/${randomBytes(4).toString('hex')}`;
    fs.writeFileSync(path, `${name}\n${pemOf(newKey())}`, { mode: 0o600, flag: 'wx' });
  }
  const text = fs.readFileSync(path, 'utf8');
  const end = text.indexOf('\n');
  const key = { name: text.slice(0, end), key: keyOfPem(text.slice(end + 1)) };
  const keys = logs.map((vkey) => {
    const parsed = parseVkey(vkey);
    if (parsed === null) throw new PangateError('argument-invalid', 'a key of a log is not a vkey');
    return parsed;
  });
  const witness = new Witness({ key, logs: keys, folder });
  return { server: witnessServer(witness), vkey: formatVkey(verifierOf(key, NOTE_TYPE.cosignature)) };
}
