/**
 * A session as packets. What people typed and asked goes to the server, output and results come back, as
 * text; everything else stands in comments of packets.
 */

import { type Bytes, NO_BYTES, utf8 } from '../../../base/bytes.ts';
import { PangateError } from '../../../base/errors.ts';
import type { RecordRead } from '../../../recorder/index.ts';
import { textOf } from '../grid.ts';
import { eventText } from '../item-text.ts';
import { listOf, textIn } from '../session.ts';
import type { ExportFormat, ExportJob } from './format.ts';
import { Packets } from './packets.ts';
import { recordsOf } from './records.ts';

/** Of no use among packets: derived, or told by their times. */
const LEFT_OUT = new Set(['hb', 'tty.k', 'tty.n', 'clock']);

export const pcapng: ExportFormat = {
  about: 'packets of a made-up TCP connection, for Wireshark',
  write: async (job) => {
    if (job.sink.isTerminal)
      throw new PangateError(
        'argument-invalid',
        'packets are not for a terminal',
        'Say where: --output FILE.',
      );
    const { opening, header } = job.checked;
    const [address, port] = splitAddress(textIn(opening, 'target', 'address'));
    const client = {
      address: textIn(opening, 'client', 'address'),
      port: Number(textIn(opening, 'client', 'port')),
    };
    const packets = new Packets(client, { address, port });
    await job.sink.write(packets.head(`pangate ${job.version}`, provenance(job)));
    let lastUs = header.wallUs;
    let isOpen = false;
    for await (const record of recordsOf(job)) {
      lastUs = header.wallUs + record.dtUs;
      if (!isOpen) await job.sink.write(packets.open(lastUs, 'made from a recording: not captured'));
      isOpen = true;
      await write(record, lastUs, packets, job);
    }
    if (isOpen) await job.sink.write(packets.close(lastUs));
  },
};

async function write(record: RecordRead, atUs: number, packets: Packets, { sink }: ExportJob): Promise<void> {
  const { type, seq, data } = record;
  if (LEFT_OUT.has(type)) return;
  const [isFromClient, payload] = payloadOf(record);
  const what = payload.length > 0 ? '' : `  ${eventText(type, data)}`;
  await sink.write(packets.data(isFromClient, atUs, payload, `record ${seq}  ${type}${what}`));
}

/** From whom, and what; nothing for what is told in a comment. */
function payloadOf({ type, data }: RecordRead): [boolean, Bytes] {
  switch (type) {
    case 'tty.o':
    case 'tty.e':
      return [false, bytesOf(data['d'])];
    case 'tty.i':
      return [true, bytesOf(data['d'])];
    case 'sql.q':
      if (data['op'] === 'parse') return [true, NO_BYTES];
      return [true, utf8(`${textIn(data, 'text')}\n${parameters(data['params'])}`)];
    case 'sql.cols':
      return [false, line(listOf(data['cols']).map((column) => textIn(column, 'n')))];
    case 'sql.rows':
      return [
        false,
        utf8(
          listOf(data['rows'])
            .map((row) => Buffer.from(line(listOf(row))).toString())
            .join(''),
        ),
      ];
    case 'sql.done':
      return [
        false,
        line([textIn(data, 'tag'), textIn(data, 'sqlstate'), textIn(data, 'msg')].filter(Boolean)),
      ];
    case 'http.req':
      return [
        true,
        message(`${textIn(data, 'm')} ${textIn(data, 'url')} HTTP/${textIn(data, 'v') || '1.1'}`, data),
      ];
    case 'http.res':
      return [false, message(`HTTP/1.1 ${textIn(data, 'st')} `, data)];
    case 'http.ws':
      return [textIn(data, 'dir') === 'client', bytesOf(data['d'])];
    default:
      return [false, NO_BYTES];
  }
}

function parameters(params: unknown): string {
  return listOf(params).length === 0 ? '' : `-- ${listOf(params).map(textOf).join(', ')}\n`;
}

function line(cells: readonly unknown[]): Bytes {
  return utf8(`${cells.map(textOf).join('\t')}\n`);
}

/** A message of HTTP/1.1 (RFC 9112 2.1) with the body that was recorded. */
function message(first: string, data: Readonly<Record<string, unknown>>): Bytes {
  const headers = listOf(data['h']).map((pair) =>
    listOf(pair)
      .map(String)
      .join(': ')
      .replace(/[\r\n]+/g, ' '),
  );
  const body = bytesOf((data['body'] as { readonly d?: unknown } | undefined)?.d);
  return Buffer.concat([utf8(`${[first.replace(/[\r\n]+/g, ' '), ...headers].join('\r\n')}\r\n\r\n`), body]);
}

function bytesOf(value: unknown): Bytes {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? utf8(value) : NO_BYTES;
}

/** `host:5432`, `[::1]:5432`. */
function splitAddress(text: string): [string, number] {
  const match = /^\[?(.*?)\]?:(\d{1,5})$/.exec(text);
  return match ? [match[1]!, Number(match[2])] : [text, 0];
}

function provenance({ checked, version }: ExportJob): string {
  const { header, verification } = checked;
  const { status, records, digest } = verification;
  return `made by pangate ${version} from the recording ${header.sid}; ${status}, ${records} records; fingerprint ${digest || 'none'}`;
}
