/** All recordings of one gateway process: what `openArchive` gives. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PangateError } from '../base/errors.ts';
import type { Archive, AuditLog, Recorder, SessionOpening } from '../base/recording.ts';
import { type ArchiveOptions, type FullOptions, withDefaults } from './archive-options.ts';
import { WALL_ERROR_UNKNOWN, type WallTime } from './chain.ts';
import type { ClockState } from './clock/clock-state.ts';
import { ClockWatch } from './clock/clock-watch.ts';
import { DiskSpace } from './disk-space.ts';
import { type Encryption, PLAIN, startEncryption } from './encryption.ts';
import { wipe } from './envelope.ts';
import { encodeHeader, HEADER_FLAG } from './header.ts';
import { Journal } from './journal.ts';
import { lockFolder } from './lock.ts';
import { newSid, sidMs } from './plain.ts';
import { type RecoverOptions, recoverFolder, recoverOthers, repairSession } from './recover.ts';
import { defaultRetention } from './retention.ts';
import { FULL_BYTES } from './segment-buffer.ts';
import { SegmentPool } from './segment-pool.ts';
import { SessionRecorder } from './session.ts';
import { SessionFile } from './session-file.ts';
import { type SignedSession, Signing } from './signing.ts';
import { Uploader } from './store/uploader.ts';

const TICK_MS = 1000;
/** A wall clock that moves this far against the monotonic one has been set. */
const CLOCK_STEP_US = 500_000;

/** Opens an archive: locks its journal, completes what a crash has left. Throws `record-failed`. */
export async function openArchive(options: ArchiveOptions): Promise<RecordingArchive> {
  const full = withDefaults(options);
  const folder = join(full.directory, full.journal);
  try {
    await full.disk.mkdir(folder);
    const unlock = await lockFolder(folder);
    try {
      const space = new DiskSpace(full.disk, full.directory, full.onAlert, full.space);
      await space.makeRoom();
      const uploader = uploaderOf(full);
      await uploader?.start();
      const firstNumber = await recoverFolder(folder, recovering(full, uploader));
      await recoverOthers(folder, recovering(full, uploader));
      const boot = randomBytes(8);
      const encryption = await startEncryption(full, folder, boot);
      const place = { folder, unlock, firstNumber, boot, encryption, space, uploader };
      const archive = new RecordingArchive(full, place);
      await archive.begin();
      return archive;
    } catch (error) {
      await unlock();
      throw error;
    }
  } catch (error) {
    if (error instanceof PangateError) throw error;
    const remedy = 'Create the recordings directory and let this user write to it.';
    throw new PangateError('record-failed', `cannot record: ${(error as Error).message}`, remedy);
  }
}

function uploaderOf(options: FullOptions): Uploader | null {
  const { store, directory, notary: log, onAlert, retainDaysOf } = options;
  if (store === null) return null;
  const retainDays = retainDaysOf?.('') ?? defaultRetention.retainDays;
  const pathOf = (sid: string): string => recordingPath(directory, sid);
  return new Uploader({ store, directory, pathOf, retainDays, log, onAlert });
}

function recovering(options: FullOptions, uploader: Uploader | null): RecoverOptions {
  const { disk, directory, clock, onRecovery, encryption, notary } = options;
  const journalKeys = encryption?.journalKeys;
  const wall = (): WallTime => ({ us: clock.wallUs(), errorUs: WALL_ERROR_UNKNOWN });
  const pathOf = (sid: string): string => recordingPath(directory, sid);
  const keys = journalKeys === undefined ? {} : { journalKeys };
  const onComplete = async (sid: string): Promise<void> => uploader?.add(sid);
  const isAwaited = (sids: Iterable<string>): boolean => uploader?.isAwaited(sids) ?? false;
  return { disk, directory, wall, onRecovery, onComplete, isAwaited, notary, pathOf, ...keys };
}

/** The journal's folder, locked and empty. */
interface JournalPlace {
  readonly folder: string;
  readonly unlock: () => Promise<void>;
  readonly firstNumber: number;
  readonly boot: Buffer;
  readonly encryption: Encryption | null;
  readonly space: DiskSpace;
  readonly uploader: Uploader | null;
}

/** The archive of one process: opens recorders, watches ages and the clock, closes all. */
export class RecordingArchive implements Archive {
  readonly mode: 'strict' | 'best-effort';
  readonly #options: FullOptions;
  readonly #journal: Journal;
  readonly #pool: SegmentPool;
  readonly #boot: Buffer;
  readonly #encryption: Encryption | null;
  readonly #folder: string;
  readonly #sessions = new Map<SessionRecorder, SignedSession>();
  readonly #signing: Signing | null;
  readonly #space: DiskSpace;
  readonly #watch: ClockWatch;
  readonly #uploader: Uploader | null;
  readonly #timer: NodeJS.Timeout;
  readonly #unlock: () => Promise<void>;
  #ordinal = 0;
  #offsetUs: number;
  #closed = false;

