/** Events and masks of a timeline in a line of text. */
import { textOf } from './grid.ts';
import { safeJson, safeLine, safeText } from './safe-text.ts';
import { textIn } from './session.ts';
import type { StatementItem } from './timeline.ts';

/** `psql from 127.0.0.1:50000 to payments/pay`, or the names and values of any other event. */
export function eventText(type: string, data: Readonly<Record<string, unknown>>): string {
  if (type === 's.open') return opened(data);
  if (type === 'mark') return safeText(`${textIn(data, 'label') || textIn(data, 'kind')}`);
  if (type === 'tty.exec') return ran(data);
  return Object.entries(data)
    .filter(([name, value]) => name !== 'sid' && value !== '')
    .map(([name, value]) => `${safeText(name)}=${plainOf(value)}`)
    .join(' ');
}

/** `3 masked in pan`; empty where nothing was masked. */
export function masksText({ masks, columns }: StatementItem): string {
  if (masks.length === 0) return '';
  const places = masks.map(
    ({ column, count }) => `${count} in ${safeText(columns[column]?.name ?? 'the data')}`,
  );
  return `masked: ${places.join(', ')}`;
}

/** A command, a subsystem or a shell; of a further channel with its number. */
function ran(data: Readonly<Record<string, unknown>>): string {
  const channel = Number(data['ch'] ?? 0);
  const what = safeLine(textIn(data, 'cmd') || textIn(data, 'subsystem')) || 'shell';
  return channel > 0 ? `${what}  (channel ${channel})` : what;
}

function opened(data: Readonly<Record<string, unknown>>): string {
  const from = `${textIn(data, 'client', 'address')}:${textIn(data, 'client', 'port')}`;
  const database = textIn(data, 'target', 'database');
  const to = `${textIn(data, 'target', 'name')}${database === '' ? '' : `/${database}`}`;
  return safeText(`${textIn(data, 'client', 'application')} from ${from} to ${to}`);
}

function plainOf(value: unknown): string {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
    ? safeJson(value)
    : textOf(value);
}
