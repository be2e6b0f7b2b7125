/** A run of offline redaction over many inputs. */
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Cleaner } from '../../base/cleaner.ts';
import { PangateError } from '../../base/errors.ts';
import type { Member } from '../archive/members.ts';
import type { MaskRules } from '../mask-rules.ts';
import type { Detail, Format, Sighting } from './chunk.ts';
import { createCrew } from './crew.ts';
import { counted, type Intake, streamIntake } from './intake.ts';
import { Ledger } from './ledger.ts';
import { noOutlet, type Outlet } from './outlet.ts';
import { type Goal, redactFile } from './redact-file.ts';
import { BinaryInput, type InputOptions, redactInput } from './redact-input.ts';
import type { Findings } from './redact-stream.ts';
import { Report } from './report.ts';
import { type Entry, type Shard, walk } from './walk.ts';

/** Where clean text goes. */
export type Destination =
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'outlet'; readonly outlet: Outlet }
  | { readonly kind: 'in-place' }
  | { readonly kind: 'folder'; readonly path: string };

/** A run, as the command line asks for it. */
export interface RunOptions {
  readonly rules: MaskRules;
  readonly words: readonly string[];
  readonly destination: Destination;
  readonly format: Format | 'auto';
  readonly isBinaryTaken: boolean;
  readonly isDecompressing: boolean;
  /** 0: as many as the machine runs at once. */
  readonly threads: number;
  readonly shard: Shard | null;
  /** Path of the JSON report. */
  readonly report: string | null;
  /** Path of the ledger. */
  readonly resume: string | null;
  /** Taken if no words name files. */
  readonly standardInput: Readable;
  /** The one file named is followed as it grows, until this says no more. */
  readonly follow: AbortSignal | null;
  /** Told of every byte that is read, for a progress bar. */
  readonly onRead: (bytes: number) => void;
  readonly onFile: (result: FileResult) => void;
  /** Set: looks only, and into archives too. */
  readonly scan?: Scan;
}

/** How a scan differs from redaction. */
export interface Scan {
  readonly detail: Detail;
  /** Looked at in place of files. */
  readonly results: ((cleaner: Cleaner) => AsyncIterable<FileResult>) | null;
}

/** What became of one input. */
export interface FileResult {
  /** `-` for standard input. */
  readonly path: string;
  readonly state: 'clean' | 'found' | 'not-text' | 'failed' | 'done-before';
  readonly bytes: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly sightings: readonly Sighting[];
  readonly omitted: number;
  /** Why it failed. */
  readonly error: PangateError | null;
  /** Of a table's column: its type, and how many rows were read. A sighting's line is then its row. */
  readonly column?: { readonly type: string; readonly rows: number };
}

/** What became of all. */
export interface Totals {
  files: number;
  bytes: number;
  readonly states: Record<FileResult['state'], number>;
  readonly counts: Record<string, number>;
}

/** Takes one input after the other, or several at once where the order does not show. */
export async function redact(options: RunOptions): Promise<Totals> {
  const crew = createCrew(options.rules, options.threads);
  const run = new Run(options, {
    crew,
    format: options.format,
    isBinaryTaken: options.isBinaryTaken,
    isDecompressing: options.isDecompressing,
    sightings: options.report !== null || options.scan !== undefined,
    detail: options.scan?.detail ?? 'plain',
    isAlone: options.words.length <= 1,
  });
  try {
    await run.begin();
    await run.all(options.destination.kind === 'outlet' ? 1 : crew.threads);
    await run.finish();
    return run.totals;
  } catch (error) {
    await run.abandon();
    throw error;
  } finally {
    await crew.close();
  }
}

/** What a run writes itself. */
export function ownPaths({
  destination,
  report,
  resume,
}: Pick<RunOptions, 'destination' | 'report' | 'resume'>): string[] {
  const output = destination.kind === 'folder' ? [destination.path] : [];
  return [...output, ...(report ? [report, `${report}.part`] : []), ...(resume ? [resume] : [])];
}

class Run {
  readonly totals: Totals = {
    files: 0,
    bytes: 0,
    states: { clean: 0, found: 0, 'not-text': 0, failed: 0, 'done-before': 0 },
    counts: {},
  };
  readonly #options: RunOptions;
  readonly #input: InputOptions;
  #report: Report | null = null;
  #ledger: Ledger | null = null;

  constructor(options: RunOptions, input: InputOptions) {
    this.#options = options;
    this.#input = input;
  }

