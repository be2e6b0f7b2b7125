/**
 * Every message of the PostgreSQL frontend/backend protocol 3.0 and 3.2 (PostgreSQL 18
 * documentation, chapter 54.7), with what the gateway does to it. There is no default: what is
 * not in a table ends the session. docs/protocols/postgres.md is this table; a test compares.
 */

/**
 * `mask`: server data, searched and masked. `pass`: understood, and carries no data to a person.
 * `judge`: a request; recorded masked, then sent on. `own`: the gateway answers or makes it
 * itself, it never crosses. `refuse`: answered with an error.
 */
export type Act = 'mask' | 'pass' | 'judge' | 'own' | 'refuse';

export interface Message {
  readonly name: string;
  /** The type byte, as a character; empty for the untyped messages of the startup. */
  readonly type: string;
  readonly act: Act;
  readonly note: string;
}

export const fromServer: readonly Message[] = [
  {
    name: 'AuthenticationOk',
    type: 'R',
    act: 'own',
    note: 'The gateway logs in to the server itself; the client sees the gateway’s own exchange.',
  },
  {
    name: 'AuthenticationKerberosV5',
    type: 'R',
    act: 'refuse',
    note: 'Not offered to the server as a method.',
  },
  {
    name: 'AuthenticationCleartextPassword',
    type: 'R',
    act: 'own',
    note: 'Answered with the injected credential.',
  },
  {
    name: 'AuthenticationMD5Password',
    type: 'R',
    act: 'own',
    note: 'Answered with the injected credential.',
  },
  { name: 'AuthenticationGSS', type: 'R', act: 'refuse', note: '' },
  { name: 'AuthenticationGSSContinue', type: 'R', act: 'refuse', note: '' },
  { name: 'AuthenticationSSPI', type: 'R', act: 'refuse', note: '' },
  { name: 'AuthenticationSASL', type: 'R', act: 'own', note: 'SCRAM-SHA-256 with the injected credential.' },
  { name: 'AuthenticationSASLContinue', type: 'R', act: 'own', note: '' },
  { name: 'AuthenticationSASLFinal', type: 'R', act: 'own', note: 'The server’s signature is checked.' },
  {
    name: 'BackendKeyData',
    type: 'K',
    act: 'own',
    note: 'The client gets a key of the gateway’s own; the server’s stays inside.',
  },
  { name: 'BindComplete', type: '2', act: 'pass', note: '' },
  { name: 'CloseComplete', type: '3', act: 'pass', note: '' },
  { name: 'CommandComplete', type: 'C', act: 'mask', note: 'The tag ends the statement’s record.' },
  { name: 'CopyBothResponse', type: 'W', act: 'refuse', note: 'Replication only.' },
  {
    name: 'CopyData',
    type: 'd',
    act: 'mask',
    note: 'Text and CSV by row, binary by field; values may be split over messages.',
  },
  { name: 'CopyDone', type: 'c', act: 'pass', note: '' },
  { name: 'CopyInResponse', type: 'G', act: 'pass', note: '' },
  { name: 'CopyOutResponse', type: 'H', act: 'pass', note: 'Says text or binary and how many columns.' },
  {
    name: 'DataRow',
    type: 'D',
    act: 'mask',
    note: 'Each field by its column’s rule, its type and its value.',
  },
  { name: 'EmptyQueryResponse', type: 'I', act: 'pass', note: '' },
  {
    name: 'ErrorResponse',
    type: 'E',
    act: 'mask',
    note: 'Every field: message, detail, hint, context, query, names.',
  },
  {
    name: 'FunctionCallResponse',
    type: 'V',
    act: 'mask',
    note: 'The value is taken as a cell of unknown column.',
  },
  {
    name: 'NegotiateProtocolVersion',
    type: 'v',
    act: 'own',
    note: 'The gateway asks the server for 3.0, and answers 3.2 clients with this message.',
  },
  { name: 'NoData', type: 'n', act: 'pass', note: '' },
  { name: 'NoticeResponse', type: 'N', act: 'mask', note: 'Every field, as in ErrorResponse.' },
  { name: 'NotificationResponse', type: 'A', act: 'mask', note: 'Channel and payload.' },
  { name: 'ParameterDescription', type: 't', act: 'pass', note: '' },
  { name: 'ParameterStatus', type: 'S', act: 'mask', note: 'set_config() brings any text back here.' },
  { name: 'ParseComplete', type: '1', act: 'pass', note: '' },
  { name: 'PortalSuspended', type: 's', act: 'pass', note: '' },
  { name: 'ReadyForQuery', type: 'Z', act: 'pass', note: '' },
  {
    name: 'RowDescription',
    type: 'T',
    act: 'mask',
    note: 'Column names and aliases can carry data; origins choose the column rules.',
  },
];

