/**
 * The configuration's shape in zod: the one source of the checks, of the JSON Schema and of the
 * descriptions in error messages.
 */
import { resolve } from 'node:path';
import * as z from 'zod';
import { limits } from '../../base/limits.ts';
import { heldByDefault, heldBytesMin, uncheckedBrands } from '../../detectors/index.ts';
import { parseAddress } from './address.ts';
import type { Config } from './config.ts';
import type { Plugins } from './plugins.ts';
import { recordShape } from './record-shape.ts';

/** What zod gives back; the loader adds the file's name and the digest. */
export type ConfigBody = Omit<Config, 'file' | 'digest'>;

/** Builds the shape for the plug-ins at hand; relative paths start at `folder`. */
export function configShape(plugins: Plugins, folder: string): z.ZodType<ConfigBody> {
  const path = (what: string) => text(what).transform((name) => resolve(folder, name));
  const mask = maskShape(plugins, path);
  return z.strictObject({
    version: z.literal(1).meta({ description: 'the version of this format: 1' }),
    listeners: z
      .array(listenerShape(plugins, path))
      .min(1)
      .meta({ description: 'a list of the addresses where clients connect' }),
    targets: z
      .array(targetShape(plugins, path, mask))
      .min(1)
      .meta({ description: 'a list of the servers behind the gateway' }),
    users: z
      .strictObject({ file: path('the path of the users file (`pangate user add` writes it)') })
      .meta({ description: 'who may log in: `{ file: users.yaml }`' }),
    mask: mask.extend(maskDefaults(plugins)).prefault({}),
    record: recordShape(path, secretShape(path)).prefault({}),
    limits: limitsShape(),
    log: logShape().prefault({}),
  }) as unknown as z.ZodType<ConfigBody>;
}

/** Letters, digits and dashes: a key's id stands in every token. */
const KEY_ID = /^[A-Za-z0-9-]{1,32}$/;

type PathShape = (what: string) => z.ZodType<string>;

function text(description: string): z.ZodString {
  return z.string().min(1).max(4096).meta({ description });
}

function name(of: string): z.ZodString {
  return z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    .meta({ description: `${of}: letters, digits, \`.\`, \`_\` and \`-\`, at most 63` });
}

function address(description: string) {
  return text(description).transform((written, context) => {
    const parsed = parseAddress(written);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: 'not an address' });
    return z.NEVER;
  });
}

function protocolName(protocols: Plugins['protocols']) {
  const names = protocols.map((protocol) => protocol.name);
  return z.enum(names as [string]).meta({ description: `a protocol: ${names.join(', ')}` });
}

function listenerShape(plugins: Plugins, path: PathShape) {
  return z
    .strictObject({
      name: name('a name for the log'),
      protocol: protocolName(plugins.protocols.filter(({ serve }) => serve !== null)),
      address: address("`host:port`, `[::]:port` for every interface, or a Unix socket's path"),
      tls: z
        .strictObject({
          certificate: path("the path of the gateway's certificate chain, PEM"),
          key: path('the path of its private key, PEM'),
          authority: path('the path of the authorities for client certificates, PEM').exactOptional(),
          required: z.boolean().default(true).meta({ description: 'true: clients without TLS are refused' }),
        })
        .meta({ description: 'TLS towards clients: `{ certificate: gw.crt, key: gw.key }`' })
        .exactOptional(),
      hostKeys: path(
        'the path of a folder of host keys, for protocols that have such; made where it is missing',
      ).exactOptional(),
      target: name('the name of the one target of this listener').exactOptional(),
    })
    .meta({ description: 'a listener: `name`, `protocol`, `address`' });
}

