/** Texts that are not UTF-8: read as UTF-8, written as they came. */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { Bytes } from '../../base/bytes.ts';
import { PangateError } from '../../base/errors.ts';
import { type Intake, move } from './intake.ts';
import type { Outlet } from './outlet.ts';

/** How the characters of an input are written; `bytes`: UTF-8, ASCII or any of their kin. */
export type Charset = 'bytes' | 'utf-16le' | 'utf-16be';

const READ_BYTES = 262_144;

/** By the byte order mark. UTF-16 without one is told apart by no safe means. */
export function charsetOf(head: Bytes): Charset {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'bytes';
}

/** UTF-16 as UTF-8, the mark kept. Throws `file-unreadable` for what is not UTF-16. */
export function decoded(intake: Intake, charset: Charset): Intake {
  if (charset === 'bytes') return intake;
  const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  const raw = new Uint8Array(READ_BYTES);
  let left: Bytes = new Uint8Array(0);
  let ended = false;
  return {
    ...(intake.ready && { ready: async () => (left.length > 0 || ended ? undefined : intake.ready!()) }),
    async read(room) {
      while (left.length === 0 && !ended) {
        const count = await intake.read(raw);
        ended = count === 0;
        left = Buffer.from(decode(decoder, raw.subarray(0, count), !ended), 'utf8');
      }
      const count = move(left, room);
      left = left.subarray(count);
      return count;
    },
  };
}

/** UTF-8 as UTF-16 again. */
export function encoded(outlet: Outlet, charset: Charset): Outlet {
  if (charset === 'bytes') return outlet;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const write = (text: string): Promise<void> => {
    const bytes = Buffer.from(text, 'utf16le');
    return outlet.write(charset === 'utf-16be' ? bytes.swap16() : bytes);
  };
  return {
    write: (bytes) => write(decode(decoder, bytes, true)),
    end: async () => {
      await write(decode(decoder, new Uint8Array(0), false));
      await outlet.end();
    },
  };
}

function decode(decoder: TextDecoder, bytes: Bytes, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw new PangateError(
      'file-unreadable',
      'not the text that its byte order mark says',
      'Look at the file.',
    );
  }
}

/** True for bytes that must be some single-byte character set, such as Latin-1. */
export function isSingleByte(bytes: Bytes): boolean {
  return !isUtf8(bytes);
}

/** Latin-1 (or its kin) as UTF-8: one character a byte, so that the way back loses nothing. */
export function fromLatin1(bytes: Bytes): Bytes {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), 'utf8');
}

/** The way back. */
export function toLatin1(bytes: Bytes): Bytes {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'), 'latin1');
}
