/** The recorder: writes, reads and verifies recordings (docs/formats/pgr-v1.md). */

export { newApprover, newRoot, parseApprovers, readApprover, signTrust } from './approver.ts';
export { openArchive, RecordingArchive, recordingPath } from './archive.ts';
export type { ArchiveOptions } from './archive-options.ts';
export { ArchiveVerifier, type ArchiveVerifierOptions, logAround } from './archive-verifier.ts';
export { LOG_FOLDER, openAuditLog, openNotary } from './audit-log.ts';
export { type ClockState, readClockState } from './clock/clock-state.ts';
export { decryptRecording } from './decrypt.ts';
export type { EncryptionOptions } from './encryption.ts';
export { type Hold, hold, holdsOf, unhold } from './hold.ts';
export { FOLLOW_MS, followRecords, LiveRecording, type LiveState } from './live.ts';
export type { LoggedEntry } from './log/entry.ts';
export { LogEntries } from './log/log-entries.ts';
export { formatVkey, parseVkey, type VerifierKey } from './log/note.ts';
export { checkTimestamp, newestTimestamp } from './log/timestamp.ts';
export { readTrust, type Trust } from './log/trust.ts';
export { openWitness } from './log/witness.ts';
export type { Notary } from './notary.ts';
export type { Outline } from './outline.ts';
export { proveRecords, proveSession } from './prove.ts';
export { type CheckedProof, checkProof } from './prove-check.ts';
export { type Purged, type PurgeOptions, purgeRecording } from './purge.ts';
export {
  decodeRecords,
  openRecording,
  Recording,
  type RecordingSummary,
  type RecordRead,
} from './reader.ts';
export { type Identity, newIdentity, parseRecipient, RECIPIENTS_MIN, readIdentities } from './recipient.ts';
export { recoverArchive } from './recover.ts';
export type { Recovery } from './recover-session.ts';
export { applyRedaction } from './redact-apply.ts';
export { approveRedaction, type Proposal, parseProposal, proposeRedaction } from './redact-propose.ts';
export { numbersOf, rangesOf, readText as readRedaction } from './redaction.ts';
export {
  defaultRetention,
  FOREVER,
  HOT_DAYS_MIN,
  type Keeping,
  keepingOf,
  RETAIN_DAYS_MIN,
  type Retention,
} from './retention.ts';
export { type ScrubSums, scrub } from './scrub.ts';
export { connectSealer } from './sealer/client.ts';
export { runSealer } from './sealer/process.ts';
export { type StartedSealer, type StartOptions, startSealer } from './sealer/start.ts';
export type { SegmentPlace } from './segment-place.ts';
export { FolderStore } from './store/folder-store.ts';
export { type Fetched, fetchRecording, placeRecording } from './store/restore.ts';
export { type S3Options, S3Store } from './store/s3-store.ts';
export { nameInStore, type Parcel, type Store } from './store/store.ts';
export { BACKLOG, markForStore, type UploadState } from './store/uploader.ts';
export type { Damage, RedactionFound, Status, Verification } from './verification.ts';
export { type VerifyOptions, verifyRecording } from './verify.ts';
export { describeZstd } from './zstd.ts';
