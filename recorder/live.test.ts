import { existsSync } from 'node:fs';
import { test } from 'tap';
import { acceptance, archiveFor, opening, writeStatement } from '../test/recorder/sample.ts';
import { openRecording, verifyRecording } from './index.ts';

test('verified over and over while it is written, a recording is open, then valid, and nothing else', async (t) => {
  const archive = await archiveFor(t, { segmentBytesMax: 1024, journalFileBytesMax: 50_000 });
  const seen = new Map<string, number>();
  let isWriting = true;
  const paths: string[] = [];
  const verifier = (async () => {
    for (let i = 0; isWriting || i < paths.length; i++) {
      const path = paths[i % Math.max(1, paths.length)];
      const { status } =
        path === undefined ? { status: 'none' } : await verifyRecording(path, { depth: 'quick' });
      seen.set(status, (seen.get(status) ?? 0) + 1);
      await new Promise(setImmediate);
    }
  })();
  for (let round = 0; round < 12; round++) {
    const recorders = Array.from({ length: 4 }, () => archive.open(opening));
    for (let id = 0; id < 30; id++) {
      for (const recorder of recorders) await acceptance(recorder, writeStatement(recorder, id));
      if (id === 10) paths.push(...recorders.map((recorder) => archive.pathOf(recorder.sid)));
    }
    await Promise.all(recorders.map((recorder) => recorder.close('client left')));
  }
  isWriting = false;
  await verifier;
  t.strictSame(
    [...seen.keys()].filter((status) => !['OPEN', 'VALID', 'none'].includes(status)),
    [],
    `${[...seen]}`,
  );
  t.ok((seen.get('OPEN') ?? 0) > 10 && (seen.get('VALID') ?? 0) > 10, `${[...seen]}`);
  for (const path of paths) t.equal((await verifyRecording(path)).status, 'VALID');
});

test('who is in a session that has just begun is read from the journal', async (t) => {
  const archive = await archiveFor(t);
  const recorder = archive.open(opening);
  await acceptance(recorder, writeStatement(recorder, 1));
  const path = archive.pathOf(recorder.sid);
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));
  const recording = await openRecording(path);
  t.match(await recording.opening(), { user: opening.user, target: opening.target });
  await recording.close();
});
