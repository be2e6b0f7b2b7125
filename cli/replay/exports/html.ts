/**
 * A page that holds a session and its player: one file, no network, strict CSP. What was
 * recorded is in it as compressed JSON and becomes text in the page, never HTML; terminal
 * output was rendered when the page was made, so that the page needs no emulator.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PageMeta } from '../page/model.ts';
import { STYLE } from '../page/style.ts';
import { safeText } from '../safe-text.ts';
import { textIn } from '../session.ts';
import { showInstant, showSpan } from '../time.ts';
import type { ExportFormat, ExportJob } from './format.ts';
import { ChunkWriter } from './html-chunks.ts';
import { writeFrames } from './html-frames.ts';
import { writeItems } from './html-items.ts';

/** What only the session's own part of the page knows. */
export type PagePart = Pick<PageMeta, 'kind' | 'markers' | 'styles' | 'chunks'>;

/** The page's script, in the order in which its parts need each other. */
const SCRIPTS = ['element', 'chunks', 'terminal-view', 'events-view', 'main'] as const;

export const html: ExportFormat = {
  about: 'a page with a player: one file, no network',
  write: async (job) => {
    const tape = await job.tape();
    const script = await pageScript();
    await job.sink.write(head(script));
    const chunks = new ChunkWriter(job.sink);
    const part = tape.isTerminal ? await writeFrames(tape, chunks) : await writeItems(job, chunks);
    await job.sink.write(
      `<script type="application/json" id="meta">${inert(meta(job, part, tape.durationUs))}</script>\n`,
    );
    await job.sink.write(`<script type="module">${script}</script>\n</body></html>\n`);
  },
};

/** JSON that cannot end the element it stands in. */
export function inert(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** The compiled modules of page/ as one: their own imports name only each other. */
async function pageScript(): Promise<string> {
  const texts = await Promise.all(
    SCRIPTS.map((name) => readFile(new URL(`../page/${name}.js`, import.meta.url), 'utf8')),
  );
  return texts
    .join('\n')
    .replace(/^import [\s\S]*?;$/gm, '')
    .replace(/^export /gm, '')
    .replace(/^\/\/[#/].*$/gm, '')
    .replace(/<\/(script)/gi, '<\\/$1');
}

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function head(script: string): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>pangate</title>
<style>${STYLE}</style></head><body>
<header><div><div class="brand">pangate recording</div><h1 id="title"></h1></div><dl id="facts"></dl><button id="status" title="What the verification says"></button></header>
<div id="banner" role="alert" hidden></div>
<main id="stage" tabindex="-1"></main><aside id="markers"><h2>Markers</h2></aside>
<footer><button id="play" aria-label="Play">►</button><span id="time"></span>
<div class="track"><div class="bed"></div><div id="ticks"></div><div id="done"></div><input id="seek" type="range" min="0" max="1" value="0" aria-label="Time"></div>
<span id="typed"></span><button class="control" id="speed" title="Speed">1×</button><button class="control" id="idle" aria-pressed="true">skip silence</button><button class="control" id="help-button" aria-label="Keys">?</button></footer>
<dialog id="proof"><h2>Verification</h2><p id="reason"></p><dl id="proof-list"></dl><p class="note">This page is a copy for reading. The recording is the evidence: verify it with pangate replay verify.</p><form method="dialog"><button class="control">Close</button></form></dialog>
<dialog id="help"><h2>Keys</h2><dl><dt>space</dt><dd>play, pause</dd><dt>← →</dt><dd>5 seconds</dd><dt>shift ← →</dt><dd>a tenth</dd><dt>[ ]</dt><dd>marker or statement</dd><dt>&lt; &gt;</dt><dd>slower, faster</dd><dt>enter</dt><dd>to the next event</dd><dt>g G</dt><dd>start, end</dd><dt>/</dt><dd>find</dd><dt>v</dt><dd>verification</dd></dl><form method="dialog"><button class="control">Close</button></form></dialog>
`;
}

function meta({ checked, version }: ExportJob, part: PagePart, durationUs: number): PageMeta {
  const { header, opening, verification } = checked;
  const { status, reason, digest, records, seals, statements, masked, errors, damages } = verification;
  const said = (...keys: readonly string[]): string => safeText(textIn(opening, ...keys));
  const database = said('target', 'database');
  const target = `${said('target', 'name')}${database === '' ? '' : ` / ${database}`}`;
  const facts: [string, string][] = [
    ['Protocol', said('protocol')],
    ['Client', `${said('client', 'application')}  ${said('client', 'address')}`.trim()],
    ['Started', `${showInstant(header.wallUs, true).slice(0, 19)} UTC`],
    ['Length', showSpan(durationUs)],
    ['Gateway', safeText(textIn(header.map, 'node'))],
  ];
  return {
    sid: header.sid,
    title: `${said('user', 'id')} → ${target}`,
    facts: facts.filter(([, value]) => value !== ''),
    startedMs: header.wallUs / 1000,
    durationUs,
    status,
    reason: safeText(reason),
    proof: [
      ['session', header.sid],
      ['holds', `${records} records, ${seals} seals`],
      ['fingerprint', digest || 'none: the recording has no end'],
      ['made by', `pangate ${version}`],
    ],
    damages: damages.map(({ offset, why }) => `Byte ${offset}: ${safeText(why)}.`),
    counts: { statements, masked, errors },
    ...part,
  };
}
