/** Bounds of offline redaction. */
export const bounds = {
  /** Text of one piece that a thread cleans. */
  chunkBytes: 1_048_576,
  /** One line or record: beyond it text is cut inside a line, and CSV and NDJSON are an error. */
  recordBytesMax: 67_108_864,
  /** Bytes before a piece that a judgement may look at: as much as a scanner does. */
  contextBytes: 128,
  /** Bytes after a piece that a judgement may look at: more than the reach of any detector. */
  lookaheadBytes: 4096,
  /** Places tried for a cut before the next larger piece is. */
  cutTriesMax: 64,
  /** Smaller pieces are cleaned on the caller's thread: to hand them over takes longer. */
  handOverBytesMin: 65_536,
  /** An input that gives nothing for so long is idle: its whole lines go out. */
  idleMs: 25,
  /** Bytes by which a compression or a mark is told, where an input pauses before there are more. */
  magicBytes: 4,
  /** Pieces under way for each thread. */
  chunksPerThread: 3,
  /** Of these, the most that a thread other than the caller's has: one in hand and one that waits. */
  chunksPerWorker: 2,
  threadsMax: 64,
  /** Findings of one file that a report lists one by one. */
  sightingsMax: 10_000,
  /** Bytes at the start of an input by which its kind is told. */
  sniffBytes: 65_536,
} as const;
