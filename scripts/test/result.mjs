// Counts of a test runner, read from the file that the runner itself writes.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Lets a runner run with a fresh result file and reads it afterwards. No file, or an exit code other than 0, is never ok.
 * @param {(resultFile: string) => number | null} run starts the runner and returns its exit code
 */
export function withResultFile(run) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubewho-test-'));
  const resultFile = path.join(dir, 'result.json');
  try {
    const code = run(resultFile);
    const { passed, failed } = fs.existsSync(resultFile) ? JSON.parse(fs.readFileSync(resultFile, 'utf8')) : { passed: 0, failed: 0 };
    return { passed, failed, ok: code === 0 && failed === 0 && passed > 0 };
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
