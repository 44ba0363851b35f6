// The suite in desktop VS Code, through @vscode/test-electron.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { findOnPath, root, toolsPackage, vscodeCache } from '../../scripts/setup/places.mjs';
import { bundleSuite, fixtures, hasPassed, pathWithHelm, readResult, writeEmptyExtension } from './suite-run.mjs';

const { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } = createRequire(path.join(toolsPackage, 'package.json'))('@vscode/test-electron');

/**
 * A desktop VS Code for this machine: the one that VSCODE_EXECUTABLE names, else the one that test-electron downloads.
 * @returns {Promise<{executable?: string, why?: string}>} the executable, or why there is none
 */
export async function findDesktop() {
  const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasScreen) return { why: findOnPath('xvfb-run') ? 'this machine has no screen; start this under xvfb-run for desktop VS Code' : 'this machine has no screen' };
  if (process.env.VSCODE_EXECUTABLE) return { executable: process.env.VSCODE_EXECUTABLE };
  try {
    return { executable: await downloadAndUnzipVSCode({ version: process.env.VSCODE_TEST_VERSION ?? 'stable', cachePath: vscodeCache, timeout: 20_000, reporter: { report() {}, error() {} } }) };
  } catch (error) {
    return { why: `it could not be downloaded (${[error, ...(error.errors ?? [])].map((e) => e.message).filter(Boolean).join('; ')})` };
  }
}

/** Runs the suite once; options and result as in server-run.mjs. */
export async function runInDesktop(executable, { vsix, grep }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kubewho-vscode-'));
  const workspace = path.join(folder, 'workspace');
  const extensions = path.join(folder, 'extensions');
  const resultFile = path.join(folder, 'result.json');
  const empty = path.join(folder, 'empty-extension');
  const folders = ['--user-data-dir', path.join(folder, 'data'), '--extensions-dir', extensions];
  try {
    fs.cpSync(fixtures, workspace, { recursive: true });
    fs.mkdirSync(extensions, { recursive: true });
    if (vsix) {
      writeEmptyExtension(empty);
      installExtension(executable, vsix, folders);
    }
    const ended = await runTests({
      vscodeExecutablePath: executable, extensionDevelopmentPath: vsix ? empty : root, extensionTestsPath: await bundleSuite(path.join(folder, 'suite')),
      extensionTestsEnv: { PATH: pathWithHelm, KUBEWHO_TEST_RESULT: resultFile, KUBEWHO_TEST_EXTENSION_ROOT: vsix ? extensions : root, ...(grep ? { KUBEWHO_TEST_GREP: grep } : {}) },
      launchArgs: [workspace, ...folders], // test-electron adds what keeps VS Code quiet
    }).then((code) => ({ code }), (error) => ({ code: error.code ?? 1, error }));
    const result = readResult(resultFile);
    console.log(`VS Code (desktop): ${ended.error?.message ?? `exit ${ended.code}`}; ${result ? `${result.passed} passed, ${result.failed} failed` : 'mocha wrote no result'}`);
    return { passed: ended.code === 0 && hasPassed(result), result };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function installExtension(executable, vsix, folders) {
  const [command, ...args] = resolveCliArgsFromVSCodeExecutablePath(executable, { reuseMachineInstall: true });
  const run = spawnSync(command, [...args, ...folders, '--install-extension', vsix, '--force'], { encoding: 'utf8', shell: process.platform === 'win32' });
  if (run.status !== 0) throw new Error(`${vsix} could not be installed (exit ${run.status}):\n${run.error?.message ?? ''}${run.stdout ?? ''}${run.stderr ?? ''}`);
}
