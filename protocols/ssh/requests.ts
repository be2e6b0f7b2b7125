/**
 * Requests on a session channel (RFC 4254, 6): each one is passed, or refused. docs/protocols/ssh.md
 * has the table; what is not in it is refused.
 */

import { putInt32 } from '../../base/binary.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Channel } from './channel.ts';
import { type Fields, FRAME_HEAD, frame, Message } from './message.ts';
import { judge, type Kind } from './policy.ts';
import type { Shared } from './shared.ts';

/** Columns and rows that are recorded as they are. */
const SIZE_MAX = 65_535;
/** What a refused command ends with, as a shell's "cannot execute". */
const REFUSED_STATUS = 126;

/** What copies files over its output. */
const COPIES = /^(?:\S*\/)?(?:scp|rsync)\s/;
const NO_STREAMS = 'copies that show no files are refused here: use sftp, or scp without -O.';

/** A request as it came: `fields` stands behind the flag for a reply. */
export interface Request {
  readonly name: string;
  readonly wantsReply: boolean;
  readonly fields: Fields;
  /** The whole message; passed on in place. */
  readonly framed: Bytes;
}

/** A client's request. */
export function clientRequest(shared: Shared, channel: Channel, request: Request): void {
  switch (channel.type === 'session' ? request.name : '') {
    case 'pty-req':
      return pty(shared, channel, request);
    case 'window-change':
      return size(shared, channel, request);
    case 'env':
      return env(shared, channel, request);
    case 'shell':
      return start(shared, channel, request, 'shell', '');
    case 'exec':
      return start(shared, channel, request, 'exec', request.fields.text());
    case 'subsystem':
      return start(shared, channel, request, 'subsystem', request.fields.text());
    case 'signal':
    case 'break':
    case 'xon-xoff':
    case 'eow@openssh.com':
      return pass(shared, channel, request);
    case 'x11-req':
      return refuse(shared, channel, request, 'X11 forwarding is refused here.');
    case 'auth-agent-req@openssh.com':
      return refuse(shared, channel, request, 'agent forwarding is refused here.');
    default:
      return channel.refuse(request.wantsReply);
  }
}

/** A server's request: how a command has ended, and nothing else. */
export function serverRequest(shared: Shared, channel: Channel, request: Request): void {
  const { name, fields, wantsReply } = request;
  if (name === 'exit-status') channel.exit = { status: fields.uint32() };
  else if (name === 'exit-signal') return exitSignal(shared, channel, request);
  else if (name !== 'eow@openssh.com' && name !== 'xon-xoff') {
    // Also OpenSSH's keep-alive, which only wants to hear something.
    if (wantsReply) shared.outlet.toServer(frame(Message.CHANNEL_FAILURE, channel.toServer.recipient));
    return;
  }
  // sshd says so while output is still to come: what is held stays held.
  putInt32(request.framed, FRAME_HEAD + 1, channel.toClient.recipient | 0);
  channel.toClient.behind(request.framed.slice());
}

/** signal string | core dumped boolean | message string | language string; the message is masked. */
function exitSignal(shared: Shared, channel: Channel, { fields }: Request): void {
  const [signal, dumped, message] = [fields.word(), fields.boolean(), fields.text()];
  channel.exit = { signal: shared.transcript.masked(signal) };
  const words = shared.transcript.masked(message);
  channel.toClient.behind(
    frame(
      Message.CHANNEL_REQUEST,
      channel.toClient.recipient,
      'exit-signal',
      false,
      signal,
      dumped,
      words,
      '',
    ),
  );
}

/** Sends a request on, in place, with the server's number of the channel. */
function pass(shared: Shared, channel: Channel, { wantsReply, framed }: Request): void {
  channel.asked(wantsReply);
  putInt32(framed, FRAME_HEAD + 1, channel.toServer.recipient | 0);
  shared.outlet.toServer(framed);
}

