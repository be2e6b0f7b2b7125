/** Writes fixtures/proofs and fixtures/vectors/proofs.json anew: `node build/test/recorder/proof-vectors.js`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive, openRecording, proveRecords, proveSession } from '../../recorder/index.ts';
import { cosign } from '../../recorder/log/cosignature.ts';
import { newKey } from '../../recorder/log/ed25519.ts';
import { formatVkey, NOTE_TYPE, parseNote, verifierOf } from '../../recorder/log/note.ts';
import { recordingIn } from './sample.ts';
import { sealerIn } from './sealed.ts';

const FOLDER = 'fixtures/proofs';
const directory = mkdtempSync(join(tmpdir(), 'pangate-proofs-'));
const { sealer, folder } = sealerIn(directory);
const archive = await openArchive({
  directory,
  mode: 'strict',
  gatewayVersion: '0.0.0',
  node: 'gw-1',
  threads: 1,
  segmentBytesMax: 1024,
  notary: sealer,
});
await recordingIn(archive, 1);
const path = await recordingIn(archive, 8);
await recordingIn(archive, 1);
await archive.close();
await sealer.close();
const witness = { name: 'example.com/witness', key: newKey() };
const signed = readFileSync(join(folder, 'checkpoint'), 'utf8');
const line = cosign(witness, parseNote(Buffer.from(signed))!.text, 1_700_000_000);
const plainKeys = readFileSync(join(folder, 'vkeys'), 'utf8');
const keys = `${plainKeys}witness ${formatVkey(verifierOf(witness, NOTE_TYPE.cosignature))}\n`;
const recording = await openRecording(path);
mkdirSync(FOLDER, { recursive: true });
const vectors: object[] = [];
function put(name: string, text: string, status: string, why: string): void {
  writeFileSync(join(FOLDER, `${name}.tlog-proof`), text);
  vectors.push({ file: `${name}.tlog-proof`, vkeys: 'vkeys', status, why });
}
const range = { fromSeq: 3, toSeq: 6 };
put(
  'not-witnessed',
  await proveSession(recording, folder),
  'UNVERIFIABLE',
  'no witness has signed its checkpoint',
);
writeFileSync(join(folder, 'cosigned'), signed + line);
const session = await proveSession(recording, folder);
const records = await proveRecords(recording, folder, range);
await recording.close();
put('session', session, 'VALID', 'the beginning and the end of a session');
put('records', records, 'VALID', 'records 3 to 6, of one segment');
put(
  'another-index',
  records.replace(/^index \d+$/m, 'index 0'),
  'TAMPERED',
  'the entry is not at that place',
);
put(
  'another-size',
  records.replace(/^(pangate\/log\S+)\n(\d+)$/m, '$1\n99'),
  'UNVERIFIABLE',
  'the checkpoint is changed',
);
const at = records.lastIndexOf('extra ') + records.slice(records.lastIndexOf('extra ')).indexOf('\n') / 2;
const flipped = records.slice(0, at) + (records[at] === 'A' ? 'B' : 'A') + records.slice(at + 1);
put('records-changed', flipped, 'TAMPERED', 'what is given with the entry is not what was sealed');
writeFileSync(join(FOLDER, 'vkeys'), keys);
writeFileSync(
  'fixtures/vectors/proofs.json',
  `${JSON.stringify({ about: 'docs/formats/pgr-v1.md, "Proofs"; files in fixtures/proofs', proofs: vectors }, null, 2)}\n`,
);
rmSync(directory, { recursive: true });
