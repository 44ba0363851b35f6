// The VS Code server and its web workbench, out of the npm package code-server: real VS Code without a download of the desktop program.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './error.mjs';
import { npm } from './packages.mjs';
import { codeServer, toolsPackage } from './places.mjs';

/**
 * Puts the server into the cache folder, once. Nothing is compiled and no install script runs; test/tools must be installed before.
 * The marker file is written last, so that a run that was cut off is done again.
 * @returns {boolean} whether anything had to be installed
 */
export function installVsCodeServer() {
  if (fs.existsSync(path.join(codeServer.dir, '.complete'))) return false;
  const staging = `${codeServer.dir}.${process.pid}`;
  fs.rmSync(staging, { recursive: true, force: true });
  fs.mkdirSync(staging, { recursive: true });
  try {
    // Two thirds of the package are source maps, and nothing but lib/vscode is used.
    unpack(codeServer, staging, ['--exclude=*.map', 'package/lib/vscode', 'package/package.json', 'package/LICENSE', 'package/ThirdPartyNotices.txt']);
    const server = path.join(staging, 'lib/vscode');
    // The shrinkwrap in the package names no peer dependencies, and a plain `npm ci` refuses it for that.
    npm(['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps'], server);
    bringRipgrep(server);
    fs.writeFileSync(path.join(staging, '.complete'), `${codeServer.spec}\n`);
    fs.rmSync(codeServer.dir, { recursive: true, force: true });
    fs.renameSync(staging, codeServer.dir);
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
  return true;
}

function unpack({ spec, integrity }, dir, members) {
  npm(['pack', spec, '--pack-destination', dir], dir);
  const tarball = path.join(dir, fs.readdirSync(dir).find((name) => name.endsWith('.tgz')));
  const actual = 'sha512-' + createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
  if (actual !== integrity) throw new SetupError(`${spec}: the package is ${actual}, expected ${integrity}`, 'The registry or the npm cache gave another file. Try `npm cache verify`.');
  execFileSync('tar', ['-xzf', tarball, '-C', dir, '--strip-components=1', ...members]);
  fs.rmSync(tarball);
}

/** The server's own @vscode/ripgrep downloads `rg` after its installation; without `rg`, workspace.findFiles and Search fail. */
function bringRipgrep(server) {
  const platform = `@vscode/ripgrep-${process.platform}-${process.arch}/bin`;
  const from = path.join(toolsPackage, 'node_modules', platform);
  if (!fs.existsSync(from)) throw new SetupError(`no ripgrep for ${process.platform}-${process.arch} in test/tools`, 'Run `npm ci` in test/tools without --omit=optional.');
  fs.cpSync(from, path.join(server, 'node_modules/@vscode/ripgrep/bin'), { recursive: true });
}
