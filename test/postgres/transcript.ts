/** A long conversation with everything in it, drawn from a seed. */
import { serialize } from 'pg-protocol';
import { type Bytes, join, utf8 } from '../../base/bytes.ts';
import { message } from '../../protocols/postgres/encode.ts';
import { type Random, seededRandom } from '../random.ts';
import {
  client,
  commandComplete,
  dataRow,
  errorResponse,
  int16,
  int32,
  ready,
  rowDescription,
  type Said,
  server,
} from './conversation.ts';

const PANS = ['4111111111111111', '5555 5555 5555 4444', '3782-822463-10005', '6011000990139424'];
const COLUMNS = [
  { name: 'id', typeOid: 23 },
  { name: 'note' },
  { name: 'n', typeOid: 20 },
  { name: 'big', typeOid: 20, binary: true },
  { name: 'cvv' },
];

/** At least `messages` messages of the server. */
export function longConversation(messages: number, seed: number): Said[] {
  const random = seededRandom(seed);
  const said: Said[] = [];
  for (let count = 0; count < messages; ) {
    const turn = TURNS[random.below(TURNS.length)]!(random);
    said.push(...turn.said);
    count += turn.messages;
  }
  return said;
}

interface Turn {
  readonly said: readonly Said[];
  readonly messages: number;
}

function pan(random: Random): string {
  return PANS[random.below(PANS.length)]!;
}

function row(random: Random): Bytes {
  const big = Buffer.alloc(8);
  big.writeBigInt64BE(random.below(3) === 0 ? 4111111111111111n : BigInt(random.below(1_000_000)));
  const note = random.below(3) === 0 ? `card ${pan(random)} ok` : 'x'.repeat(random.below(40));
  return dataRow(
    String(random.below(100)),
    note,
    random.below(4) === 0 ? '4111111111111111' : '42',
    big,
    random.below(2) ? '123' : null,
  );
}

function rows(random: Random): Bytes[] {
  return Array.from({ length: 1 + random.below(30) }, () => row(random));
}

function simple(random: Random): Turn {
  const found = rows(random);
  const notice = errorResponse({ S: 'NOTICE', C: '00000', M: `about ${pan(random)}` }, 0x4e);
  const asked = client(serialize.query(`select note from t where pan = '${pan(random)}'`));
  return {
    said: [
      asked,
      server(rowDescription(COLUMNS), ...found, notice, ...found, commandComplete('SELECT'), ready),
    ],
    messages: 2 * found.length + 4,
  };
}

function extended(random: Random): Turn {
  const found = rows(random);
  const asked = client(
    serialize.parse({ name: '', text: 'select note' }),
    serialize.bind({ values: [pan(random), null] }),
    serialize.execute({}),
    serialize.sync(),
  );
  return {
    said: [
      asked,
      server(
        message(0x31),
        message(0x32),
        rowDescription(COLUMNS),
        ...found,
        commandComplete('SELECT'),
        ready,
      ),
    ],
    messages: found.length + 5,
  };
}

function failing(random: Random): Turn {
  const asked = client(serialize.query('boom'));
  const error = errorResponse({
    S: 'ERROR',
    C: '22P02',
    M: 'bad',
    D: `Failing row contains (${pan(random)}).`,
  });
  return {
    said: [
      asked,
      server(
        error,
        ready,
        message(0x53, utf8(`a\0${pan(random)}\0`)),
        message(0x41, join([int32(1), utf8('c\0p\0')])),
      ),
    ],
    messages: 4,
  };
}

function copyOut(random: Random): Turn {
  const lines = Array.from({ length: 1 + random.below(20) }, () =>
    utf8(`${random.below(100)}\tcard ${pan(random)}\t123\n`),
  );
  // Now and then a line is split over two messages.
  const data = lines.flatMap((line) =>
    random.below(5) === 0
      ? [message(0x64, line.slice(0, 9)), message(0x64, line.slice(9))]
      : [message(0x64, line)],
  );
  const described = [
    message(0x31),
    message(0x74, int16(0)),
    rowDescription([{ name: 'a' }, { name: 'b' }, { name: 'cvv' }]),
    message(0x33),
    ready,
  ];
  const begun = message(0x48, join([utf8('\0'), int16(3), int16(0), int16(0), int16(0)]));
  return {
    said: [
      client(serialize.query('copy t to stdout')),
      server(...described, begun, ...data, message(0x63), commandComplete('COPY'), ready),
    ],
    messages: data.length + 9,
  };
}

function copyIn(random: Random): Turn {
  const begun = server(message(0x47, join([utf8('\0'), int16(1), int16(0)])));
  const data = client(message(0x64, utf8(`${pan(random)}\n`)), serialize.copyDone());
  return {
    said: [
      client(serialize.query('copy t from stdin')),
      begun,
      data,
      server(commandComplete('COPY 1'), ready),
    ],
    messages: 3,
  };
}

const TURNS: readonly ((random: Random) => Turn)[] = [simple, extended, failing, copyOut, copyIn];