/** TERM string | columns uint32 | rows uint32 | width, height uint32 | modes string */
function pty(shared: Shared, channel: Channel, request: Request): void {
  if (channel.isStarted || channel.hasTerminal) return channel.refuse(request.wantsReply);
  request.fields.string();
  const [columns, rows] = [request.fields.uint32(), request.fields.uint32()];
  channel.becomeTerminal({ columns, rows });
  shared.transcript.size(channel.id, Math.min(columns, SIZE_MAX), Math.min(rows, SIZE_MAX));
  pass(shared, channel, request);
}

/** columns uint32 | rows uint32 | width, height uint32 */
function size(shared: Shared, channel: Channel, request: Request): void {
  const [columns, rows] = [request.fields.uint32(), request.fields.uint32()];
  channel.resize({ columns, rows });
  shared.transcript.size(channel.id, Math.min(columns, SIZE_MAX), Math.min(rows, SIZE_MAX));
  pass(shared, channel, request);
}

/** name string | value string; a name that is not allowed is left out without a word, as sshd does. */
function env(shared: Shared, channel: Channel, request: Request): void {
  const [name, value] = [request.fields.text(), request.fields.text()];
  if (!shared.options.env.some((pattern) => isLike(name, pattern))) return channel.refuse(request.wantsReply);
  const { transcript } = shared;
  transcript.event('tty.env', {
    ch: channel.id,
    name: transcript.masked(name),
    value: transcript.masked(value),
  });
  pass(shared, channel, request);
}

/** `*` at the end of a pattern stands for any characters. */
function isLike(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** A channel begins to run something, once. */
function start(shared: Shared, channel: Channel, request: Request, kind: Kind, what: string): void {
  const { isAllowed, rule } = judge(shared.options.rules, { kind, what });
  if (!isAllowed) return refuseStart(shared, channel, request, `${THINGS[kind]} is refused here.`, rule);
  if (kind === 'subsystem' && what !== 'sftp')
    return refuseStart(shared, channel, request, 'this subsystem is refused here.', 'built-in');
  const isCopy = kind === 'exec' && COPIES.test(what);
  if (isCopy && shared.options.files.streams === 'refuse')
    return refuseStart(shared, channel, request, NO_STREAMS, 'files.streams');
  // Packets of SFTP on a terminal would be read by nobody.
  if (channel.isStarted || (kind === 'subsystem' && channel.hasTerminal))
    return channel.refuse(request.wantsReply);
  channel.isStarted = true;
  if (kind === 'subsystem') channel.becomeFiles();
  channel.isCopy = isCopy && !channel.hasTerminal;
  shared.transcript.started(channel.id, { [NAMES[kind]!]: shared.transcript.masked(what) });
  const line = what.toLowerCase();
  for (const { name, text } of shared.options.tripwires)
    if (line.includes(text.toLowerCase())) shared.transcript.alert(channel.id, name);
  pass(shared, channel, request);
}

/** Under what name a record has it. */
const NAMES: Readonly<Record<string, string>> = { shell: 'shell', exec: 'cmd', subsystem: 'subsystem' };
const THINGS: Readonly<Record<string, string>> = {
  shell: 'a shell',
  exec: 'this command',
  subsystem: 'this subsystem',
};

/** A refusal that the session goes on after: a word to the user, and a failure. */
function refuse(shared: Shared, channel: Channel, request: Request, words: string): void {
  shared.transcript.refused(channel.id, request.name, 'built-in');
  channel.say(words);
  channel.refuse(request.wantsReply);
}

/**
 * A refusal that a user can read: the request seems to be granted, says why it was not on standard
 * error, and ends with a status. A mere failure would leave clients to guess.
 */
function refuseStart(shared: Shared, channel: Channel, request: Request, words: string, rule: string): void {
  const { recipient } = channel.toClient;
  shared.transcript.refused(channel.id, request.name, rule);
  if (channel.isStarted) return channel.refuse(request.wantsReply);
  channel.isStarted = true;
  channel.grant(request.wantsReply);
  channel.say(words);
  channel.exit = { status: REFUSED_STATUS };
  channel.toClient.behind(frame(Message.CHANNEL_REQUEST, recipient, 'exit-status', false, REFUSED_STATUS));
  channel.toClient.behind(frame(Message.CHANNEL_EOF, recipient));
  channel.close('client');
  channel.close('server');
}
