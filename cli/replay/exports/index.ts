import { asciicast, asciicast2 } from './asciicast.ts';
import type { ExportFormat } from './format.ts';
import { har } from './har.ts';
import { html } from './html.ts';
import { pcapng } from './pcapng.ts';
import { csv, json, jsonl } from './records.ts';
import { text } from './text.ts';

/** All formats by the names that `--format` takes. */
export const FORMATS: Readonly<Record<string, ExportFormat>> = {
  jsonl,
  json,
  csv,
  text,
  html,
  asciicast,
  'asciicast-2': asciicast2,
  har,
  pcapng,
};

/** The format of a name that is one of `FORMATS`. */
export function formatOf(name: string): ExportFormat {
  return FORMATS[name]!;
}
