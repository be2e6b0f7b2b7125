/** Bounds of recordings and journals; what a reader refuses to believe stands here too. */
export const recordingLimits = {
  /** Raw bytes after which a segment is closed. The last record may overshoot it. */
  segmentBytesMax: 131_072,
  /** Age of a segment's first record after which it is closed; and longest silence without a seal. */
  segmentAgeMs: 60_000,
  /** One encoded record. */
  recordBytesMax: 4_194_304,
  /** Raw bytes of a segment that a reader accepts: the two above, and the overshoot. */
  segmentRawBytesMax: 4_325_376,
  /** A segment's zstd frame: the worst case of incompressible content. */
  segmentFrameBytesMax: 4_400_000,
  headerBytesMax: 65_536,
  checkpointBytesMax: 16_384,
  redactionBytesMax: 16_384,
  indexBytesMax: 4_194_304,
  footerBytesMax: 65_536,
  /** Frames that the seek table may list (the format's own limit). */
  framesMax: 0x8000000,
  /** Segments that the index lists; beyond, every second one, every fourth, ... */
  indexSegmentsMax: 65_536,
  /** Statements that the index lists. */
  indexStatementsMax: 65_536,
  /** Nesting of arrays and maps in a record. */
  depthMax: 32,
  /** Bytes after which a journal file is followed by the next. */
  journalFileBytesMax: 67_108_864,
  /** Bytes written to the journal by one group commit. */
  journalBatchBytesMax: 8_388_608,
  /** Slices written by one group commit. */
  journalBatchSlicesMax: 512,
  /** Payload of one journal frame. */
  journalFrameBytesMax: 4_718_592,
  /** Segments of one session that are being compressed. */
  segmentsPerSessionMax: 8,
  /** Frames of one session that wait to be written. */
  outboxBytesMax: 4_194_304,
  /** Unsynchronised bytes of a session file. */
  unsyncedBytesMax: 1_048_576,
  /** Encoded bytes of one session that may wait in best-effort mode while the journal fails. */
  waitingBytesMax: 8_388_608,
  /** Between two looks at whether the clock is synchronised. */
  clockLookMs: 30_000,
  /** How long it may not be synchronised, once it was: a daemon is started again, a network comes back. */
  clockGraceMs: 300_000,
  /** How far a synchronised clock may be off. */
  clockErrorUsMax: 1_000_000,
  /** Silence of the sealer after which strict sessions end and new ones are refused. */
  sealerSilenceMsMax: 10_000,
} as const;
