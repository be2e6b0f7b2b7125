/** The binary forms in which a card number could lie in a file, as bytes to look for. */
import type { Needle } from './needle.ts';

/** All forms of one number. */
export function formsOf(pan: string, index: number): Needle[] {
  const big = Buffer.alloc(8);
  big.writeBigUInt64BE(BigInt(pan));
  const even = pan.slice(0, pan.length & ~1);
  const forms: [string, Buffer][] = [
    ['int8', big],
    ['int8 little-endian', Buffer.from(big).reverse()],
    ['bcd', Buffer.from(even, 'hex')],
    ['numeric', base10000(pan)],
    ['utf-16', Buffer.from(pan, 'utf16le')],
  ];
  if (pan.length % 2 === 1) forms.push(['bcd right-aligned', Buffer.from(pan.slice(1), 'hex')]);
  return forms.map(([form, bytes]) => ({ bytes, index, form }));
}

/** PostgreSQL's binary numeric: groups of four digits from the right, two bytes each. */
function base10000(pan: string): Buffer {
  const padded = pan.padStart(Math.ceil(pan.length / 4) * 4, '0');
  const groups = Buffer.alloc(padded.length / 2);
  for (let i = 0; i < padded.length; i += 4) groups.writeUInt16BE(Number(padded.slice(i, i + 4)), i / 2);
  return trimmed(groups);
}

/** The server leaves out groups of zeros at the end. */
function trimmed(groups: Buffer): Buffer {
  let end = groups.length;
  while (end > 6 && groups[end - 1] === 0 && groups[end - 2] === 0) end -= 2;
  return groups.subarray(0, end);
}
