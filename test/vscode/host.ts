// Loaded by VS Code's extension host; VS Code calls run() and takes a rejection as failure.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/** Runs every suite. The counts go to the file KUBEWHO_TEST_RESULT, what mocha says to the socket KUBEWHO_TEST_REPORT if there is one. */
export async function run(): Promise<void> {
  const { KUBEWHO_TEST_RESULT: resultFile, KUBEWHO_TEST_REPORT: reportSocket, KUBEWHO_TEST_GREP: grep } = process.env;
  const socket = reportSocket ? net.connect(reportSocket) : undefined;
  const say = (...args: unknown[]) => void (socket ? socket.write(`${format(...args)}\n`) : console.log(...args));
  Mocha.reporters.Base.consoleLog = say;
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 30_000, forbidOnly: true, forbidPending: true, ...(grep ? { grep } : {}) });
  try {
    const suites = path.join(__dirname, 'suite');
    for (const name of fs.readdirSync(suites).sort()) mocha.addFile(path.join(suites, name));
    const result = await runAll(mocha);
    if (resultFile) fs.writeFileSync(resultFile, JSON.stringify(result));
    if (result.failed > 0 || result.passed === 0) throw new Error(`${result.passed} passed, ${result.failed} failed`);
  } catch (error) {
    say(error instanceof Error ? error.stack : error);
    throw error;
  } finally {
    if (socket) await new Promise<void>((resolve) => socket.end(resolve));
  }
}

function runAll(mocha: Mocha): Promise<{ passed: number; failed: number; failures: string[] }> {
  return new Promise((resolve) => {
    const failures: string[] = [];
    let passed = 0;
    const runner = mocha.run(() => resolve({ passed, failed: failures.length, failures }));
    runner.on('pass', () => { passed += 1; });
    runner.on('fail', (test) => failures.push(test.fullTitle()));
  });
}
