/** What the parts of one channel's file transfers share. */
import type { Cleaner } from '../../../base/cleaner.ts';
import type { Rule } from '../policy.ts';
import type { Transcript } from '../transcript.ts';

/** What is done with what is found in files. */
export interface FileChoice {
  /** In a file that is no text, on its way to the client. */
  readonly binary: 'mask' | 'refuse' | 'alert';
  /** In what the client writes. */
  readonly writes: 'pass' | 'alert' | 'refuse';
  /** Copies that show no files: `scp -O` and rsync. */
  readonly streams: 'mask' | 'refuse';
}

export interface FileParts {
  /** The channel's number. */
  readonly ch: number;
  readonly cleaner: Cleaner;
  readonly transcript: Transcript;
  readonly choice: FileChoice;
  readonly rules: readonly Rule[];
}
