/** MySQL and MariaDB: their tables can be scanned; sessions are not served. */
import { z } from 'zod';
import type { Protocol } from '../protocol.ts';
import { inspect } from './inspect.ts';

const targetOptions = z
  .strictObject({
    database: z.string().min(1).optional().describe('Database on the server. Without it, all of them.'),
  })
  .describe('Options of a MySQL or MariaDB target.');

/** See docs/scan.md. */
export const mysql: Protocol = { name: 'mysql', defaultPort: 3306, targetOptions, serve: null, inspect };
