/**
 * The prefilter of twin.ts in AssemblyScript with 128-bit SIMD: sixty-four bytes at a time are
 * sorted into classes and runs, and only what those leave over is looked at byte by byte, in the
 * same way as the twin does. scripts/kernels.mjs compiles it into sieve-module.ts.
 *
 * Memory: the classes of bytes at 0, the tables of classes.ts for keys and
 * escapes, for brands and for card fields from 256 to 2048, the bits of endings at 4096, all written by kernel.ts; the
 * sizes of groups at 8192; data from 65536 on. 64 bytes behind the data may be read.
 */
const CLASSES: i32 = 0;
const SIDES: i32 = 256;
const GAPS: i32 = 512;
/** `022`, the last bytes of a quote as `\u0022`. */
const ESCAPED_QUOTE: u32 = 0x323230;
const FIRSTS: i32 = 768;
const ALWAYS: i32 = 1024;
const BEHIND_DIGIT: i32 = 1280;
const EXEMPTS: i32 = 1536;
const FIELDS: i32 = 1792;
const ENDINGS: i32 = 4096;
const SIZES: i32 = 8192;

const DIGIT: i32 = 1;
const SEPARATOR: i32 = 2;
const DOTTED: i32 = 4;
const ASSIGNER: i32 = 8;
const ESCAPE: i32 = 16;
const GAP: i32 = 32;

const BEFORE: i32 = 1;
const AFTER: i32 = 2;
const FRAMING: i32 = 4;

const HEAD_BYTES_MAX: i32 = 12;
const PLAIN_BYTES_MAX: i32 = 40;
const GAP_BYTES_MAX: i32 = 24;
const PART_BYTES_MAX: i32 = 48;
const VALUE_BYTES_MAX: i32 = 48;
const ESCAPE_BYTES_MAX: i32 = 6;
const TAG_BYTES_MIN: i32 = 4;
const TAG_BYTES_MAX: i32 = 6;
const RUN_BYTES_MIN: i32 = 12;
const GROUPS_MAX: i32 = 24;
const DIGITS_MIN: i32 = 12;
const DIGITS_MAX: i32 = 21;
const BACKSLASHES_MAX: i32 = 4;
const SERIALIZED_BYTES_MAX: i32 = 6;
/** ` is `. */
const SAID: u32 = 0x20736920;
const CHARACTER_BYTES_MAX: i32 = 24;

const OPEN: i32 = -1;
const NONE: i32 = -1;
const ZERO_WIDTH: i32 = 0x200b;
const REPLACEMENT: i32 = 0xfffd;

/** As of base/finding.ts: on which sides of a value a byte of framing may stand. */
const FRAMED_BEFORE: i32 = 1;
const FRAMED_AFTER: i32 = 2;

let framedSides: i32 = 0;
/** The first byte that can be read, the first one searched, and the end of all. */
let floor: i32 = 0;
let origin: i32 = 0;
let limit: i32 = 0;
/** As of run.ts. */
let known: i32 = 0;
let isOpen: bool = false;
/** Values that begin before this have been looked at. */
let valueFrom: i32 = 0;

/**
 * As twinSearch: where card data could start in [from, end) of the data, which ends at `high` and
 * can be read from `low`; a negative number if nowhere.
 */
export function search(from: i32, end: i32, low: i32, high: i32, framing: i32): i32 {
  floor = low;
  limit = high;
  valueFrom = from;
  const isValue = mayBeValue(from);
  valueFrom = 0;
  return isValue ? from : sift(from, end, low, high, from, framing);
}

/** An assigner stands so near before `from` that what starts there may be its value. */
function mayBeValue(from: i32): bool {
  const stop = max(floor, from - PART_BYTES_MAX);
  if (stop == from) return false;
  let marks = marksOf(from - 48) << 16 | marksOf(from - 32) << 32 | marksOf(from - 16) << 48;
  marks &= <u64>-1 << (64 - (from - stop));
  for (; marks != 0; marks &= marks - 1) {
    const at = from - 64 + <i32>ctz(marks);
    if ((classOf(at) & ASSIGNER) != 0 ? mayAssignTo(at, at + 1) : mayBeAssigned(at)) return true;
  }
  return false;
}

/** Which of sixteen bytes are assigners or begin escapes. */
// @ts-ignore: decorator
@inline
function marksOf(at: i32): u64 {
  const kinds = kindsOf(
    v128.load(at),
    i8x16.splat(15),
    i8x16(-127, -128, -96, -96, -128, -120, -120, -128, -128, -64, 4, 81, 16, 5, 6, 66),
    i8x16(0, 16, 11, -124, 0, 18, 0, 0, 0, 0, 0, 0, 32, 64, 96, 0),
  );
  return i8x16.bitmask(i8x16.ne(v128.and(kinds, i8x16.splat(0x7c)), i8x16.splat(0)));
}

