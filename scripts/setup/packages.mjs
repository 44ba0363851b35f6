// npm packages of one folder: installed when what is there differs from the lock file.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './error.mjs';

/**
 * Installs a folder's packages as its package-lock.json says, unless they are all there already.
 * No package's install script is run: nothing that is used needs one, and some of them download from elsewhere.
 * @returns {boolean} whether anything had to be installed
 */
export function installPackages(dir) {
  if (isInstalled(dir)) return false;
  npm(['ci', '--ignore-scripts'], dir);
  return true;
}

/** Whether node_modules holds every package of the lock file in the locked version (npm's own record of it is compared). */
export function isInstalled(dir) {
  const wanted = readPackages(path.join(dir, 'package-lock.json'));
  const present = readPackages(path.join(dir, 'node_modules/.package-lock.json'));
  return Boolean(wanted && present) && Object.entries(wanted).every(([where, { version, optional }]) =>
    where === '' || (present[where] ? present[where].version === version && fs.existsSync(path.join(dir, where)) : optional));
}

function readPackages(file) {
  try { return JSON.parse(fs.readFileSync(file, 'utf8')).packages; } catch { return undefined; }
}

/** Runs npm and returns its standard output; warnings that npm gives about its own settings are left out. */
export function npm(args, cwd) {
  const run = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error) throw new SetupError(`npm could not be started: ${run.error.message}`, 'Install Node.js 20 or newer together with npm.');
  if (run.status !== 0) {
    throw new SetupError(`npm ${args.join(' ')} failed in ${cwd} (exit ${run.status}):\n${run.stdout}${run.stderr}`,
      'Read npm\'s message above. Without a network, npm can only use what its cache holds.');
  }
  return run.stdout;
}
