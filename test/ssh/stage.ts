/** A lane of SSH without sockets: two peers that keep to the protocol, and what was recorded. */
import { uint32At } from '../../base/binary.ts';
import { type Bytes, join, keep, NO_BYTES } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import type { Outlet } from '../../base/host.ts';
import type { Entry } from '../../base/recording.ts';
import { createCleaner } from '../../engine/cleaner.ts';
import { defaultRules } from '../../engine/mask-rules.ts';
import { SshLane } from '../../protocols/ssh/lane.ts';
import { Fields, FRAME_HEAD, frame, Message } from '../../protocols/ssh/message.ts';
import type { TargetOptions } from '../../protocols/ssh/target-options.ts';

/** What one side of the lane was given. */
export interface Peer {
  readonly frames: Bytes[];
  /** A frame that is not whole yet. */
  begun: Bytes;
  /** Bytes of data and extended data that it may be sent. */
  window: number;
  data: Bytes[];
  error: Bytes[];
  /** Window that it was given for what it sends. */
  granted: number;
  isClosed: boolean;
}

const OPTIONS: TargetOptions = {
  hostKeys: [],
  env: ['LANG'],
  rules: [],
  tripwires: [],
  files: { binary: 'refuse', writes: 'alert', streams: 'mask' },
  keepAlive: { intervalMs: 0, missedMax: 0 },
};
/** The built-in rules. */
export const cleaner: Cleaner = createCleaner(defaultRules);

export class Stage implements Outlet {
  readonly lane: SshLane;
  readonly client: Peer = peer();
  readonly server: Peer = peer();
  readonly records: Entry[] = [];
  wakes = 0;

  constructor(options: Partial<TargetOptions> = {}, bytesMax: number = 1 << 20) {
    this.lane = new SshLane({
      cleaner,
      results: { rowsMax: 10, bytesMax, commit: true },
      options: { ...OPTIONS, ...options },
      channelsMax: 4,
    });
    this.lane.start(this);
  }

  toClient(bytes: Bytes): void {
    take(this.client, bytes);
  }

  toServer(bytes: Bytes): void {
    take(this.server, bytes);
  }

  record(entry: Entry): void {
    const { d } = entry.data;
    this.records.push(d instanceof Uint8Array ? { ...entry, data: { ...entry.data, d: keep(d) } } : entry);
  }

  end(): void {}
  hold(): void {}

  later(): void {
    this.wakes++;
  }

  /** A session channel, number 0 on the gateway's side, 7 on the client's and 9 on the server's. */
  open(clientWindow: number, serverWindow: number): void {
    this.fromClient(frame(Message.CHANNEL_OPEN, 'session', 7, clientWindow, 32_768));
    this.fromServer(frame(Message.CHANNEL_OPEN_CONFIRMATION, 0, 9, serverWindow, 32_768));
    this.client.window = clientWindow;
    this.server.window = serverWindow;
    this.client.granted = new Fields(this.client.frames[0]!, FRAME_HEAD + 9).uint32();
    this.server.granted = new Fields(this.server.frames[0]!, FRAME_HEAD + 16).uint32();
  }

  request(name: string, wantsReply: boolean, ...fields: readonly (string | number)[]): void {
    this.fromClient(frame(Message.CHANNEL_REQUEST, 0, name, wantsReply, ...fields));
  }

  fromClient(...frames: readonly Bytes[]): void {
    this.lane.client(join(frames));
    this.#whole();
  }

  fromServer(...frames: readonly Bytes[]): void {
    this.lane.server(join(frames));
    this.#whole();
  }

  #whole(): void {
    if (this.client.begun.length + this.server.begun.length > 0) throw new Error('a frame is cut');
  }

  /** Types of the messages that a peer was given. */
  types(side: 'client' | 'server'): number[] {
    return this[side].frames.map((each) => each[FRAME_HEAD]!);
  }

  recorded(type: string): Entry['data'][] {
    return this.records.filter((entry) => entry.type === type).map(({ data }) => data);
  }
}

function peer(): Peer {
  return { frames: [], begun: NO_BYTES, window: 0, data: [], error: [], granted: 0, isClosed: false };
}

/** Frames, which may come in several views that follow each other, within the window. */
function take(to: Peer, bytes: Bytes): void {
  to.begun = join([to.begun, bytes]);
  while (to.begun.length > FRAME_HEAD) {
    const end = FRAME_HEAD + uint32At(to.begun, 0);
    if (end > to.begun.length) return;
    note(to, keep(to.begun.subarray(0, end)));
    to.begun = to.begun.subarray(end);
  }
}

function note(to: Peer, framed: Bytes): void {
  to.frames.push(framed);
  const type = framed[FRAME_HEAD];
  if (type === Message.CHANNEL_WINDOW_ADJUST) to.granted += uint32At(framed, FRAME_HEAD + 5);
  if (type === Message.CHANNEL_CLOSE) to.isClosed = true;
  if (type !== Message.CHANNEL_DATA && type !== Message.CHANNEL_EXTENDED_DATA) return;
  const data = framed.subarray(FRAME_HEAD + (type === Message.CHANNEL_DATA ? 9 : 13));
  to.window -= data.length;
  if (to.window < 0) throw new Error('the window was exceeded');
  if (to.isClosed) throw new Error('data came behind CLOSE');
  (type === Message.CHANNEL_DATA ? to.data : to.error).push(data);
}