/**
 * Looks at [from, end) of the data. The offset of the first event; else the complement of the
 * offset to go on from: `end`, or the start of a run that the bytes up to `high` do not end, which
 * cannot be if `end` is `high`. Bytes can be read from `low`; the search began at `first`.
 */
export function sift(from: i32, end: i32, low: i32, high: i32, first: i32, framing: i32): i32 {
  framedSides = framing;
  floor = low;
  origin = first;
  limit = high;
  const nibble = i8x16.splat(15);
  const lows = i8x16(-127, -128, -96, -96, -128, -120, -120, -128, -128, -64, 4, 81, 16, 5, 6, 66);
  const highs = i8x16(0, 16, 11, -124, 0, 18, 0, 0, 0, 0, 0, 0, 32, 64, 96, 0);
  const separating = i8x16.splat(3);
  const above0 = i8x16.splat(127);
  const spelling = i8x16.splat(0x78);
  const interesting = i8x16.splat(-4);
  let at = from;
  let digitsBefore: u64 = 0;
  let escapesBefore: u64 = -1;
  let tail: i32 = 0;
  while (at < end) {
    const kinds0 = kindsOf(v128.load(at), nibble, lows, highs);
    const kinds1 = kindsOf(v128.load(at, 16), nibble, lows, highs);
    const kinds2 = kindsOf(v128.load(at, 32), nibble, lows, highs);
    const kinds3 = kindsOf(v128.load(at, 48), nibble, lows, highs);
    const all = v128.or(v128.or(kinds0, kinds1), v128.or(kinds2, kinds3));
    if (!v128.any_true(v128.and(all, interesting))) {
      digitsBefore = 0;
      escapesBefore = 0;
      tail = 0;
      at += 64;
      continue;
    }
    let digits = join(kinds0, kinds1, kinds2, kinds3);
    let assigners = join(i16x8.shl(kinds0, 5), i16x8.shl(kinds1, 5), i16x8.shl(kinds2, 5), i16x8.shl(kinds3, 5));
    let separators = join(
      i8x16.add_sat_u(v128.and(kinds0, separating), above0),
      i8x16.add_sat_u(v128.and(kinds1, separating), above0),
      i8x16.add_sat_u(v128.and(kinds2, separating), above0),
      i8x16.add_sat_u(v128.and(kinds3, separating), above0),
    );
    let escapes: u64 = 0;
    if (v128.any_true(v128.and(all, spelling)))
      escapes = join(
        i8x16.add_sat_u(v128.and(kinds0, spelling), above0),
        i8x16.add_sat_u(v128.and(kinds1, spelling), above0),
        i8x16.add_sat_u(v128.and(kinds2, spelling), above0),
        i8x16.add_sat_u(v128.and(kinds3, spelling), above0),
      );
    if (limit - at < 64) {
      const inside: u64 = ((<u64>1) << (limit - at)) - 1;
      digits &= inside;
      assigners &= inside;
      separators &= inside;
      escapes &= inside;
    }
    const one = digits << 1 | digitsBefore >> 63;
    const two = one & (digits << 2 | digitsBefore >> 62);
    const four = two & (digits << 3 | digitsBefore >> 61) & (digits << 4 | digitsBefore >> 60);
    // Times and ports: two digits, not of `%22` or `\u0022`, before what assigns.
    const escaped = escapes << 3 | escapesBefore >> 61 | escapes << 6 | escapesBefore >> 58;
    assigners &= ~(two & ~escaped);
    // Three or four digits behind a blank that no two digits stand before.
    const blankBefore: u64 = at > low && load<u8>(at - 1) == 0x20 ? 1 : 0;
    const worded =
      digits & (digits >> 1 | (<u64>1) << 63) & (digits >> 2 | (<u64>3) << 62) & ~(digits >> 3 & digits >> 4) &
      (separators << 1 | blankBefore) & ~(two << 1);
    const run = digits | (separators & four & (digits >> 1 | (<u64>1) << 63));
    let start: i32 = -1;
    if (tail + <i32>ctz(~run) >= RUN_BYTES_MIN) start = at - tail;
    else {
      let long = run & (run >> 1);
      long &= long >> 2;
      long &= long >> 4;
      long &= long >> 4;
      if (long != 0) start = at + <i32>ctz(long);
    }
    let marks = keyed(at - 1, worded) | keyed(at, assigners);
    if (escapes != 0) marks |= telling(at, escapes, at > low && (classOf(at - 1) & DIGIT) != 0 ? one | 1 : one);
    if (marks != 0) {
      if (end - at < 64) marks &= ((<u64>1) << (end - at)) - 1;
      if (start >= 0) marks &= start < at ? 0 : <u64>-1 >> (63 - (start - at));
      for (; marks != 0; marks &= marks - 1) {
        const event = eventAt(at + <i32>ctz(marks));
        if (event != NONE) return event;
      }
    }
    if (start >= 0 && start < end) {
      const stop = runEnd(start);
      if (stop == limit && limit != end) return ~start;
      if (stop - start >= RUN_BYTES_MIN && !isHarmless(start, stop)) return max(origin, start - headBytes(start));
      if (stop >= end) return ~stop;
      at = stop;
      digitsBefore = 0;
      escapesBefore = -1;
      tail = 0;
    } else {
      tail = <i32>clz(~run);
      digitsBefore = digits;
      escapesBefore = escapes;
      at += 64;
    }
  }
  return limit != end && tail != 0 && at - tail < end ? ~(at - tail) : ~end;
}

