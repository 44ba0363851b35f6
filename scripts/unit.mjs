#!/usr/bin/env node
// npm run unit [-- FILE...]
// The tests that need nothing but the sources, for every few minutes of work; `npm test` runs everything.
import { runNodeTests } from './test/node-tests.mjs';
import { stages } from './test/stages.mjs';

const { passed, failed, ok } = process.argv.length > 2
  ? await runNodeTests(process.argv.slice(2), { concurrency: 2 })
  : await stages.find((stage) => stage.name === 'unit').run();
process.exitCode = ok ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
