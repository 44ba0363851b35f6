// Reporter for Node's test runner: a line a file, every failure in full, and the counts as JSON in the file KUBEWHO_TEST_RESULT.
import fs from 'node:fs';
import { inspect } from 'node:util';
import { testFileOf } from './bundle.mjs';

export default async function* report(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const titles = [];
  let file;

  for await (const { type, data } of events) {
    if (type === 'test:start') titles.splice(data.nesting, Infinity, data.name);
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;

    if (data.file !== file?.path) {
      if (file) yield summary(file);
      file = { path: data.file, tests: 0, failed: 0, skipped: 0, ms: 0 };
    }
    if (data.nesting === 0) file.ms += data.details.duration_ms;
    switch (verdict(type, data)) {
      case 'passed': counts.passed += 1; file.tests += 1; break;
      case 'skipped': counts.skipped += 1; file.skipped += 1; break;
      case 'failed': {
        counts.failed += 1;
        file.failed += 1;
        file.tests += 1;
        const title = data.name === data.file ? 'the file itself' : titles.slice(0, data.nesting + 1).join(' > ');
        yield `FAILED ${testFileOf(data.file)}: ${title}\n${indent(describe(data.details.error))}\n`;
      }
    }
  }
  if (file) yield summary(file);
  if (process.env.KUBEWHO_TEST_RESULT) fs.writeFileSync(process.env.KUBEWHO_TEST_RESULT, JSON.stringify(counts));
}

/**
 * What an event counts as. Node also reports groups of tests and whole files: these are no tests, so they never count as passed;
 * they count as failed when they broke themselves (an exception while loading, a bad exit code), not when a test in them did.
 */
function verdict(type, data) {
  const isTest = data.details.type !== 'suite' && data.name !== data.file;
  if (data.skip !== undefined || data.todo !== undefined) return isTest ? 'skipped' : 'nothing';
  if (type === 'test:fail') return data.details.error?.failureType === 'subtestsFailed' ? 'nothing' : 'failed';
  return isTest ? 'passed' : 'nothing';
}

function summary({ path: file, tests, failed, skipped, ms }) {
  const result = failed > 0 ? `${failed} of ${tests} failed` : tests === 0 ? 'ran no test' : `${tests} passed`;
  return `${failed > 0 ? 'FAILED' : tests > 0 ? 'ok    ' : '      '} ${testFileOf(file)}: ${result}${skipped > 0 ? `, ${skipped} skipped` : ''} (${(ms / 1000).toFixed(1)} s)\n`;
}

/** The error of the test itself, without the runner's wrapping and without Node's own stack frames. */
function describe(error) {
  const cause = error?.cause ?? error;
  const text = cause instanceof Error || typeof cause?.stack === 'string' ? cause.stack : typeof cause === 'string' ? cause : inspect(cause);
  return text.split('\n').filter((line) => !/^\s+at .*\(?node:internal/.test(line)).join('\n');
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}
