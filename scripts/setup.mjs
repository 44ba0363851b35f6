#!/usr/bin/env node
// node scripts/setup.mjs [--tests]
// Installs what building kubewho needs and, with --tests, also everything that its tests drive: VS Code, Chromium, pre-commit, Helm, kubectl.
// May be run again at any time; what is already there is left alone. Uses Node's own modules only: it runs before `npm ci`.
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup/error.mjs';
import { installKubernetesTools } from './setup/helm.mjs';
import { installPackages } from './setup/packages.mjs';
import { root, toolsPackage } from './setup/places.mjs';
import { installPreCommit } from './setup/pre-commit.mjs';
import { installSystemPackages } from './setup/system.mjs';
import { installVsCodeServer } from './setup/vscode-server.mjs';

const BUILD_STEPS = [['packages', () => installPackages(root)]];
const TEST_STEPS = [
  ['system packages', installSystemPackages],
  ['packages of test/tools', () => installPackages(toolsPackage)],
  ['VS Code server', installVsCodeServer],
  ['pre-commit', installPreCommit],
  ['Helm 3, Helm 4, kubectl', installKubernetesTools],
];

/** Runs the steps in order and says what each did; stops at the first that fails. Returns whether all are done. */
export function setup({ tests = false } = {}) {
  for (const [name, step] of tests ? [...BUILD_STEPS, ...TEST_STEPS] : BUILD_STEPS) {
    const started = Date.now();
    try {
      const installed = step();
      console.log(`setup: ${name}: ${installed ? `installed in ${((Date.now() - started) / 1000).toFixed(1)} s` : 'already there'}`);
    } catch (error) {
      console.error(`setup: ${name}: FAILED: ${error instanceof SetupError ? `${error.message}\nsetup: what to do: ${error.advice}` : error.stack}`);
      return false;
    }
  }
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { tests: { type: 'boolean', default: false } } });
  process.exitCode = setup(values) ? 0 : 1;
}
