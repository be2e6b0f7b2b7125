/** Archives in temporary folders and sessions to write into them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Recorder, SessionOpening } from '../../base/recording.ts';
import { FACT } from '../../base/recording.ts';
import { type ArchiveOptions, openArchive, type RecordingArchive } from '../../recorder/index.ts';

/** An opening with every field. */
export const opening: SessionOpening = {
  protocol: 'sample',
  user: { id: 'alice', method: 'scram-sha-256', groups: ['support'] },
  client: { address: '127.0.0.1', port: 50_000, application: 'psql', tls: 'TLSv1.3' },
  target: { name: 'payments', address: '127.0.0.1:5432', database: 'pay', version: '18.1', tls: '' },
  rules: { digest: 'ab'.repeat(32) },
  configDigest: 'cd'.repeat(32),
  result: 'success',
};

/** A folder that goes away with the test. */
export function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'pangate-recorder-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An archive that closes with the test. Alerts are thrown away unless asked for. */
export async function archiveFor(t: Test, options: Partial<ArchiveOptions> = {}): Promise<RecordingArchive> {
  const directory = options.directory ?? folderFor(t);
  const archive = await openArchive({
    mode: 'strict',
    gatewayVersion: '0.0.0',
    threads: 1,
    ...options,
    directory,
  });
  t.teardown(() => archive.close());
  return archive;
}

/** msgpack of a list of rows of one text cell each. */
export function rowsOf(texts: readonly string[]): Uint8Array {
  const cells = texts.map((text) =>
    Buffer.concat([Buffer.from([0x91, 0xd9, text.length]), Buffer.from(text)]),
  );
  return Buffer.concat([Buffer.from([0xdc, texts.length >> 8, texts.length & 255]), ...cells]);
}

/** One statement with its result: four records; the number of the last. */
export function writeStatement(
  recorder: Recorder,
  id: number,
  rows: readonly string[] = ['one', 'two'],
): number {
  const kinds = FACT.statement;
  recorder.write({
    type: 'sql.q',
    data: { id, op: 'simple', text: `select ${id}` },
    facts: { statements: 1, kinds },
  });
  recorder.write({
    type: 'sql.cols',
    data: { id, cols: [{ n: 'name', type: 'text', tbl: 'people', masked: false }] },
  });
  const tail = { name: 'rows', msgpack: rowsOf(rows) };
  recorder.write({ type: 'sql.rows', data: { id, off: 0 }, tail, facts: { kinds: FACT.rows } });
  return recorder.write({
    type: 'sql.done',
    data: { id, tag: `SELECT ${rows.length}`, rows: rows.length, us: 42 },
  });
}

/** Resolves when a record is accepted; rejects when the recorder fails or a minute has passed. */
export function acceptance(recorder: Recorder, seq: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('not accepted within a minute')), 60_000);
    const look = (): void => {
      if (recorder.failure === null && recorder.accepted < seq) return;
      clearTimeout(timer);
      recorder.onProgress = null;
      if (recorder.failure === null) resolve();
      else reject(recorder.failure);
    };
    recorder.onProgress = look;
    look();
  });
}

/** A whole recording of a few statements; its path. */
export async function recordingIn(archive: RecordingArchive, statements: number): Promise<string> {
  const recorder = archive.open(opening);
  for (let id = 0; id < statements; id++) writeStatement(recorder, id);
  await recorder.close('client left');
  return archive.pathOf(recorder.sid);
}
