// pre-commit, in a Python environment of its own.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './error.mjs';
import { preCommitVenv, toolsPackage } from './places.mjs';

const requirements = path.join(toolsPackage, 'requirements.txt');

/**
 * Makes the environment from test/tools/requirements.txt; made again when that file changes.
 * @returns {boolean} whether anything had to be installed
 */
export function installPreCommit() {
  const marker = path.join(preCommitVenv, 'requirements.txt');
  const wanted = fs.readFileSync(requirements, 'utf8');
  if (fs.existsSync(marker) && fs.readFileSync(marker, 'utf8') === wanted && runs()) return false;
  fs.rmSync(preCommitVenv, { recursive: true, force: true });
  python('python3', ['-m', 'venv', preCommitVenv]);
  python(path.join(preCommitVenv, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]);
  if (!runs()) throw new SetupError(`${preCommitVenv}/bin/pre-commit does not run`, 'Delete the folder .tools and run this again.');
  fs.writeFileSync(marker, wanted);
  return true;
}

/** An environment does not survive a move of its folder or of its Python, so its file alone says nothing. */
function runs() {
  return spawnSync(path.join(preCommitVenv, 'bin/pre-commit'), ['--version'], { stdio: 'ignore' }).status === 0;
}

function python(command, args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  if (run.status === 0) return;
  throw new SetupError(`${command} ${args.join(' ')} failed:\n${run.error?.message ?? ''}${run.stdout ?? ''}${run.stderr ?? ''}`,
    'Python 3.10 or newer with venv and access to PyPI is needed.');
}