// @ts-ignore: decorator
@inline
function kindsOf(bytes: v128, nibble: v128, lows: v128, highs: v128): v128 {
  return v128.and(i8x16.swizzle(lows, v128.and(bytes, nibble)), i8x16.swizzle(highs, i8x16.shr_u(bytes, 4)));
}

/** The highest bits of sixty-four bytes. */
// @ts-ignore: decorator
@inline
function join(one: v128, two: v128, three: v128, four: v128): u64 {
  return (
    (<u64>i8x16.bitmask(one)) |
    ((<u64>i8x16.bitmask(two)) << 16) |
    ((<u64>i8x16.bitmask(three)) << 32) |
    ((<u64>i8x16.bitmask(four)) << 48)
  );
}

/** Without the assigners, or blanks, that stand right behind a word, or behind it and a quote, that ends no key. */
// @ts-ignore: decorator
@inline
function keyed(block: i32, assigners: u64): u64 {
  let told: u64 = 0;
  for (let rest = assigners; rest != 0; rest &= rest - 1) {
    const word = load<u32>(block + <i32>ctz(rest) - 4);
    const name = word >> 24 == 0x22 ? word : word >> 8;
    const last = name >> 16 & 0xff;
    const index = (name & 31) << 10 | (name >> 3 & 0x3e0) | (last & 31);
    const may: u32 = <u32>load<u8>(GAPS + last) | <u32>(load<u8>(ENDINGS + (index >> 3)) >> <u8>(index & 7)) | <u32>((name & 0xff) == 0x25) | <u32>((name & 0xffffff) == ESCAPED_QUOTE);
    told |= (may & 1) != 0 ? rest & (0 - rest) : 0;
  }
  return told;
}

/** The escapes that may spell a digit or an assigner, or behind a digit a separator or nothing. */
// @ts-ignore: decorator
@inline
function telling(block: i32, escapes: u64, behindDigit: u64): u64 {
  let told: u64 = 0;
  for (let rest = escapes; rest != 0; rest &= rest - 1) {
    const bit = rest & (0 - rest);
    const pair: i32 = load<u16>(block + <i32>ctz(rest));
    const first: i32 = load<u8>(FIRSTS + (pair & 0xff));
    const second = pair >> 8;
    told |= (<i32>load<u8>(ALWAYS + second) & first) != 0 ? bit : 0;
    told |= (<i32>load<u8>(BEHIND_DIGIT + second) & first) != 0 ? bit & behindDigit : 0;
  }
  return told;
}

function headBytes(start: i32): i32 {
  const before: i32 = start > floor ? <i32>load<u8>(start - 1) : 0;
  return before == 0x3b || (before | 0x20) == 0x62 ? HEAD_BYTES_MAX : 0;
}

/** The event that a mark at `at` may be, or NONE. */
function eventAt(at: i32): i32 {
  const kind = classOf(at);
  if ((kind & ASSIGNER) != 0) return mayAssignTo(at, at + 1) ? at : NONE;
  if ((kind & DIGIT) != 0) return isWorded(at) ? at : NONE;
  if ((kind & ESCAPE) == 0) return NONE;
  const code = codeAt(at);
  if (code == OPEN || (code & 31) == 1) return NONE;
  if (isAssigner(at, code) && mayAssignTo(at, at + (code & 31))) return at;
  return spells(at, code >> 5, at + (code & 31)) ? max(origin, at - PLAIN_BYTES_MAX) : NONE;
}

/** The escape at `at`, which spells `code`, spells an assigner. */
// @ts-ignore: decorator
@inline
function isAssigner(at: i32, code: i32): bool {
  const point = code >> 5;
  return load<u8>(at) < 0x80 && (point == 0x3d || point == 0x3a || point == 0x3e);
}

