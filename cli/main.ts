#!/usr/bin/env node
/** `pangate`: one verb a file; see docs/configuration.md and `pangate --help`. */
import { run } from './run.ts';

process.exitCode = await run(process.argv);
