import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import type { Recording } from '../../recorder/index.ts';
import { guarded, STATUS_EXIT, worse } from './exit.ts';
import { type Hit, type Needle, needleOf, searchRecording } from './grep-search.ts';
import { parseCount } from './number-option.ts';
import { print, widthOf } from './output.ts';
import { directoryOf, PLACE_OPTIONS, type PlaceOption, recordingsIn } from './place.ts';
import { openChecked, PLAY_OPTIONS, type PlayOption } from './reading.ts';
import { cut, safeJson } from './safe-text.ts';
import { showInstant } from './time.ts';

interface GrepOptions extends PlaceOption, PlayOption {
  readonly expression?: boolean;
  readonly ignoreCase?: boolean;
  readonly in?: ReadonlySet<Hit['where']>;
  readonly maxCount: number;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly utc?: boolean;
}

const HITS_MAX = 10_000;

/** `pangate replay grep`. */
export function grepCommand(): Command {
  const command = new Command('grep')
    .description('look for a text in what was seen: screens, statements, results, requests')
    .argument('<text>', 'the text; small letters match capital ones too with -i')
    .argument('[recordings...]', 'files, session ids or beginnings of them, last; all unless told');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS]) command.option(...option);
  return command
    .option('-E, --expression', 'the text is a regular expression (of JavaScript)')
    .option('-i, --ignore-case', 'capital or not')
    .option('--in <kinds>', 'only in some of screen, statement, result, request', parseKinds)
    .option('-m, --max-count <n>', 'hits in one recording', parseCount, HITS_MAX)
    .option('-l, --list', 'only the session ids')
    .option('--json', 'one JSON object a line')
    .option('--utc', 'times in UTC')
    .addHelpText('after', HELP)
    .action((text: string, words: readonly string[], options: GrepOptions) =>
      guarded(() => grep(text, words, options)),
    );
}

const HELP = `
Terminal output is looked at as it stood on the screen, not as it was sent: a text that was typed
over itself, coloured or cut in pieces is found, and one that was never seen is not.
Exit code 1 if nothing is found.

Examples:
  $ pangate replay grep 'drop table'
  $ pangate replay grep -iE 'order \\d+' last --in result
  $ pangate replay grep password --list`;

function parseKinds(text: string): ReadonlySet<Hit['where']> {
  const known: readonly string[] = ['screen', 'statement', 'result', 'request'];
  const kinds = text.split(',');
  if (kinds.every((kind) => known.includes(kind))) return new Set(kinds as Hit['where'][]);
  throw new InvalidArgumentError(`Write some of ${known.join(', ')} with commas between.`);
}

async function grep(text: string, words: readonly string[], options: GrepOptions): Promise<void> {
  const needle = needleOf(text, options);
  let isFound = false;
  let code = 0;
  for await (const word of words.length > 0 ? words : recordingsIn(await directoryOf(options))) {
    process.exitCode = 0;
    isFound = (await one(word, needle, options)) || isFound;
    code = worse(code, Number(process.exitCode));
  }
  process.exitCode = code === STATUS_EXIT.VALID && !isFound ? 1 : code;
}

/** True if something was found. A changed recording among many is said and left out. */
async function one(word: string, needle: Needle, options: GrepOptions): Promise<boolean> {
  let isFound = false;
  await guarded(async () => {
    const checked = await openChecked(word, options, { type: 'view', verb: 'grep' });
    let count = 0;
    try {
      for await (const hit of searchRecording(checked, needle, options.in ?? null)) {
        isFound = true;
        if (options.list) {
          await print(`${checked.header.sid}\n`);
          break;
        }
        await print(shown(hit, checked.recording, options));
        if (++count >= options.maxCount) break;
      }
    } finally {
      await checked.recording.close();
    }
  });
  return isFound;
}

function shown(hit: Hit, { header }: Recording, options: GrepOptions): string {
  const us = header.wallUs + hit.atUs;
  if (options.json)
    return `${safeJson({ sid: header.sid, at: new Date(us / 1000).toISOString(), ...hit })}\n`;
  const head = `${header.sid}  ${showInstant(us, options.utc ?? false)}  seq:${hit.seq}  ${hit.where}`;
  return `${pc.dim(head)}  ${cut(hit.text, Math.max(40, widthOf() - head.length - 2))}\n`;
}
