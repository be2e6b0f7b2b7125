/** Requests of a client, parsed by their forms. */
import { type Bytes, latin1 } from '../../../base/bytes.ts';
import { Fields, malformed } from '../message.ts';
import { type Attributes, atEnd, attributes, idOf, uint64Of } from './attributes.ts';
import { extensionOf, type Form, formOf, Type } from './messages.ts';
import { HEAD_BYTES, LENGTH_BYTES } from './packet.ts';

/** Bytes of a path; a server's own limit is 4096. */
const PATH_BYTES_MAX = 16_384;
/** A handle is no longer (draft-ietf-secsh-filexfer-02, 6.2). */
export const HANDLE_BYTES_MAX = 256;

/** A request's fields, by kind, in their order. Views of the packet. */
export interface Parsed {
  readonly form: Form;
  readonly id: number;
  readonly paths: readonly string[];
  /** One character for each byte. */
  readonly handles: readonly string[];
  readonly numbers: readonly number[];
  readonly strings: readonly Bytes[];
  readonly attributes: Attributes;
}

/** What nothing here knows: it has a number and a name for recordings. */
export interface Unknown {
  readonly form: null;
  readonly id: number;
  readonly name: string;
}

/** Throws `message-unknown` for a request that is known and does not parse. */
export function parse(packet: Bytes): Parsed | Unknown {
  const id = idOf(packet);
  const type = packet[LENGTH_BYTES]!;
  const fields = new Fields(packet, HEAD_BYTES);
  const name = type === Type.EXTENDED ? fields.word() : String(type);
  const form = type === Type.EXTENDED ? extensionOf(name) : formOf(type);
  return form === undefined ? { form: null, id, name } : parsed(form, id, fields);
}

function parsed(form: Form, id: number, fields: Fields): Parsed {
  const request = {
    form,
    id,
    paths: [] as string[],
    handles: [] as string[],
    numbers: [] as number[],
    strings: [] as Bytes[],
    attributes: {} as Attributes,
  };
  for (const kind of form.fields) {
    if (kind === 'uint32') request.numbers.push(fields.uint32());
    else if (kind === 'uint64') request.numbers.push(uint64Of(fields));
    else if (kind === 'string') request.strings.push(fields.string());
    else if (kind === 'attributes') request.attributes = attributes(fields, () => {});
    else if (kind === 'path') request.paths.push(pathOf(fields));
    else request.handles.push(handleOf(fields));
  }
  atEnd(fields);
  return request;
}

function pathOf(fields: Fields): string {
  const path = fields.text();
  if (path.length > PATH_BYTES_MAX) throw malformed();
  return path;
}

function handleOf(fields: Fields): string {
  const handle = fields.string();
  if (handle.length > HANDLE_BYTES_MAX) throw malformed();
  return latin1(handle);
}
