/** Sealers in temporary folders, in this process. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../../base/bytes.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { parseCheckpoint } from '../../recorder/log/checkpoint.ts';
import { decodeEntry, type LoggedEntry } from '../../recorder/log/entry.ts';
import { Log } from '../../recorder/log/log.ts';
import { parseNote, type VerifierKey, verifierOf } from '../../recorder/log/note.ts';
import { TileReader } from '../../recorder/log/tiles.ts';
import { openKeys } from '../../recorder/sealer/keys.ts';
import { Sealer } from '../../recorder/sealer/sealer.ts';

/** A sealer over the log in an archive's directory, with what verifies it. */
export interface SealerHere {
  readonly sealer: Sealer;
  readonly nodes: readonly VerifierKey[];
  readonly folder: string;
}

/** Opens one; another one on the same directory goes on from its log. */
export function sealerIn(directory: string, clock: Clock = systemClock): SealerHere {
  const folder = join(directory, 'log');
  mkdirSync(folder, { recursive: true });
  const keys = openKeys(folder, 'gw-1');
  const log = new Log({ folder, key: keys.log, durability: 'process', clock });
  const sealer = new Sealer({ keys, log, clock });
  sealer.load(new TileReader(folder, log.size), log.size);
  return { sealer, nodes: [verifierOf(keys.node)], folder };
}

/** All entries of a log, as far as its checkpoint goes. */
export function entriesIn(folder: string): LoggedEntry[] {
  const note = parseNote(utf8(readFileSync(join(folder, 'checkpoint'), 'utf8')))!;
  const { size } = parseCheckpoint(note.text)!;
  const reader = new TileReader(folder, size);
  const entries: LoggedEntry[] = [];
  for (let number = 0; number * 256 < size; number++)
    for (const bytes of reader.bundle(number)) entries.push(decodeEntry(bytes)!);
  return entries;
}
