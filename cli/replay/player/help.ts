/** The keys of the player, for its help. */
export const KEYS: readonly (readonly [string, string])[] = [
  ['space  p', 'pause, go on'],
  ['.  ,', 'one step forward, back'],
  ['← →', '5 seconds back, forward'],
  ['shift ← →', 'a tenth of the session'],
  ['[  ]', 'last, next marker or statement'],
  ['<  >   {  }', 'slower, faster'],
  ['backspace', 'normal speed'],
  ['g  G', 'to the start, to the end'],
  ['digits G', 'to that second'],
  ['/text  ?text', 'look for a text, forward, backward'],
  ['n  N', 'the next hit, the one before'],
  ['enter', 'skip the wait'],
  ['m', 'mark this place'],
  ['t', 'statements and markers: choose one'],
  ['i', 'show what is typed'],
  ['v', 'what the verification says'],
  ['q', 'leave'],
];

const WIDTH = 14;
/** For the box over the screen. */
export const HELP_LINES: readonly string[] = [
  ...KEYS.map(([keys, what]) => `${keys.padEnd(WIDTH)}${what}`),
  '',
  'type a text to look for it backward',
];