/** An escape at `at` spells an assigner between such a key and such a value. */
function mayBeAssigned(at: i32): bool {
  if ((classOf(at) & ESCAPE) == 0) return false;
  const code = codeAt(at);
  return code != OPEN && isAssigner(at, code) && mayAssignTo(at, at + (code & 31));
}

/** The assigner in [at, after) stands between a key that may name a code or a PIN and what may be one. */
function mayAssignTo(at: i32, after: i32): bool {
  const end = serializedKeyEnd(at, keyEnd(at));
  if (!endsKey(end)) return false;
  return namesPart(end) ? mayHoldPart(after, min(limit, at + PART_BYTES_MAX)) : mayHold(end, after);
}

/** `ame` in any case. */
// @ts-ignore: decorator
@inline
function namesPart(end: i32): bool {
  return (load<u32>(end - 4) >> 8 | 0x202020) == 0x656d61;
}

/** As twin.ts has it. */
function mayHoldPart(from: i32, stop: i32): bool {
  let start = from;
  while (start < stop && (load<u8>(start) == 0x22 || load<u8>(start) == 0x5c)) start++;
  let quote = start;
  while (quote < stop && load<u8>(quote) != 0x22) quote++;
  if (quote >= stop) return false;
  let end = quote;
  while (end > start && (load<u8>(end - 1) == 0x5c || load<u8>(end - 1) == 0x5d)) end--;
  if (end - start < 3 || !endsKey(end) || namesPart(end)) return false;
  const value = emptyLineEnd(quote + 1, stop);
  return value > quote && mayHold(end, value);
}

function emptyLineEnd(from: i32, stop: i32): i32 {
  let feeds = 0;
  for (let at = from; at < stop; at++) {
    const byte: i32 = load<u8>(at);
    if (byte == 0x0a || (byte == 0x6e && load<u8>(at - 1) == 0x5c)) feeds++;
    else if (byte != 0x0d && byte != 0x72 && byte != 0x5c) return feeds == 2 ? at : 0;
  }
  return 0;
}

/** As twin.ts has it. */
function serializedKeyEnd(at: i32, end: i32): i32 {
  if (end != at || at - SERIALIZED_BYTES_MAX < floor) return end;
  const last: i32 = load<u8>(at - 1);
  const isText = load<u16>(at - 3) == 0x3a73 && (last == 0x33 || last == 0x34);
  const from = isText ? at - 4 : last == 0x69 ? at - 2 : at;
  if (load<u8>(from) != 0x3b || load<u8>(from - 1) != 0x22) return end;
  return load<u8>(from - 2) == 0x5c ? from - 2 : from - 1;
}

function mayHold(end: i32, from: i32): bool {
  const stop = min(limit, from + GAP_BYTES_MAX);
  let start = from;
  while (start < stop && (classOf(start) & (GAP | ASSIGNER)) != 0) start++;
  if (start == stop) return start < limit;
  if (start > from && load<u8>(start - 1) == 0x5c && (load<u8>(start) == 0x75 || load<u8>(start) == 0x78)) return true;
  if ((classOf(start) & ESCAPE) != 0 || load<u8>(start) == 0x3c) return true;
  if (start < valueFrom) return false;
  const digits = runOf(start, 10);
  const last = load<u8>(end - 1) | 0x20;
  const pin = last == 0x6e && (load<u8>(end - 3) | 0x20) == 0x70;
  if (!pin && last != 0x6b && last != 0x61) return digits == 3 || digits == 4;
  const block = runOf(start, 16);
  return (pin && digits >= 4 && digits <= 12) || block == 16 || block == 32;
}

/** How many digits of a radix stand at `start`, 33 at most. */
function runOf(start: i32, radix: i32): i32 {
  let end = start;
  while (end < limit && end - start < 33) {
    const digit = hexDigit(load<u8>(end));
    if (digit < 0 || digit >= radix) break;
    end++;
  }
  return end - start;
}

function spells(at: i32, point: i32, after: i32): bool {
  if (isDigitCode(point)) return true;
  if (at <= floor || (classOf(at - 1) & DIGIT) == 0) return false;
  if (isNothingCode(point)) return true;
  return isSeparatorCode(point) && after < limit && (classOf(after) & (DIGIT | ESCAPE)) != 0;
}

function runEnd(start: i32): i32 {
  let group = 0;
  let at = start;
  for (; at < limit; at++) {
    const kind = classOf(at);
    if ((kind & DIGIT) != 0) group++;
    else {
      if ((kind & (SEPARATOR | DOTTED)) == 0 || group < 4) break;
      if (at + 1 >= limit || (classOf(at + 1) & DIGIT) == 0) break;
      group = 0;
    }
  }
  return at;
}

