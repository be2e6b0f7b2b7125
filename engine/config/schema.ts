import * as z from 'zod';
import type { JsonSchema } from './explain.ts';
import type { Plugins } from './plugins.ts';
import { configShape } from './shape.ts';

/**
 * The JSON Schema (draft 2020-12) of the configuration file, for editors; docs/pangate.schema.json
 * holds it. A protocol's options are checked where the protocol is named.
 */
export function configJsonSchema(plugins: Plugins): JsonSchema {
  const schema = z.toJSONSchema(configShape(plugins, '/'), { io: 'input' }) as Record<string, unknown>;
  const target = (schema['properties'] as { targets: { items: Record<string, unknown> } }).targets.items;
  target['allOf'] = plugins.protocols.map((protocol) => ({
    if: { properties: { protocol: { const: protocol.name } }, required: ['protocol'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
    then: { properties: { options: optionsSchema(protocol.targetOptions) } },
  }));
  return {
    ...schema,
    title: 'pangate configuration',
    description: 'docs/configuration.md describes every key.',
  } as JsonSchema;
}

/** A plug-in's options as a part of the whole. */
export function optionsSchema(options: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(options, { io: 'input' }) as Record<string, unknown>;
  return rest as JsonSchema;
}