  async begin(): Promise<void> {
    const { report, resume } = this.#options;
    const { digest } = this.#input.crew.cleaner;
    if (report)
      this.#report = await Report.open(report, {
        pangate: this.#options.scan ? 'scan' : 'redact',
        rules: digest,
      });
    if (resume) this.#ledger = await Ledger.open(resume, digest);
  }

  async finish(): Promise<void> {
    await this.#report?.finish(this.totals);
    await this.#ledger?.close();
  }

  async abandon(): Promise<void> {
    await this.#report?.abandon();
    await this.#ledger?.close();
  }

  async all(atOnce: number): Promise<void> {
    const { words, shard, follow, scan } = this.#options;
    if (scan?.results) {
      for await (const done of scan.results(this.#input.crew.cleaner)) await this.#note(done);
      return;
    }
    if (words.length === 0) return this.#standardInput();
    if (follow)
      return this.#note(
        await this.#stream(words[0]!, words[0]!, async () =>
          (await import('./follow.ts')).followIntake(words[0]!, follow),
        ),
      );
    const entries = walk(words, { shard, except: ownPaths(this.#options) });
    const lane = async (): Promise<void> => {
      for (let next = await entries.next(); !next.done; next = await entries.next())
        await this.#entry(next.value);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  }

  async #entry(entry: Entry): Promise<void> {
    const { path, failure: error } = entry;
    if (error) await this.#note(result(path, { state: 'failed', error }));
    else if (this.#ledger?.has(entry)) await this.#note(result(path, { state: 'done-before' }));
    else await (this.#options.scan ? this.#archive(entry) : this.#one(entry));
  }

  async #one(entry: Entry): Promise<void> {
    const goal = goalOf(entry, this.#options.destination);
    const done = await attempt(entry, async () => {
      const { findings } = await redactFile(entry.path, goal, this.#input, this.#options.onRead);
      return findings;
    });
    if (done.state !== 'failed') await this.#ledger?.add(entry.path);
    await this.#note(done);
  }

  async #archive(entry: Entry): Promise<void> {
    const { membersOf } = await import('../archive/members.ts');
    if (await this.#members(entry, membersOf(entry.path, this.#options.onRead)))
      await this.#ledger?.add(entry.path);
  }

  /** All that is in an archive; a fault of the archive itself counts beside what was in it. */
  async #members(
    { path, isNamed }: Pick<Entry, 'path' | 'isNamed'>,
    members: AsyncIterable<Member>,
  ): Promise<boolean> {
    try {
      for await (const member of members) {
        const about = { path: member.path, isNamed: isNamed && member.path === path };
        await this.#note(
          await attempt(about, async () =>
            redactInput(await member.open(), member.name, noOutlet, this.#input),
          ),
        );
      }
      return true;
    } catch (error) {
      if (!(error instanceof PangateError)) throw error;
      await this.#note(result(path, { state: 'failed', error }));
      return false;
    }
  }

  async #standardInput(): Promise<void> {
    const { standardInput, onRead, scan } = this.#options;
    const intake = streamIntake(standardInput);
    if (!scan) return this.#note(await this.#stream('-', '', () => intake));
    const { membersOfStream } = await import('../archive/members.ts');
    await this.#members({ path: '-', isNamed: true }, membersOfStream('-', counted(intake, onRead)));
  }

  /** An input that may keep us waiting. */
  #stream(path: string, name: string, open: () => Intake | Promise<Intake>): Promise<FileResult> {
    const { destination, onRead } = this.#options;
    const outlet = destination.kind === 'outlet' ? destination.outlet : noOutlet;
    return attempt({ path, isNamed: true }, async () =>
      redactInput(counted(await open(), onRead), name, outlet, this.#input),
    );
  }

  async #note(done: FileResult): Promise<void> {
    this.totals.files++;
    this.totals.bytes += done.bytes;
    this.totals.states[done.state]++;
    for (const [kind, count] of Object.entries(done.counts))
      this.totals.counts[kind] = (this.totals.counts[kind] ?? 0) + count;
    this.#options.onFile(done);
    await this.#report?.add(done);
  }
}

/** A file that fails does not stop the others; standard output that is gone stops all. */
async function attempt(
  { path, isNamed }: { readonly path: string; readonly isNamed: boolean },
  work: () => Promise<Findings>,
): Promise<FileResult> {
  try {
    const { counts, sightings, omitted, bytes } = await work();
    const state = Object.keys(counts).length > 0 ? 'found' : 'clean';
    return { path, state, bytes, counts, sightings, omitted, error: null };
  } catch (error) {
    if (!(error instanceof PangateError)) throw error;
    const isSkipped = error instanceof BinaryInput && !isNamed;
    return result(path, isSkipped ? { state: 'not-text' } : { state: 'failed', error });
  }
}

function result(path: string, rest: Partial<FileResult> & Pick<FileResult, 'state'>): FileResult {
  return { path, bytes: 0, counts: {}, sightings: [], omitted: 0, error: null, ...rest };
}

function goalOf(entry: Entry, destination: Destination): Goal {
  if (destination.kind === 'in-place') return { kind: 'path', path: entry.path };
  if (destination.kind === 'folder') return { kind: 'path', path: join(destination.path, entry.name) };
  return destination;
}