function isWorded(at: i32): bool {
  if (at - 4 < floor || load<u8>(at - 1) != 0x20) return false;
  let end = at;
  while (end < limit && end - at < 5 && (classOf(end) & DIGIT) != 0) end++;
  if ((end - at != 3 && end - at != 4) || goesOn(end)) return false;
  return endsKey(keyEnd(at)) || (load<u32>(at - 4) == SAID && endsKey(at - 4));
}

function goesOn(end: i32): bool {
  if (end >= limit) return false;
  const byte: i32 = load<u8>(end);
  if (byte == 0x5f || isLetter(byte)) return true;
  return (byte == 0x2d || byte == 0x2e) && end + 1 < limit && (classOf(end + 1) & DIGIT) != 0;
}

function endsKey(at: i32): bool {
  if (at - 3 < floor) return false;
  const one: i32 = load<u8>(at - 3);
  const two: i32 = load<u8>(at - 2);
  const three: i32 = load<u8>(at - 1);
  if ((one & two & 0x40) == 0 || (three < 0x40 && three != 0x32)) return false;
  const index = ((one & 31) << 10) | ((two & 31) << 5) | (three & 31);
  return ((load<u8>(ENDINGS + (index >> 3)) >> <u8>(index & 7)) & 1) != 0;
}

function keyEnd(at: i32): i32 {
  const stop = max(floor, at - GAP_BYTES_MAX);
  let end = at;
  while (end > stop) {
    const last: i32 = load<u8>(end - 1);
    if ((<i32>load<u8>(CLASSES + last) & GAP) != 0 || last == 0x3d) end--;
    else if (end - 3 >= floor && load<u8>(end - 3) == 0x25 && isPercentGap(end)) end -= 3;
    else if ((last == 0x3b || last == 0x32) && isQuoteReference(end)) end -= 6;
    else break;
  }
  return end;
}

function isPercentGap(end: i32): bool {
  const code = hexNumber(end - 2, 2);
  return code >= 0 && code < 0x80 && (<i32>load<u8>(CLASSES + code) & GAP) != 0;
}

/** `&quot;` or a numeric reference to a quote that takes as many bytes. */
function isQuoteReference(end: i32): bool {
  if (end - 6 < floor) return false;
  return codeAt(end - 6) == ((0x22 << 5) | 6);
}

/** As run.ts has it. */
function isHarmless(start: i32, end: i32): bool {
  const groups = readGroups(start, end);
  if (groups == 0) return true;
  const before: i32 = start > floor ? sideOf(start - 1) : BEFORE | FRAMING;
  const isBehindHex = (before & BEFORE) == 0;
  if (isBehindHex && !followsHex(start)) return false;
  const isBeforeHex = end < limit && isHexLetter(load<u8>(end));
  if (!isBeforeHex && !isEnded(end)) return false;
  const framed = (before & FRAMING) != 0 && (framedSides & FRAMED_BEFORE) != 0;
  if (groups == 1) {
    const count = load<i32>(SIZES);
    if (count > DIGITS_MAX && load<u8>(start) != 0x30) return false;
    if (holdsTag(start, end)) return false;
    if (isRepeated(start, end)) return true;
    if (count > DIGITS_MAX) return false;
    return !mayPass(start, end, framed);
  }
  if (groups > GROUPS_MAX || framed || isValue(start)) return false;
  isOpen = (framedSides & FRAMED_AFTER) != 0 || maySpellMore(end);
  known = isOpen ? groups - 1 : groups;
  const isEdged = isBehindHex || isBeforeHex;
  let from = start;
  for (let i = 0; i < groups; i++) {
    if (mayBegin(from, i, isEdged)) return false;
    from += load<i32>(SIZES + 4 * i) + 1;
  }
  return true;
}

function maySpellMore(end: i32): bool {
  if (end + 1 >= limit) return end < limit;
  return (classOf(end) & (SEPARATOR | DOTTED)) != 0 && (classOf(end + 1) & ESCAPE) != 0;
}

function isEnded(end: i32): bool {
  if (end >= limit) return true;
  if ((sideOf(end) & AFTER) == 0) return false;
  const byte: i32 = load<u8>(end);
  if (byte == 0x26) return end + 1 < limit && load<u8>(end + 1) != 0x23;
  return byte != 0x5c || !mayEscape(end);
}

function mayEscape(at: i32): bool {
  let end = at;
  while (end < limit && end - at < BACKSLASHES_MAX && load<u8>(end) == 0x5c) end++;
  if (end == limit) return true;
  const byte: i32 = load<u8>(end);
  return byte == 0x75 || byte == 0x78 || byte == 0x5c;
}

