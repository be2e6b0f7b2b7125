#!/usr/bin/env node
/** `pangate-replay`: `pangate replay` under a name of its own. */
import { run } from './run.ts';

process.exitCode = await run([...process.argv.slice(0, 2), 'replay', ...process.argv.slice(2)]);