  constructor(options: FullOptions, place: JournalPlace) {
    const { folder, unlock, firstNumber, boot, encryption, space, uploader } = place;
    const { disk, durability, journalFileBytesMax: fileBytesMax } = options;
    this.mode = options.mode;
    this.#options = options;
    this.#unlock = unlock;
    this.#boot = boot;
    this.#folder = folder;
    this.#encryption = encryption;
    this.#space = space;
    this.#watch = new ClockWatch(options.timekeeping, options.mode === 'strict');
    this.#watch.onChange = () => this.#clockChanged(0, this.#watch.record ?? {});
    void space.look();
    this.#uploader = uploader;
    const isAwaited = (sids: Iterable<string>): boolean => uploader?.isAwaited(sids) ?? false;
    this.#journal = new Journal({ disk, folder, durability, boot, firstNumber, fileBytesMax, isAwaited });
    if (uploader !== null) uploader.onStored = () => this.#journal.stored();
    this.#pool = new SegmentPool(FULL_BYTES, options.threads);
    const { notary, mode, clock, onAlert } = options;
    this.#signing = notary === null ? null : new Signing({ notary, mode, clock, onAlert });
    this.#offsetUs = this.#clockOffsetUs();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** Says in the log that recording begins; called once. */
  async begin(): Promise<void> {
    const { notary, node, gatewayVersion: gateway } = this.#options;
    const boot = this.#boot.toString('hex');
    await this.#watch.start();
    const time = this.#watch.record;
    const state = time === null ? {} : { clock: time };
    await notary?.append({ type: 'start', node, boot, gateway, mode: this.mode, ...state });
  }

  open(opening: SessionOpening): Recorder {
    if (this.#closed) throw new PangateError('shutting-down', 'the archive is closed');
    if (this.refusal !== null) throw this.refusal;
    const ordinal = this.#ordinal++;
    const session = this.#session(ordinal, opening.target.name);
    const failure = this.#signing?.failure ?? null;
    if (failure !== null && this.mode === 'strict') session.fail(failure);
    const { node, gatewayVersion, clock } = this.#options;
    const { protocol, user, client, target, rules, configDigest, result } = opening;
    const boot = this.#boot.toString('hex');
    const gateway = { node, boot, version: gatewayVersion, config: configDigest };
    const data = {
      sid: session.sid,
      ordinal,
      protocol,
      user,
      client,
      target,
      rules,
      gateway,
      mode: this.mode,
      result,
    };
    const time = this.#watch.record;
    const state = time === null ? {} : { clock: time };
    session.write({ type: 's.open', data: { ...data, ...state, wall_us: clock.wallUs() } });
    return session;
  }

  /** The log over all sessions; null where recordings are not signed. */
  get log(): AuditLog | null {
    return this.#options.notary;
  }

  /** Why no session may begin at this moment. */
  get refusal(): PangateError | null {
    return this.#space.refusal ?? this.#watch.refusal;
  }

  /** What is known of the system's clock. */
  get clockState(): ClockState {
    return this.#watch.state;
  }

  /** How far the store is behind; null where there is none. */
  get upload(): Uploader['state'] | null {
    return this.#uploader?.state ?? null;
  }

  /** Used share of the disk of the recordings, 0 to 1. */
  get usedShare(): number {
    return this.#space.usedShare;
  }

  /** Sessions that are open or being completed. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Where a session's recording lies. */
  pathOf(sid: string): string {
    return recordingPath(this.#options.directory, sid);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#watch.stop();
    await Promise.all([...this.#sessions.keys()].map((session) => session.close('shutdown')));
    await this.#uploader?.close();
    await this.#journal.close();
    await this.#space.look();
    await this.#forget();
    await this.#pool.close();
    const boot = this.#boot.toString('hex');
    // Who stops while the sealer is away leaves a start without a stop: the log's reader sees it.
    const stop = { type: 'stop', boot, sessions: this.#ordinal };
    await this.#options.notary?.append(stop).catch((error: Error) => this.#options.onAlert(error));
    await this.#unlock();
  }

  /** With nothing left to complete the key of this run is of no use to anyone. */
  async #forget(): Promise<void> {
    const isDone = this.#journal.paths.length === 0;
    await this.#encryption?.end(isDone).catch((error: Error) => this.#options.onAlert(error));
  }

  #session(ordinal: number, target: string): SessionRecorder {
    const { clock, node, gatewayVersion, mode, segmentBytesMax, onAlert } = this.#options;
    const wall = this.#wall();
    const sid = newSid(wall.us);
    const { envelope, journaledKey } = this.#encryption?.envelope(sid) ?? PLAIN;
    const commitment = envelope === null ? {} : { commitment: envelope.keys.commitment };
    const retainDays = this.#options.retainDaysOf?.(target);
    const retention = retainDays === undefined ? {} : { retain_days: retainDays };
    const map = {
      node,
      boot: this.#boot.toString('hex'),
      ordinal,
      gateway: gatewayVersion,
      mode,
      ...retention,
      ...commitment,
    };
    const flags = envelope === null ? 0 : HEADER_FLAG.encrypted;
    const header = encodeHeader({ flags, sid, wallUs: wall.us, wallErrorUs: wall.errorUs, map });
    const startedUs = clock.monotonicUs();
    const files: SessionFile[] = [];
    const session = new SessionRecorder({
      sid,
      header,
      mode,
      clock,
      startedUs,
      envelope,
      journaledKey,
      segmentBytesMax,
      onAlert,
      relieve: (error) => this.#space.relieve(error),
      journal: this.#journal,
      pool: this.#pool,
      file: (owner) => {
        files.push(this.#file(owner, startedUs));
        return files[0]!;
      },
      repair: (owner) =>
        repairSession(owner, this.#folder, this.#journal.paths, recovering(this.#options, this.#uploader)),
      onComplete: async (done) => this.#uploader?.add(done),
      onEnd: (owner) => {
        this.#sessions.delete(owner);
        if (envelope !== null) wipe(envelope);
      },
    });
    this.#uploader?.expect(sid);
    this.#sessions.set(session, { recorder: session, file: files[0]!, acknowledged: 0 });
    return session;
  }

  #file(owner: SessionRecorder, nowUs: number): SessionFile {
    const { disk, directory, durability } = this.#options;
    const journal = this.#journal;
    const options = {
      disk,
      durability,
      envelope: owner.envelope,
      wrappedKey: owner.journaledKey?.text ?? null,
      root: directory,
      sid: owner.sid,
      notary: this.#options.notary,
      path: this.pathOf(owner.sid),
      pool: this.#pool,
      wall: () => this.#wall(),
      onSafe: (seq: number) => journal.safe(owner, seq),
      isWaitedFor: () => journal.isHeldBy(owner),
      onPlace: () => owner.progress(),
      onFailure: (error: Error) => owner.fileFailed(error),
    };
    return new SessionFile(options, owner.header, nowUs);
  }

  #wall(): WallTime {
    const { synced, errorUs } = this.#watch.state;
    const known = synced && errorUs !== null ? Math.min(errorUs, WALL_ERROR_UNKNOWN - 1) : WALL_ERROR_UNKNOWN;
    return { us: this.#options.clock.wallUs(), errorUs: known };
  }

  #clockOffsetUs(): number {
    return this.#options.clock.wallUs() - this.#options.clock.monotonicUs();
  }

  #tick(): void {
    void this.#space.look();
    const nowUs = this.#options.clock.monotonicUs();
    const stepUs = this.#clockOffsetUs() - this.#offsetUs;
    const stepped = Math.abs(stepUs) >= CLOCK_STEP_US;
    if (stepped) {
      this.#offsetUs += stepUs;
      this.#clockChanged(stepUs, { src: 'system' });
    }
    for (const session of this.#sessions.keys()) session.tick(nowUs, this.#options.segmentAgeMs * 1000);
    this.#signing?.tick([...this.#sessions.values()]);
  }

  /** That it was set, or is kept otherwise than before, stands in every open session and in the log. */
  #clockChanged(stepUs: number, more: Readonly<Record<string, unknown>>): void {
    const { clock, notary, onAlert } = this.#options;
    const data = { wall: clock.wallUs(), step_us: stepUs, ...more };
    for (const session of this.#sessions.keys()) session.write({ type: 'clock', data });
    notary?.append({ type: 'clock', ...data }).catch(onAlert);
  }
}

/** `<directory>/<yyyy>/<mm>/<dd>/<sid>.pgr.zst`, the day (UTC) that the id begins with. */
export function recordingPath(directory: string, sid: string): string {
  const [year, month, day] = new Date(sidMs(sid)).toISOString().slice(0, 10).split('-');
  return join(directory, year!, month!, day!, `${sid}.pgr.zst`);
}