export const fromClient: readonly Message[] = [
  {
    name: 'StartupMessage',
    type: '',
    act: 'own',
    note: 'user and database choose person and target; other settings are sent on. replication is refused.',
  },
  {
    name: 'SSLRequest',
    type: '',
    act: 'own',
    note: 'S and TLS if the listener has a certificate, else N. Plain bytes after it are an error.',
  },
  { name: 'GSSENCRequest', type: '', act: 'own', note: 'Answered with N.' },
  {
    name: 'CancelRequest',
    type: '',
    act: 'own',
    note: 'The gateway’s key is mapped to the session; the server’s key is sent to the server.',
  },
  {
    name: 'PasswordMessage',
    type: 'p',
    act: 'own',
    note: 'Login only; refused afterwards. SASLInitialResponse, SASLResponse and GSSResponse share its type.',
  },
  { name: 'Bind', type: 'B', act: 'judge', note: 'Parameters are recorded masked with the Execute.' },
  { name: 'Close', type: 'C', act: 'pass', note: '' },
  {
    name: 'CopyData',
    type: 'd',
    act: 'judge',
    note: 'Sent on as it is; counted and committed by hash of its masked form.',
  },
  { name: 'CopyDone', type: 'c', act: 'pass', note: '' },
  { name: 'CopyFail', type: 'f', act: 'pass', note: '' },
  {
    name: 'Describe',
    type: 'D',
    act: 'pass',
    note: 'The gateway adds one of its own before an Execute whose columns are not known.',
  },
  { name: 'Execute', type: 'E', act: 'judge', note: '' },
  { name: 'Flush', type: 'H', act: 'pass', note: '' },
  { name: 'FunctionCall', type: 'F', act: 'judge', note: '' },
  { name: 'Parse', type: 'P', act: 'judge', note: '' },
  { name: 'Query', type: 'Q', act: 'judge', note: '' },
  { name: 'Sync', type: 'S', act: 'pass', note: '' },
  { name: 'Terminate', type: 'X', act: 'pass', note: '' },
];

/** Type bytes by name, for both directions: `Type.DataRow`. */
export const Type = {
  AuthenticationRequest: 0x52,
  BackendKeyData: 0x4b,
  BindComplete: 0x32,
  CloseComplete: 0x33,
  CommandComplete: 0x43,
  CopyBothResponse: 0x57,
  CopyData: 0x64,
  CopyDone: 0x63,
  CopyInResponse: 0x47,
  CopyOutResponse: 0x48,
  DataRow: 0x44,
  EmptyQueryResponse: 0x49,
  ErrorResponse: 0x45,
  FunctionCallResponse: 0x56,
  NegotiateProtocolVersion: 0x76,
  NoData: 0x6e,
  NoticeResponse: 0x4e,
  NotificationResponse: 0x41,
  ParameterDescription: 0x74,
  ParameterStatus: 0x53,
  ParseComplete: 0x31,
  PortalSuspended: 0x73,
  ReadyForQuery: 0x5a,
  RowDescription: 0x54,
  PasswordMessage: 0x70,
  Bind: 0x42,
  Close: 0x43,
  CopyFail: 0x66,
  Describe: 0x44,
  Execute: 0x45,
  Flush: 0x48,
  FunctionCall: 0x46,
  Parse: 0x50,
  Query: 0x51,
  Sync: 0x53,
  Terminate: 0x58,
} as const;
