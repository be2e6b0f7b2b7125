/** One session from its first record to its last. */
import { text, utf8 } from '../base/bytes.ts';
import type { Cleaner } from '../base/cleaner.ts';
import type { Clock } from '../base/clock.ts';
import { ANYWHERE } from '../base/finding.ts';
import type { Lane, Session } from '../base/host.ts';
import type { Recorder, SessionOpening } from '../base/recording.ts';
import type { Gatehouse, Settings } from './gateway.ts';
import { type PipeEnd, runPipe } from './pipe.ts';

/** Opens the recording, runs both directions, closes the recording. Never rejects. */
export function runSession(
  house: Gatehouse,
  settings: Settings,
  session: Session,
  lane: Lane,
): Promise<void> {
  const stop = new AbortController();
  const live = {
    get idle(): boolean {
      return lane.idle ?? false;
    },
    end: (reason: Error) => stop.abort(reason),
  };
  const done = record(house, settings, session, lane, stop.signal);
  house.sessions.add(live, done);
  return done;
}

async function record(
  house: Gatehouse,
  settings: Settings,
  session: Session,
  lane: Lane,
  stop: AbortSignal,
): Promise<void> {
  const { archive, log, clock } = house;
  const cleaner = settings.cleaners.get(session.target.name)!;
  const opened = archive.open(opening(settings, session, cleaner));
  const recorder = lane.hasScreens ? await watched(opened, cleaner, clock) : opened;
  const fields = { sid: recorder.sid, user: session.person.id, target: session.target.name };
  const openedUs = clock.monotonicUs();
  log.info(
    { ...fields, client: session.client.address, protocol: session.target.protocol },
    'session opened',
  );
  const end = await runPipe({
    client: session.client,
    server: session.server,
    lane,
    recorder,
    strict: archive.mode === 'strict',
    log,
    stop,
  });
  await recorder
    .close(end.why, { bytesToClient: end.bytesToClient, bytesToServer: end.bytesToServer })
    .catch((error: Error) =>
      log.error({ ...fields, cause: error.message }, 'the recording could not be completed'),
    );
  report(log, { ...fields, ms: Math.round((clock.monotonicUs() - openedUs) / 1000) }, end);
}

/** Loaded for the first session that needs it: a terminal is not small. */
async function watched(recorder: Recorder, cleaner: Cleaner, clock: Clock): Promise<Recorder> {
  const { KeyframeRecorder } = await import('./keyframes.ts');
  return new KeyframeRecorder({ recorder, cleaner, clock });
}

function report(log: Gatehouse['log'], fields: Record<string, unknown>, end: PipeEnd): void {
  const { why, error, bytesToClient, bytesToServer } = end;
  const all = { ...fields, why, bytesToClient, bytesToServer };
  if (error) log.warn({ ...all, cause: error.message }, 'session ended with an error');
  else log.info(all, 'session closed');
}

function opening(settings: Settings, session: Session, cleaner: Cleaner): SessionOpening {
  const { person, client, server, target } = session;
  /** What the client says of itself may hold anything. */
  const clean = (word: string): string => text(cleaner.clean(utf8(word), ANYWHERE));
  return {
    protocol: target.protocol,
    user: { id: person.id, method: session.method, groups: person.groups },
    client: {
      address: client.address,
      port: client.port,
      application: clean(session.application),
      tls: client.tls,
    },
    target: {
      name: target.name,
      address: target.host.startsWith('/') ? target.host : `${target.host}:${target.port}`,
      database: clean(session.database),
      version: session.serverVersion,
      tls: server.tls,
    },
    rules: { digest: cleaner.digest },
    configDigest: settings.config.digest,
    result: 'success',
  };
}
