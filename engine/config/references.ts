/** What one key says of another: names that must exist, be unique or agree. */
import type * as z from 'zod';
import type { Source } from './document.ts';
import { explain, problemAt } from './explain.ts';
import type { Plugins } from './plugins.ts';
import { type Problem, pathText } from './problem.ts';
import { optionsSchema } from './schema.ts';

type Item = Readonly<Record<string, unknown>>;

/** Problems beyond the shape, found in the plain values so that all errors come at once. */
export function checkReferences(source: Source, plugins: Plugins): Problem[] {
  const listeners = items(source.value, 'listeners');
  const targets = items(source.value, 'targets');
  return [
    ...duplicates(source, 'listeners', listeners),
    ...duplicates(source, 'targets', targets),
    ...listeners.flatMap((listener, i) => listenerTarget(source, listener, i, targets)),
    ...targets.flatMap((target, i) => targetOptions(source, target, i, plugins)),
    ...targets.flatMap((target, i) => clientCertificate(source, target, i)),
  ];
}

function items(value: unknown, key: string): readonly Item[] {
  const list = (value as Item | null)?.[key];
  return Array.isArray(list)
    ? list.map((item) => (item !== null && typeof item === 'object' ? item : {}))
    : [];
}

function duplicates(source: Source, list: string, found: readonly Item[]): Problem[] {
  const names = found.map((item) => item['name']);
  return names.flatMap((name, i) =>
    typeof name === 'string' && names.indexOf(name) < i
      ? [
          problemAt(
            source,
            [list, i, 'name'],
            `the same name as ${list}[${names.indexOf(name)}]`,
            'Give each its own name.',
          ),
        ]
      : [],
  );
}

function listenerTarget(source: Source, listener: Item, i: number, targets: readonly Item[]): Problem[] {
  const wanted = listener['target'];
  if (typeof wanted !== 'string') return [];
  const path = ['listeners', i, 'target'];
  const target = targets.find((candidate) => candidate['name'] === wanted);
  const names = targets.map((candidate) => candidate['name']).filter((name) => typeof name === 'string');
  if (target === undefined)
    return [problemAt(source, path, `no such target at ${pathText(path)}`, `Known: ${names.join(', ')}.`)];
  if (target['protocol'] === listener['protocol']) return [];
  return [
    problemAt(source, path, `a target of another protocol at ${pathText(path)}`, 'Both must speak the same.'),
  ];
}

function targetOptions(source: Source, target: Item, i: number, plugins: Plugins): Problem[] {
  const protocol = plugins.protocols.find((candidate) => candidate.name === target['protocol']);
  const options = target['options'] ?? {};
  if (protocol === undefined || typeof options !== 'object') return [];
  const parsed = protocol.targetOptions.safeParse(options);
  if (parsed.success) return [];
  const prefix = ['targets', i, 'options'];
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...prefix, ...issue.path] }));
  const whole = { properties: { targets: { items: { properties: { options: {} } } } } };
  whole.properties.targets.items.properties.options = optionsSchema(protocol.targetOptions);
  return explain(source, whole, issues as z.core.$ZodIssue[]);
}

function clientCertificate(source: Source, target: Item, i: number): Problem[] {
  const tls = target['tls'];
  if (tls === null || typeof tls !== 'object') return [];
  const given = (key: string) => (tls as Item)[key] !== undefined;
  if (given('certificate') === given('key')) return [];
  const path = ['targets', i, 'tls'];
  return [
    problemAt(
      source,
      path,
      `half a client certificate at ${pathText(path)}`,
      'Give `certificate` and `key`.',
    ),
  ];
}
