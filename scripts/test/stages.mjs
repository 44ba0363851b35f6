// The stages of `npm test`, in order. A stage's tests are all files below its folders: a new test file needs no entry here.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setup } from '../setup.mjs';
import { root } from '../setup/places.mjs';
import { runNodeTests, testFilesIn } from './node-tests.mjs';
import { withResultFile } from './result.mjs';

/**
 * A stage: `run` returns {ok} or, for one that runs tests, {ok, passed, failed}, or a promise of it.
 * `needsBuild` stages are not run when the build failed, for they would test an older bundle.
 */
export const stages = [
  { name: 'setup', run: () => ({ ok: setup({ tests: true }) }) },
  { name: 'build', run: () => command(process.execPath, 'esbuild.mjs') },
  { name: 'check', run: () => command(process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit') },
  nodeTests('unit', { folders: ['test/unit', 'rules'], concurrency: 2 }),
  nodeTests('server', { folders: ['test/server', 'test/web-worker'], needsBuild: true }),
  nodeTests('cli', { folders: ['test/cli'], needsBuild: true, concurrency: 2 }),
  nodeTests('integration', { folders: ['test/integration'], needsBuild: true, limitS: 600 }),
  nodeTests('corpus', { folders: ['test/corpus'], needsBuild: true, limitS: 900 }),
  { name: 'vscode', needsBuild: true, tests: true, run: () => vsCodeTests() },
  { name: 'vsix', needsBuild: true, tests: true, run: () => {
    const vsix = path.join(root, 'out/kubewho.vsix');
    fs.mkdirSync(path.dirname(vsix), { recursive: true });
    const packed = command(process.execPath, 'test/tools/node_modules/@vscode/vsce/vsce', 'package', '--no-dependencies', '--out', vsix);
    return packed.ok ? vsCodeTests('--vsix', vsix) : packed;
  } },
  { name: 'ui', needsBuild: true, tests: true, run: () => runNodeTests(['test/vscode/ui.mjs']) },
];

/** Test files that no stage runs. */
export function strayTestFiles() {
  const run = new Set(stages.flatMap((stage) => stage.files?.() ?? []));
  return ['test', 'rules', 'engine', 'sources', 'server', 'cli', 'client'].flatMap(testFilesIn)
    .filter((file) => !run.has(file) && !file.startsWith(path.join('test', 'vscode', 'suite') + path.sep));
}

function nodeTests(name, { folders, needsBuild = false, concurrency, limitS }) {
  const files = () => folders.flatMap(testFilesIn);
  return { name, needsBuild, tests: true, files, run: () => (files().length > 0 ? runNodeTests(files(), { concurrency, limitS }) : { ok: false, passed: 0, failed: 0 }) };
}

function vsCodeTests(...args) {
  return withResultFile((resultFile) => spawnSync(process.execPath, ['test/vscode/run.mjs', '--result', resultFile, ...args], inherit).status);
}

const inherit = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] };

function command(program, ...args) {
  return { ok: spawnSync(program, args, inherit).status === 0 };
}
