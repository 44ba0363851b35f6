// What has to come from the operating system: a Chromium to show VS Code in, Python's venv for pre-commit, and Neovim as another editor.
import { spawnSync } from 'node:child_process';
import { SetupError } from './error.mjs';
import { findChromium, findOnPath } from './places.mjs';

const NEEDS = [
  { what: 'Chromium', packages: ['chromium'], present: () => findChromium() !== undefined },
  { what: 'Python 3 with venv', packages: ['python3', 'python3-venv'], present: () => succeeds('python3', ['-c', 'import venv, ensurepip']) },
  { what: 'Neovim', packages: ['neovim'], present: () => findOnPath('nvim') !== undefined },
  { what: 'git', packages: ['git'], present: () => succeeds('git', ['--version']) },
];

/**
 * Installs the missing system packages with apt-get, as root or through sudo.
 * @returns {boolean} whether anything had to be installed
 * @throws {SetupError} when there is no apt-get, or something is still missing afterwards
 */
export function installSystemPackages() {
  const missing = NEEDS.filter((need) => !need.present());
  if (missing.length === 0) return false;
  const names = missing.map((need) => need.what).join(', ');
  const packages = missing.flatMap((need) => need.packages);
  if (!findOnPath('apt-get')) throw new SetupError(`missing on this machine: ${names}`, 'There is no apt-get here, so install them yourself. CHROMIUM_PATH may name a Chromium or Chrome that is not on PATH.');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) aptGet(args, names);
  const still = missing.filter((need) => !need.present());
  if (still.length > 0) throw new SetupError(`still missing after apt-get install ${packages.join(' ')}: ${still.map((need) => need.what).join(', ')}`, 'Is another program of that name earlier on PATH?');
  return true;
}

function aptGet(args, names) {
  const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  const elevated = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
  const run = spawnSync(elevated[0], elevated.slice(1), { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status === 0) return;
  throw new SetupError(`missing on this machine: ${names}; \`apt-get ${args.join(' ')}\` failed:\n${run.error?.message ?? ''}${run.stdout ?? ''}${run.stderr ?? ''}`,
    'Run that command yourself, as root or with sudo, then run this again.');
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
