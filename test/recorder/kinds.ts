/** One recording of every kind, with how it is verified: what tampering is tried on. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, readIdentities, recordingPath } from '../../recorder/index.ts';
import { keyOfSeed } from '../../recorder/log/ed25519.ts';
import { type NamedKey, verifierOf } from '../../recorder/log/note.ts';
import { newIdentity } from '../../recorder/recipient.ts';
import { applyRedaction } from '../../recorder/redact-apply.ts';
import { approveRedaction, proposeRedaction } from '../../recorder/redact-propose.ts';
import type { Status, Verification } from '../../recorder/verification.ts';
import { type VerifyOptions, verifyFile } from '../../recorder/verify.ts';
import { openZstd } from '../../recorder/zstd.ts';
import { httpPlan, terminalPlan } from '../replay/sessions.ts';
import { temporaryFolder } from '../temporary.ts';
import { buildRecording, FIXTURE_NODE, type Plan, smallPlan } from './build.ts';
import { memoryFile } from './disks.ts';
import { sqlPlan } from './fixtures.ts';
import { acceptance, opening, recordingIn, writeStatement } from './sample.ts';
import { sealerIn } from './sealed.ts';

/** One kind of recording. */
export interface Kind {
  readonly name: string;
  readonly content: Uint8Array;
  /** What a verifier says of it, lying alone. */
  readonly status: Status;
  /** Keys of those whom a verifier trusts, and of a recipient. */
  readonly options: VerifyOptions;
  /** Where it lies, or would: its wrapped key is looked for beside it. */
  readonly path: string;
}

const nodes = [verifierOf(FIXTURE_NODE)];
const NOWHERE = '/nowhere/a/b/c/recording.pgr.zst';

/** Verifies bytes in the place of a kind's own. */
export function verifyAs(
  kind: Kind,
  content: Uint8Array,
  options: VerifyOptions = {},
): Promise<Verification> {
  return verifyFile(memoryFile(content), kind.path, { ...kind.options, ...options });
}

/** True for what a verifier says of a recording in which nothing is wrong. */
export function isValid({ status }: Verification): boolean {
  return status === 'VALID' || status === 'VALID-REDACTED';
}

/** All kinds, made anew. Encrypted and recovered ones have keys and times of their own in every run. */
export async function allKinds(): Promise<readonly Kind[]> {
  return [...(await plannedKinds()), await redacted(), await encrypted(), await recovered()];
}

/** Those that are the same in every run. */
export async function plannedKinds(): Promise<readonly Kind[]> {
  const zstd = await openZstd();
  const small = smallPlan(zstd, 4, 2);
  const signed = (plan: Plan): Plan => ({ ...plan, node: FIXTURE_NODE });
  const kind = (name: string, plan: Plan, status: Status = 'VALID'): Kind => {
    const options = plan.node === undefined ? {} : { nodes };
    return { name, content: buildRecording(plan), status, options, path: NOWHERE };
  };
  return [
    kind('sql', signed(sqlPlan(zstd))),
    kind('sql, not signed', sqlPlan(zstd)),
    kind('terminal', signed(terminalPlan(zstd))),
    kind('http', signed(httpPlan(zstd))),
    kind('empty', signed({ ...small, segments: [], silences: 0 })),
    kind('silent', signed({ ...small, segments: small.segments.slice(0, 1), silences: 4 })),
    kind('open', signed({ ...small, silences: 0, end: null }), 'TRUNCATED'),
  ];
}

/** A record was removed with the leave of two. */
async function redacted(): Promise<Kind> {
  const people = ['alice', 'bob'].map(
    (name, i): NamedKey => ({ name: `approver/${name}`, key: keyOfSeed(Buffer.alloc(32, i + 1)) }),
  );
  const approvers = people.map((person) => verifierOf(person));
  const path = join(temporaryFolder('redacted'), 'recording.pgr.zst');
  const zstd = await openZstd();
  writeFileSync(path, buildRecording({ ...smallPlan(zstd, 4, 2), node: FIXTURE_NODE }));
  const wish = { records: [4], reason: 'a card number', wallUs: 1, identities: [] };
  const proposal = await proposeRedaction(path, wish);
  await applyRedaction(path, people.reduce(approveRedaction, proposal), approvers, null);
  const options = { nodes, approvers };
  return { name: 'redacted', content: readFileSync(path), status: 'VALID-REDACTED', options, path };
}

/** Segments are closed to whom has no key; this verifier has one. */
async function encrypted(): Promise<Kind> {
  const directory = temporaryFolder('encrypted');
  const recipients = [newIdentity(), newIdentity()];
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, recipients[0]!.secretText);
  const { sealer, nodes: own } = sealerIn(directory);
  const archive = await openArchive({
    ...settings(directory),
    notary: sealer,
    encryption: { recipients: recipients.map(({ publicText }) => publicText) },
  });
  const path = await recordingIn(archive, 5);
  await archive.close();
  const options = { nodes: own, identities: await readIdentities(keyFile) };
  return { name: 'encrypted', content: readFileSync(path), status: 'VALID', options, path };
}

/** The process was gone in the middle; the next start has completed it. */
async function recovered(): Promise<Kind> {
  const live = temporaryFolder('live');
  const directory = join(temporaryFolder('crashed'), 'copy');
  const first = sealerIn(live);
  const archive = await openArchive({ ...settings(live), notary: first.sealer });
  const recorder = archive.open(opening);
  for (let id = 0; id < 5; id++) await acceptance(recorder, writeStatement(recorder, id));
  await new Promise((resolve) => setTimeout(resolve, 300));
  cpSync(live, directory, { recursive: true });
  rmSync(join(directory, 'journal', 'lock'));
  await archive.close();
  const { sealer, nodes: own } = sealerIn(directory);
  await (await openArchive({ ...settings(directory), notary: sealer })).close();
  const path = recordingPath(directory, recorder.sid);
  return { name: 'recovered', content: readFileSync(path), status: 'VALID', options: { nodes: own }, path };
}

function settings(directory: string): Parameters<typeof openArchive>[0] {
  return { directory, mode: 'strict', gatewayVersion: '0', threads: 1, segmentBytesMax: 700 };
}