function targetShape(plugins: Plugins, path: PathShape, mask: ReturnType<typeof maskShape>) {
  return z
    .strictObject({
      name: name('the name by which clients and users reach this target'),
      protocol: protocolName(plugins.protocols),
      address: address("`host:port`, or a Unix socket's path"),
      user: text("the server's account that the gateway logs in with"),
      password: secretShape(path).exactOptional(),
      key: secretShape(path).exactOptional(),
      tls: targetTlsShape(path).exactOptional(),
      options: z
        .record(z.string(), z.unknown())
        .prefault({})
        .meta({ description: 'options of the protocol, as key: value' }),
      mask: mask.partial().exactOptional(),
    })
    .meta({ description: 'a target: `name`, `protocol`, `address`, `user`' });
}

function targetTlsShape(path: PathShape) {
  return z
    .strictObject({
      mode: z.enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']).meta({
        description:
          '`disable`, `prefer`, `require`, `verify-ca` or `verify-full` (chain and name are checked)',
      }),
      authority: path('the path of the authorities to trust, PEM; without it the system’s').exactOptional(),
      certificate: path("the path of the gateway's client certificate, PEM").exactOptional(),
      key: path('the path of its private key, PEM').exactOptional(),
    })
    .meta({ description: 'TLS towards the server: `{ mode: verify-full, authority: ca.pem }`' });
}

/** Says where a secret is. The words must not repeat what stands in its place. */
function secretShape(path: PathShape) {
  return z
    .strictObject({
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)
        .meta({ description: 'the name of an environment variable' })
        .exactOptional(),
      file: path('the path of a file that holds the secret and nothing else').exactOptional(),
    })
    .refine((source) => (source.env === undefined) !== (source.file === undefined), 'needs `env` or `file`')
    .meta({ writeOnly: true, description: '`{ env: NAME }` or `{ file: path }`; never the secret itself' });
}

function maskShape(plugins: Plugins, path: PathShape) {
  const modes = plugins.masks.join(', ');
  return z
    .strictObject({
      detectors: z
        .partialRecord(
          z.enum(plugins.detectors as [string]),
          z.enum(['off', ...plugins.masks]).meta({ description: `\`off\`, or a mask: ${modes}` }),
        )
        .default({})
        .meta({ description: `detector: mask or \`off\`, for ${plugins.detectors.join(', ')}` }),
      columns: z
        .array(columnShape(plugins))
        .max(1000)
        .default([])
        .meta({ description: 'a list of columns that are masked whole' }),
      expressions: z
        .array(expressionShape(plugins))
        .max(100)
        .meta({ description: 'a list of regular expressions, each a detector of its own' })
        .exactOptional(),
      uncheckedBrands: brandsShape(plugins).exactOptional(),
      numbers: numbersShape().exactOptional(),
      held: heldShape().exactOptional(),
      keys: keysShape(path).exactOptional(),
    })
    .meta({ description: 'what is masked: `detectors` and `expressions` by value, `columns` by name' });
}

/** A target's own mask says only what is other than the general one, which says all. */
function maskDefaults(plugins: Plugins) {
  return {
    uncheckedBrands: brandsShape(plugins).default(
      uncheckedBrands.filter((brand) => plugins.brands.includes(brand)),
    ),
    numbers: numbersShape().default('absent'),
    held: heldShape().prefault({}),
  };
}

function brandsShape({ brands }: Plugins) {
  return z
    .array(z.enum(brands as [string]).meta({ description: `a brand: ${brands.join(', ')}` }))
    .max(100)
    .meta({
      description: 'a list of brands: card fields may hold their numbers without a valid check digit',
    });
}

function numbersShape() {
  return z
    .enum(['absent', 'zeros'])
    .meta({ description: '`absent` (NULL) or `zeros`, for what is found in a numeric column' });
}

function heldShape() {
  return z
    .strictObject({
      bytesMax: z
        .int()
        .min(heldBytesMin)
        .max(heldByDefault.bytesMax)
        .default(heldByDefault.bytesMax)
        .meta({ description: `bytes, from ${heldBytesMin} to ${heldByDefault.bytesMax}` }),
      beyond: z
        .enum(['mask', 'pass'])
        .default(heldByDefault.beyond)
        .meta({ description: '`mask` what has not ended by then as far as it was held, or let it `pass`' }),
    })
    .meta({ description: 'what one finding may make a stream hold back: `{ bytesMax: 1024 }`' });
}

