/** Verifies the recordings of one archive beside its log, which is read once, and again where a recording has grown since. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { PangateError } from '../base/errors.ts';
import { expectedIn, holesIn, verifyAgainstLog } from './against-log.ts';
import { LOG_FOLDER } from './audit-log.ts';
import { type LogView, readLogView } from './log/log-view.ts';
import type { VerifierKey } from './log/note.ts';
import { readTrust, type Trust } from './log/trust.ts';
import { VKEYS_FILE } from './sealer/keys.ts';
import type { Verification } from './verification.ts';
import type { VerifyOptions } from './verify.ts';

/** Where the log is and whom to trust. */
export interface ArchiveVerifierOptions {
  /** The log's folder. */
  readonly log: string;
  /** A vkeys file; the log's own unless told, which trusts whoever wrote the log. */
  readonly vkeys?: string;
  /** The key that must have signed the vkeys file. */
  readonly root?: VerifierKey | null;
}

/** One log and the recordings that it should have. */
export class ArchiveVerifier {
  readonly #options: ArchiveVerifierOptions;
  readonly trust: Trust;
  #view: LogView;

  /** Throws `file-unreadable` for a vkeys file that cannot be used. */
  constructor(options: ArchiveVerifierOptions) {
    this.#options = options;
    this.trust = trustOf(options);
    this.#view = this.#read();
  }

  /** The log as it was read last. */
  get view(): LogView {
    return this.#view;
  }

  /** One recording. */
  async verify(path: string, options: VerifyOptions = {}): Promise<Verification> {
    const { node: nodes, approver } = this.trust;
    const all = { nodes, ...(approver.length > 0 && { approvers: approver }), ...options };
    const report = await verifyAgainstLog(path, this.#view, all);
    if (HOLDS.has(report.status)) return report;
    const size = this.#view.checkpoint?.size;
    this.#view = this.#read();
    return this.#view.checkpoint?.size === size ? report : await verifyAgainstLog(path, this.#view, all);
  }

  /** Every recording that the log has, each hole, and files that it does not have. */
  async *all(
    directory: string,
    files: AsyncIterable<string>,
    options: VerifyOptions = {},
  ): AsyncGenerator<Verification> {
    const seen = new Set<string>();
    for (const { sid, path } of expectedIn(directory, this.#view)) {
      seen.add(sid);
      yield await this.verify(path, options);
    }
    for await (const path of files)
      if (!seen.has(path.slice(-34, -8))) yield await this.verify(path, options);
    yield* holesIn(directory, this.#view);
  }

  #read(): LogView {
    return readLogView(this.#options.log, this.trust, systemClock.wallUs());
  }
}

const HOLDS: ReadonlySet<string> = new Set(['VALID', 'VALID-REDACTED', 'OPEN', 'PURGED']);

/** The folder of the log around a recording: `<directory>/log`. */
export function logAround(path: string): string {
  return join(dirname(dirname(dirname(dirname(resolve(path))))), LOG_FOLDER);
}

function trustOf({ log, vkeys = join(log, VKEYS_FILE), root = null }: ArchiveVerifierOptions): Trust {
  let file: Buffer;
  try {
    file = readFileSync(vkeys);
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot read the vkeys file: ${(error as Error).message}`);
  }
  return readTrust(file, root);
}