function followsHex(start: i32): bool {
  if (start - ESCAPE_BYTES_MAX < floor || !isHexLetter(load<u8>(start - 1))) return false;
  for (let at = start - ESCAPE_BYTES_MAX; at < start - 1; at++) {
    const byte: i32 = load<u8>(at);
    if (byte == 0x25 || byte == 0x5c) return false;
  }
  return true;
}

function isHexLetter(byte: i32): bool {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66;
}

function holdsTag(start: i32, end: i32): bool {
  for (let at = start; at < end; at++) if (at - TAG_BYTES_MIN >= floor && followsTag(at, end)) return true;
  return false;
}

function followsTag(at: i32, end: i32): bool {
  const one: i32 = load<u8>(at - 4);
  const two: i32 = load<u8>(at - 3) | 0x20;
  if (one == 0x35 && two == 0x36) return load<u8>(at) == 0x34;
  if (end - at < DIGITS_MIN) return false;
  if (one == 0x35) return two == 0x61 || (two == 0x37 && end < limit && isHexLetter(load<u8>(end)));
  if (one == 0x39 && two == 0x39) return load<u16>(at - 2) == 0x3830;
  if (at - TAG_BYTES_MAX < floor || load<u8>(at - 6) != 0x39 || (load<u8>(at - 5) | 0x20) != 0x66) return false;
  return (one == 0x31 && two == 0x66) || (one == 0x32 && two == 0x30) || (one == 0x36 && two == 0x62);
}

function sideOf(at: i32): i32 {
  return <i32>load<u8>(SIDES + <i32>load<u8>(at));
}

function isValue(start: i32): bool {
  if (start - 3 < floor) return true;
  const before: i32 = load<u8>(start - 1);
  if (before == 0x0a || before == 0x6e) return mayEndEmptyLine(start);
  const blank = before == 0x20 || before == 0x09;
  if ((classOf(blank ? start - 2 : start - 1) & (GAP | ASSIGNER)) == 0) return false;
  const stop = max(floor + 2, start - VALUE_BYTES_MAX);
  let end = start;
  while (end > stop && (classOf(end - 1) & (GAP | ASSIGNER)) != 0) end--;
  return end <= stop || mayEndField(load<u8>(end - 2), load<u8>(end - 1));
}

function mayEndField(one: i32, two: i32): bool {
  if (!isLetter(one) || !isLetter(two)) return true;
  const index = (one & 31) << 5 | (two & 31);
  return ((load<u8>(FIELDS + (index >> 3)) >> <u8>(index & 7)) & 1) != 0;
}