function expressionShape(plugins: Plugins) {
  return z
    .strictObject({
      name: name('the kind of what it finds'),
      pattern: z
        .string()
        .min(1)
        .max(1024)
        .meta({ description: "a regular expression in RE2's syntax: `'EMP-[0-9]{6}'`" }),
      ignoreCase: z.boolean().default(false).meta({ description: 'true: the case of letters is ignored' }),
      lengthBytesMax: z
        .int()
        .min(1)
        .max(4096)
        .default(256)
        .meta({ description: 'the most bytes that it may find: from 1 to 4096' }),
      mask: z
        .enum(plugins.masks as [string])
        .default('full')
        .meta({ description: `a mask: ${plugins.masks.join(', ')}` }),
    })
    .meta({ description: "an expression: `{ name: employee, pattern: 'EMP-[0-9]{6}' }`" });
}

function keysShape(path: PathShape) {
  const token = z
    .strictObject({
      current: z
        .string()
        .regex(KEY_ID)
        .meta({ description: 'the id of the key for new tokens, one of `keys`' }),
      keys: z
        .record(z.string().regex(KEY_ID), secretShape(path))
        .meta({ description: 'keys by id, 32 bytes or more in hexadecimal or Base64' }),
    })
    .meta({ description: 'keys of tokens: `{ current: k1, keys: { k1: { env: TOKEN_KEY } } }`' });
  const fpe = z
    .strictObject({
      key: secretShape(path),
      tweak: z
        .string()
        .regex(/^(?:[0-9a-fA-F]{2}){0,32}$/)
        .default('')
        .meta({ description: 'up to 32 bytes in hexadecimal' }),
      scope: z
        .enum(['whole', 'middle'])
        .default('whole')
        .meta({ description: '`whole` number, or the `middle`: what the first six and last four leave' }),
      checkDigit: z
        .enum(['wrong', 'valid'])
        .default('wrong')
        .meta({ description: '`wrong`: the result is no card number; `valid`: it looks like one' }),
    })
    .meta({ description: 'the AES key of `fpe`: `{ key: { env: FPE_KEY } }`' });
  return z
    .strictObject({ token: token.exactOptional(), fpe: fpe.exactOptional() })
    .meta({ description: 'where the keys of the masks `token` and `fpe` are' });
}

function columnShape(plugins: Plugins) {
  return z
    .strictObject({
      name: name("the rule's name in recordings"),
      columns: z
        .array(text("a column: `name`, `table.name`, with `*` for any characters: `'*.cvv'`"))
        .min(1)
        .max(1000)
        .meta({ description: "a list of columns: `['*.cvv', 'cards.number']`" }),
      kind: z
        .enum(plugins.detectors as [string])
        .meta({ description: `what the columns hold: ${plugins.detectors.join(', ')}` }),
      mask: z
        .enum(plugins.masks as [string])
        .default('full')
        .meta({ description: `a mask: ${plugins.masks.join(', ')}` }),
    })
    .meta({ description: "a column rule: `{ name: codes, columns: ['*.cvv'], kind: cvv }`" });
}

function limitsShape() {
  const bounds: Record<string, z.ZodType> = {};
  for (const [key, value] of Object.entries(limits))
    bounds[key] = z
      .int()
      .min(1)
      .max(2_147_483_647)
      .default(value)
      .meta({ description: 'a whole number, from 1' });
  return z.strictObject(bounds).prefault({}).meta({ description: 'bounds over the defaults, by name' });
}

function logShape() {
  return z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .meta({ description: '`debug`, `info`, `warn`, `error` or `silent`' }),
      format: z
        .enum(['json', 'pretty'])
        .default('json')
        .meta({ description: '`json` for machines, `pretty` for people' }),
    })
    .meta({ description: 'the log, on standard error' });
}
