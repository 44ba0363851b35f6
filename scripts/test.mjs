#!/usr/bin/env node
// node scripts/test.mjs [--only STAGE]...
// Sets up and runs all tests; a failing stage does not stop the later ones. The last line counts the tests that passed and failed,
// as their runners counted them; a stage that broke without a failed test (no test ran, a type error) adds one to the failed.
// Exit code 0 only when every stage did its work and every test passed.
import { parseArgs } from 'node:util';
import { stages, strayTestFiles } from './test/stages.mjs';

const { values: { only } } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const unknown = (only ?? []).filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`no stage ${unknown.join(', ')}; the stages are ${stages.map((stage) => stage.name).join(', ')}`);
  process.exit(2);
}

const outcomes = [];
for (const stage of stages.filter(({ name }) => !only || only.includes(name))) {
  console.log(`\n=== ${stage.name}`);
  const started = Date.now();
  const buildFailed = outcomes.some((outcome) => outcome.name === 'build' && !outcome.ok);
  const result = stage.needsBuild && buildFailed ? { ok: false, note: 'not run: the build failed' } : await run(stage);
  outcomes.push({ name: stage.name, passed: 0, failed: 0, seconds: (Date.now() - started) / 1000, ...result });
}
const stray = only ? [] : strayTestFiles();
if (stray.length > 0) outcomes.push({ name: 'strays', ok: false, passed: 0, failed: 0, seconds: 0, note: `test files that no stage runs: ${stray.join(', ')}` });

console.log('\n=== summary');
for (const { name, ok, passed, failed, seconds, note } of outcomes) {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(12)}${`${seconds.toFixed(1)} s`.padStart(9)}${passed + failed > 0 ? `  ${passed} passed, ${failed} failed` : ''}${note ? `  ${note}` : ''}`);
}
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + (outcome.ok ? 0 : Math.max(outcome.failed, 1)), 0);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);

async function run(stage) {
  try {
    const result = await stage.run();
    const ranNothing = stage.tests && !result.passed && !result.failed;
    return ranNothing ? { ...result, ok: false, note: 'ran no test' } : result;
  } catch (error) {
    console.error(error);
    return { ok: false, note: 'broke' };
  }
}
