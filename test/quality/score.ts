import type { Cleaner } from '../../base/cleaner.ts';
import { ANYWHERE, type Finding, type Place } from '../../base/finding.ts';
import { type Item, items, type Label, logs } from './corpora.ts';

/** One figure of a corpus beside the one to reach, with what was missed or taken wrongly. */
export interface Figure {
  readonly corpus: string;
  readonly measure: string;
  readonly got: number;
  readonly of: number;
  /** Least share of `of` for a recall, most `got` for false findings. */
  readonly bar: number;
  readonly holds: boolean;
  readonly wrong: readonly string[];
}

const CARD_FIELD: Place = { name: 'card_number', kind: 'cell', form: 'verbatim' };

/** All figures of docs/detection.md on the corpora in `folder`. */
export function* figures(cleaner: Cleaner, folder: string): Generator<Figure> {
  const positives = items(folder, 'positives');
  yield recall('positives', 'PAN, free text', 0.91, labelled(cleaner, positives, valid));
  yield recall('positives', 'PAN, card field', 0.995, fields(cleaner, positives, valid));
  yield recall('positives', 'PAN, JSON card field', 0.99, jsonFields(cleaner, positives, valid));
  yield recall('positives', 'exempt brands, card field', 0.95, fields(cleaner, positives, exempt));
  yield falseFindings('negatives', 'false findings', 8, unlabelled(cleaner, items(folder, 'negatives')));
  const wire = items(folder, 'wire');
  yield recall(
    'wire',
    'PAN',
    0.98,
    labelled(cleaner, wire, ({ kind }) => kind === 'PAN'),
  );
  yield recall(
    'wire',
    'CVV',
    0.97,
    labelled(cleaner, wire, ({ kind }) => kind === 'CVV'),
  );
  yield falseFindings('wire', 'false findings', 3, unlabelled(cleaner, wire));
  const sentences = items(folder, 'sentences');
  yield recall(
    'sentences',
    'PAN',
    0.995,
    labelled(cleaner, sentences, ({ kind }) => kind === 'PAN'),
  );
  yield falseFindings('sentences', 'false findings', 0, unlabelled(cleaner, sentences));
  yield recall(
    'tracks',
    'tracks, EMV and their PANs',
    1,
    labelled(cleaner, items(folder, 'tracks_emv'), () => true),
  );
  yield falseFindings('logs', 'findings', 1, inLogs(cleaner, folder));
}

interface Score {
  readonly got: number;
  readonly of: number;
  readonly wrong: readonly string[];
}

function valid(label: Label): boolean {
  return label.kind === 'PAN' && label.luhn === true;
}

function exempt(label: Label): boolean {
  return label.kind === 'PAN' && label.luhn === false;
}

/** Labels that are covered by findings in running text. */
function labelled(cleaner: Cleaner, all: readonly Item[], wanted: (label: Label) => boolean): Score {
  const missed: string[] = [];
  let of = 0;
  for (const item of all) {
    const bytes = Buffer.from(item.text);
    const findings = cleaner.find(bytes, ANYWHERE);
    for (const label of item.spans.filter(wanted)) {
      of++;
      if (!covers(findings, label))
        missed.push(`${item.id} ${label.kind} ${around(bytes, label.bstart, label.bend)}`);
    }
  }
  return { got: of - missed.length, of, wrong: missed };
}

/** Labels that are covered as the whole value of a card field. */
function fields(cleaner: Cleaner, all: readonly Item[], wanted: (label: Label) => boolean): Score {
  return each(all, wanted, (value) => {
    const bytes = Buffer.from(value);
    return covers(cleaner.find(bytes, CARD_FIELD), { bstart: 0, bend: bytes.length });
  });
}

/** Labels that are covered as the value of a card field of a JSON text. */
function jsonFields(cleaner: Cleaner, all: readonly Item[], wanted: (label: Label) => boolean): Score {
  return each(all, wanted, (value) => {
    const bytes = Buffer.from(JSON.stringify({ card_number: value }));
    return covers(cleaner.find(bytes, ANYWHERE), { bstart: 16, bend: bytes.length - 2 });
  });
}

function each(
  all: readonly Item[],
  wanted: (label: Label) => boolean,
  isFound: (value: string) => boolean,
): Score {
  const values = all.flatMap((item) =>
    item.spans.filter(wanted).map(({ value }) => ({ id: item.id, value })),
  );
  const missed = values.filter(({ value }) => !isFound(value));
  return {
    got: values.length - missed.length,
    of: values.length,
    wrong: missed.map(({ id, value }) => `${id} ${JSON.stringify(value)}`),
  };
}

/** Findings that touch no label. */
function unlabelled(cleaner: Cleaner, all: readonly Item[]): Score {
  const wrong: string[] = [];
  for (const item of all) {
    const bytes = Buffer.from(item.text);
    for (const finding of cleaner.find(bytes, ANYWHERE))
      if (!item.spans.some((label) => finding.from < label.bend && label.bstart < finding.to))
        wrong.push(`${item.id} ${finding.reason} ${around(bytes, finding.from, finding.to)}`);
  }
  return { got: wrong.length, of: all.length, wrong };
}

function inLogs(cleaner: Cleaner, folder: string): Score {
  const wrong: string[] = [];
  let megabytes = 0;
  for (const [name, bytes] of logs(folder)) {
    megabytes += bytes.length / 1e6;
    for (const finding of cleaner.find(bytes, ANYWHERE))
      wrong.push(`${name} ${finding.reason} ${around(bytes, finding.from, finding.to)}`);
  }
  return { got: wrong.length, of: Math.round(megabytes), wrong };
}

function covers(
  findings: readonly Finding[],
  label: { readonly bstart: number; readonly bend: number },
): boolean {
  let at = label.bstart;
  for (const finding of findings) if (finding.from <= at && finding.to > at) at = finding.to;
  return at >= label.bend;
}

function recall(corpus: string, measure: string, bar: number, score: Score): Figure {
  return { corpus, measure, bar, holds: score.got >= bar * score.of, ...score };
}

function falseFindings(corpus: string, measure: string, bar: number, score: Score): Figure {
  return { corpus, measure, bar, holds: score.got <= bar, ...score };
}

/** A span with what stands around it, on one line. */
function around(bytes: Buffer, from: number, to: number): string {
  const part = (start: number, end: number) => bytes.subarray(Math.max(0, start), end).toString('latin1');
  return JSON.stringify(`${part(from - 40, from)}[[${part(from, to)}]]${part(to, to + 12)}`);
}
