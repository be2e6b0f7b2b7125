/** Places in a session as a command line names them. */
import { InvalidArgumentError } from 'commander';
import { PangateError } from '../../../base/errors.ts';
import type { Tape, Target } from '../tape.ts';

/** What `--goto` may say. */
export type Goto =
  | { readonly atUs: number }
  | { readonly seq: number }
  | { readonly wallUs: number }
  | { readonly percent: number }
  | { readonly statement: number }
  | { readonly mark: string };

/** `1:30`, `01:02:03`, `90s`, `50%`, `seq:N`, `stmt:N`, `mark:L`, RFC 3339. Throws for anything else. */
export function parseGoto(text: string): Goto {
  const clock = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:\.\d{1,6})?)s?$/.exec(text);
  if (clock) {
    const [hours, minutes, seconds] = clock.slice(1).map((part) => Number(part ?? 0));
    return { atUs: Math.round((hours! * 3600 + minutes! * 60 + seconds!) * 1e6) };
  }
  const percent = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text);
  if (percent && Number(percent[1]) <= 100) return { percent: Number(percent[1]) };
  const numbered = /^(seq|stmt):(\d{1,15})$/.exec(text);
  if (numbered) {
    const number = Number(numbered[2]);
    return numbered[1] === 'seq' ? { seq: number } : { statement: number };
  }
  if (text.startsWith('mark:') && text.length > 5) return { mark: text.slice(5) };
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(instant)) return { wallUs: instant * 1000 };
  throw new InvalidArgumentError('Write 1:30, 50%, seq:120, stmt:7, mark:text or 2026-11-23T12:00:00Z.');
}

/** Where in this tape that is. Throws `argument-invalid` if there is no such place. */
export async function targetOf(place: Goto, tape: Tape): Promise<Target> {
  if ('atUs' in place) return { atUs: Math.min(place.atUs, tape.durationUs) };
  if ('seq' in place) return place;
  if ('percent' in place) return { atUs: Math.round((tape.durationUs * place.percent) / 100) };
  if ('wallUs' in place)
    return { atUs: Math.min(Math.max(0, place.wallUs - tape.startedUs), tape.durationUs) };
  return 'mark' in place ? marked(place.mark, tape) : numbered(place.statement, tape);
}

/** The nth statement, from 1; segments before it are skipped by what their seals count. */
async function numbered(number: number, tape: Tape): Promise<Target> {
  let before = 0;
  for (let index = 0; index < tape.parts; index++) {
    const statements = tape.places[index]?.seal.statements ?? Number.POSITIVE_INFINITY;
    if (before + statements >= number) {
      for (const { type, seq } of await tape.records(index))
        if ((type === 'sql.q' || type === 'http.req') && ++before >= number) return { seq };
    } else before += statements;
  }
  throw nowhere(`there are ${before} statements`);
}

async function marked(text: string, tape: Tape): Promise<Target> {
  const wanted = text.toLowerCase();
  const narrator = tape.narrator();
  for (let index = 0; index < tape.parts; index++)
    for (const beat of await tape.beats(index, narrator))
      if (beat.kind === 'marker' && beat.text.toLowerCase().includes(wanted)) return { seq: beat.seq };
  throw nowhere('no marker says that');
}

function nowhere(what: string): PangateError {
  return new PangateError('argument-invalid', `there is no such place: ${what}`, 'See: pangate replay index');
}
