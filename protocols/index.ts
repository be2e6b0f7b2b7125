import { mysql } from './mysql/index.ts';
import { postgres } from './postgres/index.ts';
import type { Protocol } from './protocol.ts';
import { ssh } from './ssh/index.ts';

/** Every protocol plug-in. A new one is a folder of this floor and a line here. */
export const protocols: readonly Protocol[] = [postgres, mysql, ssh];
