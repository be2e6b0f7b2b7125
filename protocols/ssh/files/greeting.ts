/**
 * INIT and VERSION (draft-ietf-secsh-filexfer-02, 4): version uint32 | extensions x (name string,
 * data string). Both sides speak version 3, and a client hears of the extensions that are known here.
 */
import { type Bytes, latin1 } from '../../../base/bytes.ts';
import { PangateError } from '../../../base/errors.ts';
import { type Field, Fields, frame, malformed } from '../message.ts';
import { extensionOf, Type, VERSION } from './messages.ts';
import { LENGTH_BYTES } from './packet.ts';

const EXTENSIONS_MAX = 256;

/** The client's INIT, as the server gets it: a later version becomes 3, extensions stay behind. */
export function greeting(bytes: Bytes): Bytes {
  if (bytes[LENGTH_BYTES] !== Type.INIT) throw malformed();
  if (new Fields(bytes, LENGTH_BYTES + 1).uint32() < VERSION) throw older('client');
  return frame(Type.INIT, VERSION);
}

/** The server's VERSION, as the client gets it. */
export function offered(bytes: Bytes): Bytes {
  if (bytes[LENGTH_BYTES] !== Type.VERSION) throw malformed();
  const fields = new Fields(bytes, LENGTH_BYTES + 1);
  if (fields.uint32() !== VERSION) throw older('server');
  const known: Field[] = [];
  for (let i = 0; fields.rest().length > 0; i++) {
    if (i === EXTENSIONS_MAX) throw malformed();
    const [name, data] = [fields.word(), latin1(fields.string())];
    if (extensionOf(name)?.data === data) known.push(name, data);
  }
  return frame(Type.VERSION, VERSION, ...known);
}

function older(who: string): PangateError {
  return new PangateError('message-refused', `The ${who} does not speak version 3 of SFTP.`);
}
