/** The part of the configuration's shape that says where and how sessions are recorded. */
import * as z from 'zod';

type PathShape = (what: string) => z.ZodType<string>;

/** `record:`; `path` and `secret` are the shapes of paths and of places of secrets. */
export function recordShape(path: PathShape, secret: z.ZodType): z.ZodType {
  const cap = (what: string) =>
    z.union([z.literal('all'), z.int().min(0)]).meta({ description: `${what}: a number, or \`all\`` });
  return z
    .strictObject({
      directory: path('the folder of the recordings').prefault('./recordings'),
      mode: z.enum(['strict', 'best-effort']).default('strict').meta({
        description: '`strict`: nothing is sent that is not recorded; `best-effort`: losses are marked',
      }),
      durability: z.enum(['disk', 'process']).default('disk').meta({
        description: '`disk`: records survive a power cut; `process`: they survive a crash of pangate',
      }),
      retention: retentionShape().prefault({}),
      approvers: z
        .array(
          z.string().min(1).max(512).meta({ description: 'a public key; `pangate keys approver` makes one' }),
        )
        .max(100)
        .default([])
        .meta({ description: 'a list of the public keys of those who may approve redactions' }),
      disk: diskShape().prefault({}),
      clock: z.enum(['required', 'warn', 'off']).default('warn').meta({
        description:
          '`required`: no strict session begins while the clock is not known to be synchronised; `warn`: the log says so; `off`: nobody looks',
      }),
      sealer: z.enum(['started', 'external', 'off']).default('started').meta({
        description:
          '`started`: signed by a process of its own beside the gateway; `external`: by `pangate sealer`; `off`: not signed',
      }),
      witnesses: witnessesShape(),
      timestamps: timestampsShape().exactOptional(),
      encryption: encryptionShape(path).exactOptional(),
      store: storeShape(path, secret).exactOptional(),
      results: z
        .strictObject({
          rowsMax: cap('rows of one result that are recorded').default(1000),
          bytesMax: cap('bytes of one result that are recorded').default(1_048_576),
        })
        .prefault({})
        .meta({ description: 'how much of each result is recorded; the rest is committed to by hash' }),
    })
    .meta({ description: 'where and how sessions are recorded' });
}

/** PCI DSS 10.5.1: a year at least, three months of it at hand. */
function retentionShape() {
  const days = (min: number, what: string) =>
    z
      .union([z.literal(-1), z.int().min(min).max(36_500)])
      .meta({ description: `${what}: days, ${min} at least, or -1 for ever` });
  return z
    .strictObject({
      retainDays: days(365, 'how long recordings must be kept').default(400),
      hotDays: days(92, 'how long they stay on this disk').default(92),
      deleteAfterDays: days(365, 'when `replay purge --due` removes them').default(-1),
      targets: z
        .record(z.string(), days(365, 'how long recordings of the target must be kept'))
        .default({})
        .meta({ description: 'target: days, in place of `retainDays`' }),
    })
    .refine(
      ({ retainDays, deleteAfterDays }) =>
        deleteAfterDays === -1 || (retainDays !== -1 && deleteAfterDays >= retainDays),
      'needs deleteAfterDays not below retainDays',
    )
    .meta({ description: 'how long recordings are kept; `deleteAfterDays` is not below `retainDays`' });
}

function diskShape() {
  const percent = (what: string) =>
    z
      .int()
      .min(1)
      .max(100)
      .meta({ description: `percent of the disk: ${what}` });
  return z
    .strictObject({
      reserveBytes: z
        .int()
        .min(0)
        .default(67_108_864)
        .meta({ description: 'bytes held in a file for the last words of sessions; 0: none' }),
      alarmPercent: percent('an alarm is given').default(80),
      refusePercent: percent('no session begins').default(95),
    })
    .meta({ description: 'what is done about a full disk' });
}

function encryptionShape(path: PathShape) {
  return z
    .strictObject({
      recipients: z
        .array(
          z
            .string()
            .regex(/^x25519:[A-Za-z0-9_-]{43}$/)
            .meta({
              description: "a recipient's public key, `x25519:...`; `pangate keys recipient` makes one",
            }),
        )
        .min(2)
        .max(16)
        .refine((keys) => new Set(keys).size === keys.length, 'needs different keys')
        .meta({ description: 'two different public keys or more: each alone opens every recording' }),
      journalKeys: path(
        'the folder of the key with which a start completes what a crash has left',
      ).exactOptional(),
    })
    .meta({ description: "encryption of recordings: `{ recipients: ['x25519:...', 'x25519:...'] }`" });
}

/** One place for copies: another folder, or a bucket. */
function storeShape(path: PathShape, secret: z.ZodType) {
  const word = (description: string) => z.string().min(1).max(1024).meta({ description });
  return z
    .strictObject({
      folder: path('a folder on another disk or mount; it must exist').exactOptional(),
      s3: z
        .strictObject({
          endpoint: z
            .url({ protocol: /^https?$/ })
            .meta({ description: 'where the store answers: `https://s3.eu-central-1.amazonaws.com`' }),
          bucket: word('the name of the bucket, one with Object Lock'),
          region: word('the region that is signed for').default('us-east-1'),
          prefix: z
            .string()
            .max(512)
            .default('')
            .meta({ description: 'in front of every name: `gateway-1/`' }),
          lock: z.enum(['compliance', 'governance', 'none']).default('compliance').meta({
            description: '`compliance`: nobody can delete a recording before its time; `governance`; `none`',
          }),
          accessKey: secret,
          secretKey: secret,
        })
        .meta({ description: 'a bucket of S3 or of what speaks like it' })
        .exactOptional(),
    })
    .refine((store) => (store.folder === undefined) !== (store.s3 === undefined), 'needs `folder` or `s3`')
    .meta({ description: 'where complete recordings are copied to: `{ folder: path }` or `{ s3: ... }`' });
}

function timestampsShape() {
  return z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .meta({ description: 'where a time-stamping authority answers (RFC 3161)' }),
      everySeconds: z
        .int()
        .min(1)
        .max(86_400)
        .default(3600)
        .meta({ description: 'seconds between two time stamps' }),
    })
    .meta({ description: 'who stamps the log with the time: `{ url: https://... }`' });
}

function witnessesShape() {
  const line = (description: string) => z.string().min(1).max(4096).meta({ description });
  const url = line('the address of a witness, `https://...`');
  const key = line('the vkey that `pangate witness` prints');
  return z
    .array(z.strictObject({ url, key }).meta({ description: 'a witness: `url`, `key`' }))
    .max(16)
    .default([])
    .meta({ description: 'a list of those who cosign the log' });
}
