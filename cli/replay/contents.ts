import { Command } from 'commander';
import { guarded } from './exit.ts';
import { print, widthOf } from './output.ts';
import { PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { openChecked, PLAY_OPTIONS, type PlayOption } from './reading.ts';
import { cut, safeJson } from './safe-text.ts';
import { openTape, type Tape } from './tape.ts';
import { showSpan } from './time.ts';

interface IndexOptions extends PlaceOption, PlayOption {
  readonly json?: boolean;
}

/** `pangate replay index`. */
export function indexCommand(): Command {
  const command = new Command('index')
    .description('list the places of a recording: statements, requests, markers, known screens')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS]) command.option(...option);
  return command
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action((word: string, options: IndexOptions) => guarded(() => list(word, options)));
}

const HELP = `
SEQ is what replay play --goto seq:N takes. OFFSET is the segment's place in the file: from there
on zstd decodes it alone. A screen is known where the recording holds a copy of it: a player
begins there.

Example:
  $ pangate replay index last | grep update`;

/** A place, and the segment that holds it. */
interface Entry {
  readonly seq: number;
  readonly atUs: number;
  readonly segment: number;
  readonly offset: number;
  readonly kind: 'marker' | 'screen' | 'damage';
  readonly text: string;
}

async function list(word: string, options: IndexOptions): Promise<void> {
  const tape = await openTape(await openChecked(word, options, { type: 'view', verb: 'index' }));
  try {
    if (!options.json) await print(`${HEAD}\n`);
    for await (const entry of entriesOf(tape))
      await print(options.json ? `${safeJson(entry)}\n` : `${line(entry)}\n`);
  } finally {
    await tape.close();
  }
}

const KINDS = { marker: 'marker', keyframe: 'screen', damage: 'damage' } as const;

async function* entriesOf(tape: Tape): AsyncGenerator<Entry> {
  const narrator = tape.narrator();
  for (const [index, { seal, from }] of tape.places.entries())
    for (const { kind, seq, atUs, text, size } of await tape.beats(index, narrator)) {
      if (kind !== 'marker' && kind !== 'keyframe' && kind !== 'damage') continue;
      const shown = kind === 'keyframe' ? `${size!.columns} × ${size!.rows}` : text;
      yield { seq, atUs, segment: seal.segment, offset: from, kind: KINDS[kind], text: shown };
    }
}

const HEAD = '     SEQ       TIME  SEGMENT      OFFSET  KIND    WHAT';

function line({ seq, atUs, segment, offset, kind, text }: Entry): string {
  const numbers = `${String(seq).padStart(8)}  ${showSpan(atUs).padStart(9)}  ${String(segment).padStart(7)}`;
  const shown = `${numbers}  ${String(offset).padStart(10)}  ${kind.padEnd(6)}`;
  return `${shown}  ${cut(text, Math.max(20, widthOf() - shown.length - 2))}`;
}
