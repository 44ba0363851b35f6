// Runs TypeScript tests with Node's own test runner.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../setup/places.mjs';
import { bundleTests } from './bundle.mjs';
import { withResultFile } from './result.mjs';

/**
 * Runs test files, each in a process of its own.
 * @param {string[]} files paths from the root, of TypeScript, or of plain modules that run as they are
 * @param {{concurrency?: number, limitS?: number}} options files at a time; seconds after which a file counts as failed
 * @returns {Promise<{passed: number, failed: number, ok: boolean}>} the runner's counts, and whether it ended well
 */
export async function runNodeTests(files, { concurrency = 1, limitS = 300 } = {}) {
  const bundled = await bundleTests(files.filter((file) => file.endsWith('.ts')));
  try {
    return withResultFile((resultFile) => spawnSync(process.execPath, [
      '--enable-source-maps', '--test', `--test-concurrency=${concurrency}`, `--test-timeout=${limitS * 1000}`,
      '--test-reporter=./scripts/test/reporter.mjs', '--test-reporter-destination=stdout', ...bundled.files, ...files.filter((file) => !file.endsWith('.ts')),
    ], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, KUBEWHO_TEST_RESULT: resultFile } }).status);
  } finally {
    fs.rmSync(bundled.folder, { recursive: true, force: true });
  }
}

/** All *.test.ts below a folder, sorted, as paths from the root. None when there is no such folder. */
export function testFilesIn(dir) {
  const full = path.join(root, dir);
  if (!fs.existsSync(full)) return [];
  return fs.readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFilesIn(file);
    return entry.name.endsWith('.test.ts') ? [file] : [];
  }).sort();
}
