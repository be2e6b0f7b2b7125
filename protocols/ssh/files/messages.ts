/**
 * Messages of the SSH File Transfer Protocol, version 3 (draft-ietf-secsh-filexfer-02) and
 * OpenSSH's extensions (its PROTOCOL, section 4). These tables decide: what stands in none of them
 * is refused. docs/protocols/sftp.md is made from them.
 */

/** Numbers of messages (draft, 3). */
export const Type = {
  INIT: 1,
  VERSION: 2,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  LSTAT: 7,
  FSTAT: 8,
  SETSTAT: 9,
  FSETSTAT: 10,
  OPENDIR: 11,
  READDIR: 12,
  REMOVE: 13,
  MKDIR: 14,
  RMDIR: 15,
  REALPATH: 16,
  STAT: 17,
  RENAME: 18,
  READLINK: 19,
  SYMLINK: 20,
  STATUS: 101,
  HANDLE: 102,
  DATA: 103,
  NAME: 104,
  ATTRS: 105,
  EXTENDED: 200,
  EXTENDED_REPLY: 201,
} as const;

/** Codes of STATUS (draft, 7). */
export const Status = {
  OK: 0,
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  BAD_MESSAGE: 5,
  OP_UNSUPPORTED: 8,
} as const;

/** Flags of OPEN (draft, 6.3). */
export const Open = { READ: 1, WRITE: 2, APPEND: 4, CREAT: 8, TRUNC: 16, EXCL: 32 } as const;

/** The version that is spoken on both sides. */
export const VERSION = 3;

/** What a field of a request holds. */
export type FieldKind = 'path' | 'handle' | 'attributes' | 'uint32' | 'uint64' | 'string';

/** What rules judge a request by; `open`: by its flags. */
export type Operation = 'read' | 'write' | 'list';

/** One request. */
export interface Form {
  /** As the draft spells it, without SSH_FXP_; an extension's own name. */
  readonly name: string;
  readonly type: number;
  /** In recordings. */
  readonly word: string;
  /** Behind the request's number. */
  readonly fields: readonly FieldKind[];
  /** The type of its answer; STATUS may always come instead. */
  readonly answer: number;
  /** Null: it says nothing of any file. */
  readonly operation: Operation | 'open' | null;
  /** It changes something: it is recorded before it goes to the server, and again with its outcome. */
  readonly changes: boolean;
  /** Of an extension: the data beside its name in VERSION. */
  readonly data?: string;
  readonly note: string;
}

const { STATUS, HANDLE, DATA, NAME, ATTRS, EXTENDED, EXTENDED_REPLY } = Type;

function form(
  name: keyof typeof Type,
  fields: readonly FieldKind[],
  answer: number,
  operation: Form['operation'],
  changes: boolean,
  note = '',
): Form {
  return { name, type: Type[name], word: name.toLowerCase(), fields, answer, operation, changes, note };
}

/** Requests of the draft, but for INIT and EXTENDED. */
export const requests: readonly Form[] = [
  form(
    'OPEN',
    ['path', 'uint32', 'attributes'],
    HANDLE,
    'open',
    true,
    'its flags say whether to read or to write',
  ),
  form('CLOSE', ['handle'], STATUS, null, false, 'ends what is recorded of the file'),
  form('READ', ['handle', 'uint64', 'uint32'], DATA, null, false, 'asked for with what stands around it'),
  form('WRITE', ['handle', 'uint64', 'string'], STATUS, null, false, 'searched; `files.writes` decides'),
  form('LSTAT', ['path'], ATTRS, 'list', false),
  form('FSTAT', ['handle'], ATTRS, null, false),
  form('SETSTAT', ['path', 'attributes'], STATUS, 'write', true),
  form('FSETSTAT', ['handle', 'attributes'], STATUS, 'write', true),
  form('OPENDIR', ['path'], HANDLE, 'list', false),
  form('READDIR', ['handle'], NAME, null, false),
  form('REMOVE', ['path'], STATUS, 'write', true),
  form('MKDIR', ['path', 'attributes'], STATUS, 'write', true),
  form('RMDIR', ['path'], STATUS, 'write', true),
  form('REALPATH', ['path'], NAME, null, false),
  form('STAT', ['path'], ATTRS, 'list', false),
  form('RENAME', ['path', 'path'], STATUS, 'write', true),
  form('READLINK', ['path'], NAME, 'list', false),
  form('SYMLINK', ['path', 'path'], STATUS, 'write', true, 'the paths in the order that the client sends'),
];

function extension(
  name: string,
  data: string,
  fields: readonly FieldKind[],
  answer: number,
  operation: Form['operation'],
  changes: boolean,
  note = '',
): Form {
  const word = name.replace(/@.*$/, '');
  return { name, type: EXTENDED, word, fields, answer, operation, changes, data, note };
}

/** Extensions that are offered on, where the server has them with this very data. */
export const extensions: readonly Form[] = [
  extension('posix-rename@openssh.com', '1', ['path', 'path'], STATUS, 'write', true),
  extension('statvfs@openssh.com', '2', ['path'], EXTENDED_REPLY, 'list', false),
  extension('fstatvfs@openssh.com', '2', ['handle'], EXTENDED_REPLY, null, false),
  extension('hardlink@openssh.com', '1', ['path', 'path'], STATUS, 'write', true),
  extension('fsync@openssh.com', '1', ['handle'], STATUS, null, true),
  extension('lsetstat@openssh.com', '1', ['path', 'attributes'], STATUS, 'write', true),
  extension(
    'limits@openssh.com',
    '1',
    [],
    EXTENDED_REPLY,
    null,
    false,
    'reads as long as the gateway can make them',
  ),
  extension('expand-path@openssh.com', '1', ['path'], NAME, null, false),
  extension(
    'copy-data',
    '1',
    ['handle', 'uint64', 'uint64', 'handle', 'uint64'],
    STATUS,
    null,
    true,
    'inside the server',
  ),
  extension('home-directory', '1', ['string'], NAME, null, false),
  extension('users-groups-by-id@openssh.com', '1', ['string', 'string'], EXTENDED_REPLY, null, false),
];

/** What a server may answer, and what is done with it. */
export const answers: readonly { readonly name: string; readonly act: string; readonly note: string }[] = [
  { name: 'VERSION', act: 'own', note: 'version 3, with the extensions below that the server has' },
  {
    name: 'STATUS',
    act: 'mask',
    note: 'the message; where something was masked in a file, it says so on CLOSE',
  },
  { name: 'HANDLE', act: 'pass', note: '' },
  { name: 'DATA', act: 'mask', note: 'in its length; `files.binary` decides where the file is no text' },
  { name: 'NAME', act: 'mask', note: 'names and long names, in their lengths, and attributes’ extensions' },
  { name: 'ATTRS', act: 'mask', note: 'extensions; numbers pass' },
  { name: 'EXTENDED_REPLY', act: 'mask', note: 'names of users and groups; numbers pass' },
];

const byType: ReadonlyMap<number, Form> = new Map(requests.map((each) => [each.type, each]));
const byName: ReadonlyMap<string, Form> = new Map(extensions.map((each) => [each.name, each]));

/** The form of a request; undefined where nothing here knows it. */
export function formOf(type: number): Form | undefined {
  return byType.get(type);
}

/** The form of an extension by its name. */
export function extensionOf(name: string): Form | undefined {
  return byName.get(name);
}

/** The code of READ, for the gateway's own. */
export const READ: Form = formOf(Type.READ)!;
