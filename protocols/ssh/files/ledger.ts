/** What file transfers leave in the recording: `tty.file` of docs/formats/pgr-v1.md. */
import { FACT } from '../../../base/recording.ts';
import { Open, Type } from './messages.ts';
import type { OpenFile } from './open-file.ts';
import type { FileParts } from './parts.ts';
import type { Parsed } from './request.ts';

/** What is recorded of one request, again with its outcome. */
export type Event = Readonly<Record<string, unknown>>;

export class Ledger {
  readonly #parts: FileParts;
  #changes = 0;

  constructor(parts: FileParts) {
    this.#parts = parts;
  }

  /** What a record says of a request. What changes something is recorded at once, and has a number. */
  asked({ form, paths, numbers, attributes }: Parsed, files: readonly OpenFile[]): Event {
    const [path, to] = [...paths, ...files.map((file) => file.path)].map((each) => this.#masked(each));
    const event = {
      op: form.word,
      ...(form.changes && { n: this.#changes++ }),
      ...(path !== undefined && { path }),
      ...(to !== undefined && { to }),
      ...(form.type === Type.OPEN && { flags: flagsOf(numbers[0]!) }),
      ...attributes,
    };
    if (form.changes) this.#record(event);
    return event;
  }

  /** The server has answered; `status` as in STATUS. */
  answered(event: Event, status: number, more: Event = {}): void {
    this.#record({ ...event, ...more, status }, status > 1 ? 1 : 0);
  }

  /** A file is closed, or its channel ends before it was. */
  closed(file: OpenFile, how: Event): void {
    const event = { op: 'close', file: file.number, path: this.#masked(file.path), ...how, ...file.end() };
    this.#record(event);
    const { masked } = file.reads;
    if (masked > 0 && !file.alerted) this.masked(masked, { file: file.number });
  }

  /** So many values were masked in what went to the client. */
  masked(count: number, where: Event): void {
    const { ch, transcript } = this.#parts;
    transcript.masks({ ref: ch, ...where, n: count, rule: 'value' }, count);
  }

  /** What would have been masked went as it was. */
  alert(file: OpenFile, rule: string): void {
    const { ch, transcript } = this.#parts;
    const event = { ch, rule, sev: 'warning', file: file.number, path: this.#masked(file.path) };
    transcript.event('alert', event, FACT.alert);
  }

  refused(what: string, rule: string): void {
    const { ch, transcript } = this.#parts;
    transcript.refused(ch, transcript.masked(what), rule);
  }

  #record(event: Event, errors = 0): void {
    const { ch, transcript } = this.#parts;
    transcript.file({ ch, ...event }, errors);
  }

  #masked(path: string): string {
    return this.#parts.transcript.masked(path);
  }
}

/** The names of an OPEN's flags. */
function flagsOf(flags: number): string {
  const names = Object.entries(Open).filter(([, bit]) => (flags & bit) !== 0);
  return names.map(([name]) => name.toLowerCase()).join(' ');
}
