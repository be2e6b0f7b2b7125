import { Command, InvalidArgumentError, Option } from 'commander';
import { PangateError } from '../../base/errors.ts';
import { guarded } from './exit.ts';
import { print, widthOf } from './output.ts';
import { PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { type Goto, parseGoto, targetOf } from './player/goto.ts';
import { KEYS } from './player/help.ts';
import { Player, type PlayerOptions } from './player/player.ts';
import { openChecked, PLAY_OPTIONS, type PlayOption, sayEnd } from './reading.ts';
import { openTape, type Tape } from './tape.ts';
import { transcript } from './transcript.ts';

interface PlayOptions extends PlaceOption, PlayOption {
  readonly speed: number;
  readonly idleTimeLimit?: number;
  readonly maxWait?: number;
  readonly goto?: Goto;
  readonly paused?: boolean;
  readonly follow?: boolean;
  /** `--no-wait` */
  readonly wait: boolean;
  /** `--no-resize` */
  readonly resize: boolean;
  readonly streams: PlayerOptions['streams'];
  readonly channel?: number;
  readonly pauseOnMarkers?: boolean;
  readonly keys?: boolean;
}

/** `pangate replay play`. */
export function playCommand(): Command {
  const command = new Command('play')
    .description('play a session as it was seen')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS]) command.option(...option);
  return command
    .option('-s, --speed <times>', 'from 0.25 to 16 times as fast, or max', parseSpeed, 1)
    .option('-i, --idle-time-limit <seconds>', 'wait no longer than this between two events', parseSeconds)
    .addOption(
      new Option('-m, --max-wait <seconds>', 'as --idle-time-limit').argParser(parseSeconds).hideHelp(),
    )
    .option(
      '-g, --goto <place>',
      'begin at 1:30, 50%, seq:120, stmt:7, mark:text or a time in RFC 3339',
      parseGoto,
    )
    .option('-p, --paused', 'begin with a pause')
    .option('-f, --follow', 'go with a session that is being recorded, until it ends')
    .option('-n, --no-wait', 'do not wait and do not ask for keys: print what was seen')
    .option('-R, --no-resize', 'leave the size of this terminal as it is')
    .option('--streams <o,e,i>', 'which to show: output, error, input', parseStreams, parseStreams('o,e'))
    .option('--channel <n>', 'whose terminal, where a session has several', parseNumber)
    .option('--pause-on-markers', 'pause at each marker and statement')
    .option('--keys', 'show what is typed below the screen')
    .addHelpText('after', HELP)
    .action((word: string, options: PlayOptions) => guarded(() => play(word, options)));
}

const HELP = `
Keys:
${KEYS.map(([keys, what]) => `  ${keys.padEnd(14)}${what}`).join('\n')}

Where standard output is no terminal, what was seen is printed as text.

Examples:
  $ pangate replay play last
  $ pangate replay play 01M84 --speed 4 --idle-time-limit 2
  $ pangate replay play 01M84 --goto stmt:7 --paused
  $ pangate replay play 01M84 --follow`;

function parseSpeed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const speed = Number(text);
  if (/^\d{1,2}(\.\d+)?$/.test(text) && speed >= 0.25 && speed <= 16) return speed;
  throw new InvalidArgumentError('Write a number from 0.25 to 16, or max.');
}

function parseSeconds(text: string): number {
  if (/^\d{1,6}(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a number of seconds.');
}

function parseNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a number.');
}

function parseStreams(text: string): PlayerOptions['streams'] {
  const names = { o: 'output', e: 'error', i: 'input' } as const;
  const letters = text.split(',');
  if (letters.every((letter): letter is keyof typeof names => Object.hasOwn(names, letter)))
    return new Set(letters.map((letter) => names[letter]));
  throw new InvalidArgumentError('Write some of o, e, i with commas between.');
}

async function play(word: string, options: PlayOptions): Promise<void> {
  const isPlayer = options.wait && process.stdout.isTTY;
  const columns = isPlayer ? widthOf() : Number.POSITIVE_INFINITY;
  const checked = await openChecked(word, options, { type: 'view', verb: 'play' });
  const tape = await openTape(checked, { ...options, columns });
  try {
    if (isPlayer) await onTerminal(tape, options);
    else for await (const line of transcript(tape)) await print(`${line}\n`);
    if (options.follow) await sayEnd(tape.path);
  } finally {
    await tape.close();
  }
}

async function onTerminal(tape: Tape, options: PlayOptions): Promise<void> {
  if (!process.stdin.isTTY)
    throw new PangateError(
      'argument-invalid',
      'the player takes its keys from a terminal',
      'Say --no-wait to print what was seen.',
    );
  const idle = options.idleTimeLimit ?? options.maxWait;
  const player = new Player(
    tape,
    {
      speed: options.speed,
      idleUs: idle === undefined ? Number.POSITIVE_INFINITY : idle * 1e6,
      start: options.goto === undefined ? null : await targetOf(options.goto, tape),
      paused: options.paused ?? false,
      follow: options.follow ?? false,
      resize: options.resize,
      streams: options.streams,
      pauseOnMarkers: options.pauseOnMarkers ?? false,
      showTyped: options.keys ?? false,
    },
    process.stdout,
  );
  const leave = (): void => player.leave();
  process.once('SIGTERM', leave).once('SIGHUP', leave);
  await player.run(process.stdin);
  for (const seq of player.marks) await print(`marked: --goto seq:${seq}\n`);
}
