/** The signed head of a log: c2sp.org/tlog-checkpoint. Origin, size and root, a line each. */
import type { Bytes } from '../../base/bytes.ts';
import { fromBase64 } from './note.ts';
import { HASH_BYTES } from './tiles.ts';
import type { TreeHead } from './tree.ts';

/** What a checkpoint says. */
export interface Checkpoint extends TreeHead {
  readonly origin: string;
}

/** The text of the note. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** Null unless the text is a checkpoint without extension lines. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', size = '', root = '', end, more] = text.split('\n');
  const hash: Bytes | null = fromBase64(root);
  const isNumber = /^(0|[1-9][0-9]{0,15})$/.test(size);
  if (origin === '' || !isNumber || hash?.length !== HASH_BYTES || end !== '' || more !== undefined)
    return null;
  return { origin, size: Number(size), root: hash };
}