function isLetter(byte: i32): bool {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function mayEndEmptyLine(start: i32): bool {
  const two: i32 = load<u8>(start - 2);
  const three: i32 = load<u8>(start - 3);
  if (load<u8>(start - 1) == 0x0a) return two == 0x0a || (two == 0x0d && three == 0x0a);
  return two == 0x5c && (three == 0x6e || three == 0x72 || three == 0x5c);
}

function readGroups(start: i32, end: i32): i32 {
  let groups = 0;
  let digits = 0;
  let size = 0;
  for (let at = start; at < end; at++) {
    if ((classOf(at) & DIGIT) != 0) {
      digits++;
      size++;
    } else {
      if (groups < GROUPS_MAX) store<i32>(SIZES + 4 * groups, size);
      groups++;
      size = 0;
    }
  }
  if (groups < GROUPS_MAX) store<i32>(SIZES + 4 * groups, size);
  return digits < DIGITS_MIN ? 0 : groups + 1;
}

function mayBegin(from: i32, i: i32, isEdged: bool): bool {
  const first = load<i32>(SIZES + 4 * i);
  if (first >= DIGITS_MIN)
    return isEdged || first > DIGITS_MAX || holdsTag(from, from + first) || mayBeCard(from, i, 1);
  if (first == 4) {
    if (mayHave(i + 1, 6, 6)) return mayHave(i + 2, 4, 5) && mayBeCard(from, i, 3);
    if (!mayHave(i + 1, 4, 4) || !mayHave(i + 2, 4, 4) || !mayHave(i + 3, 1, 4)) return false;
    if (mayBeCard(from, i, 4)) return true;
    return mayHave(i + 3, 4, 4) && mayHave(i + 4, 1, 3) && mayBeCard(from, i, 5);
  }
  if (first == 5) return mayHave(i + 1, 5, 5) && mayHave(i + 2, 5, 5) && mayBeCard(from, i, 3);
  if (first == 6) return (mayHave(i + 1, 10, 10) || mayHave(i + 1, 13, 13)) && mayBeCard(from, i, 2);
  return first == 8 && (mayHave(i + 1, 8, 8) || mayHave(i + 1, 11, 11)) && mayBeCard(from, i, 2);
}

function mayBeCard(from: i32, i: i32, count: i32): bool {
  if (i + count > known) return true;
  let to = from - 1;
  for (let k = i; k < i + count; k++) to += load<i32>(SIZES + 4 * k) + 1;
  if (isRepeated(from, to)) return false;
  if (mayBeExempt(load<u8>(from), load<u8>(from + 1))) return true;
  let sum = 0;
  let double = false;
  for (let at = to - 1; at >= from; at--) {
    const digit = <i32>load<u8>(at) - 0x30;
    if (digit < 0 || digit > 9) continue;
    sum += double ? doubled(digit) : digit;
    double = !double;
  }
  return sum % 10 == 0;
}

function isRepeated(from: i32, to: i32): bool {
  const first = load<u8>(from);
  for (let at = from + 1; at < to; at++) if (load<u8>(at) != first && (classOf(at) & DIGIT) != 0) return false;
  return true;
}

function mayHave(i: i32, least: i32, most: i32): bool {
  if (i >= known) return isOpen;
  const size = load<i32>(SIZES + 4 * i);
  return size >= least && size <= most;
}

function mayPass(start: i32, end: i32, framed: bool): bool {
  if (mayBeExempt(load<u8>(start), load<u8>(start + 1))) return true;
  if (framed && mayBeExempt(load<u8>(start + 1), load<u8>(start + 2))) return true;
  let whole = 0;
  let shifted = 0;
  let double = false;
  for (let at = end - 1; at >= start; at--) {
    const digit = <i32>load<u8>(at) - 0x30;
    whole += double ? doubled(digit) : digit;
    shifted += double ? digit : doubled(digit);
    double = !double;
  }
  // As if the last digit were framing; the same as `whole` where it cannot be.
  const shorter = (framedSides & FRAMED_AFTER) != 0 ? shifted - doubled(<i32>load<u8>(end - 1) - 0x30) : whole;
  if (whole % 10 == 0 || shorter % 10 == 0) return true;
  if (!framed) return false;
  const digit = <i32>load<u8>(start) - 0x30;
  const isEven = ((end - start) & 1) == 0;
  const inWhole = isEven ? doubled(digit) : digit;
  if ((whole - inWhole) % 10 == 0) return true;
  const inShorter = isEven ? digit : doubled(digit);
  return (framedSides & FRAMED_AFTER) != 0 && (shorter - inShorter) % 10 == 0;
}

function doubled(digit: i32): i32 {
  return digit > 4 ? 2 * digit - 9 : 2 * digit;
}

function mayBeExempt(one: i32, two: i32): bool {
  return load<u8>(EXEMPTS + (one - 0x30) * 10 + two - 0x30) != 0;
}

/** As base/character.ts has it, for escapes and UTF-8; `limit` ends the bytes. */
function codeAt(at: i32): i32 {
  if (at >= limit) return OPEN;
  const lead: i32 = load<u8>(at);
  if (lead >= 0x80) return unicode(at, lead);
  if (lead == 0x25) return percent(at);
  if (lead == 0x5c) return backslash(at);
  if (lead == 0x26) return reference(at);
  if (lead == 0x1b) return controlSequence(at);
  return (lead << 5) | 1;
}

function percent(at: i32): i32 {
  const one = percentByte(at);
  if (one < 0) return one == OPEN ? OPEN : (0x25 << 5) | 1;
  if (one < 0x80) return (one << 5) | 3;
  const size = sizeOf(one);
  let code = one & (0x3f >> (size - 1));
  for (let i = 1; i < size; i++) {
    const next = percentByte(at + 3 * i);
    if (next == OPEN) return OPEN;
    if (next < 0x80 || next > 0xbf) return (REPLACEMENT << 5) | 3;
    code = (code << 6) | (next & 0x3f);
  }
  return ((size == 1 ? REPLACEMENT : code) << 5) | (3 * size);
}

function percentByte(at: i32): i32 {
  if (at >= limit) return OPEN;
  return load<u8>(at) == 0x25 ? hexNumber(at + 1, 2) : -2;
}

function backslash(at: i32): i32 {
  let letter = at + 1;
  while (letter < limit && load<u8>(letter) == 0x5c && letter - at < BACKSLASHES_MAX) letter++;
  if (letter >= limit) return OPEN;
  const kind = load<u8>(letter);
  const digits = kind == 0x75 ? 4 : kind == 0x78 ? 2 : 0;
  if (digits == 0) return (0x5c << 5) | 1;
  const code = hexNumber(letter + 1, digits);
  if (code < 0) return code == OPEN ? OPEN : (0x5c << 5) | 1;
  return (code << 5) | (letter - at + 1 + digits);
}

function reference(at: i32): i32 {
  if (at + 1 >= limit) return OPEN;
  return load<u8>(at + 1) == 0x23 ? numericReference(at) : namedReference(at);
}

function numericReference(at: i32): i32 {
  if (at + 2 >= limit) return OPEN;
  const hex = (load<u8>(at + 2) | 0x20) == 0x78;
  const from = at + (hex ? 3 : 2);
  let code = 0;
  for (let i = from; i < at + 10; i++) {
    if (i >= limit) return OPEN;
    if (load<u8>(i) == 0x3b && i > from) return ((code > 0x10ffff ? REPLACEMENT : code) << 5) | (i - at + 1);
    const digit = hexDigit(load<u8>(i));
    if (digit < 0 || (!hex && digit > 9)) break;
    code = code * (hex ? 16 : 10) + digit;
  }
  return (0x26 << 5) | 1;
}

/** `nbsp;` `quot;` `amp;` `gt;` `lt;` */
function namedReference(at: i32): i32 {
  let code = named(at, 0x3b_70_73_62_6e, 5, 0xa0);
  if (code == NONE) code = named(at, 0x3b_74_6f_75_71, 5, 0x22);
  if (code == NONE) code = named(at, 0x3b_70_6d_61, 4, 0x26);
  if (code == NONE) code = named(at, 0x3b_74_67, 3, 0x3e);
  if (code == NONE) code = named(at, 0x3b_74_6c, 3, 0x3c);
  return code == NONE ? (0x26 << 5) | 1 : code == -2 ? OPEN : code;
}

/** The reference by this name; NONE if it is another; -2 if the bytes end first. */
function named(at: i32, name: u64, length: i32, code: i32): i32 {
  let rest = name;
  for (let i = 0; i < length; i++) {
    if (at + 1 + i >= limit) return -2;
    if (<u64>load<u8>(at + 1 + i) != (rest & 0xff)) return NONE;
    rest >>= 8;
  }
  return (code << 5) | (length + 1);
}

function controlSequence(at: i32): i32 {
  if (at + 1 >= limit) return OPEN;
  if (load<u8>(at + 1) != 0x5b) return (0x1b << 5) | 1;
  for (let i = at + 2; i < at + CHARACTER_BYTES_MAX; i++) {
    if (i >= limit) return OPEN;
    const byte = load<u8>(i);
    if (byte >= 0x40 && byte <= 0x7e) return (ZERO_WIDTH << 5) | (i - at + 1);
    if (byte < 0x20 || byte > 0x3f) break;
  }
  return (0x1b << 5) | 1;
}

function unicode(at: i32, lead: i32): i32 {
  const size = sizeOf(lead);
  let code = lead & (0x3f >> (size - 1));
  for (let i = 1; i < size; i++) {
    if (at + i >= limit) return OPEN;
    const next: i32 = load<u8>(at + i);
    if (next < 0x80 || next > 0xbf) return (REPLACEMENT << 5) | 1;
    code = (code << 6) | (next & 0x3f);
  }
  return ((size == 1 ? REPLACEMENT : code) << 5) | size;
}

function sizeOf(lead: i32): i32 {
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
}

function hexNumber(at: i32, digits: i32): i32 {
  let number = 0;
  for (let i = at; i < at + digits; i++) {
    if (i >= limit) return OPEN;
    const digit = hexDigit(load<u8>(i));
    if (digit < 0) return -2;
    number = number * 16 + digit;
  }
  return number;
}

function hexDigit(byte: i32): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isDigitCode(code: i32): bool {
  if (code >= 0x30 && code <= 0x39) return true;
  if (code >= 0x660 && code <= 0x669) return true;
  return (code >= 0x6f0 && code <= 0x6f9) || (code >= 0xff10 && code <= 0xff19);
}

function isSeparatorCode(code: i32): bool {
  if (code < 0x80) return code == 0x20 || code == 0x2d || code == 0x2e || code == 0x5f || code == 0x2b;
  if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xff0d) return true;
  if (code == 0xa0 || code == 0x202f || code == 0x205f || code == 0x3000) return true;
  return code >= 0x2000 && code <= 0x200a;
}

function isNothingCode(code: i32): bool {
  if (code >= 0x200b && code <= 0x200f) return true;
  if (code >= 0x202a && code <= 0x202e) return true;
  if (code >= 0x2060 && code <= 0x2069) return true;
  return code == 0xfeff || code == 0xad;
}

function classOf(at: i32): i32 {
  return <i32>load<u8>(CLASSES + <i32>load<u8>(at));
}

function min(left: i32, right: i32): i32 {
  return left < right ? left : right;
}

function max(left: i32, right: i32): i32 {
  return left > right ? left : right;
}
