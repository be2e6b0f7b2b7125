/** The recorder: writes, reads and verifies recordings (docs/formats/pgr-v1.md). */
export { type ArchiveOptions, openArchive, RecordingArchive, recordingPath } from './archive.ts';
export { describeZstd } from './zstd.ts';
