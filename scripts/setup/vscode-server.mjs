// The VS Code server and its web workbench, out of the npm package code-server: real VS Code without a download of the desktop program.
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './error.mjs';
import { once, unpack } from './npm-archive.mjs';
import { npm } from './packages.mjs';
import { codeServer, toolsPackage } from './places.mjs';

/**
 * Puts the server into the cache folder, once. Nothing is compiled and no install script runs; test/tools must be installed before.
 * @returns {boolean} whether anything had to be installed
 */
export function installVsCodeServer() {
  return once(codeServer.dir, `${codeServer.spec}\n`, (staging) => {
    // Two thirds of the package are source maps, and nothing but lib/vscode is used.
    unpack(codeServer, staging, ['--exclude=*.map', 'package/lib/vscode', 'package/package.json', 'package/LICENSE', 'package/ThirdPartyNotices.txt']);
    const server = path.join(staging, 'lib/vscode');
    // The shrinkwrap in the package names no peer dependencies, and a plain `npm ci` refuses it for that.
    npm(['ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps'], server);
    bringRipgrep(server);
  });
}

/** The server's own @vscode/ripgrep downloads `rg` after its installation; without `rg`, workspace.findFiles and Search fail. */
function bringRipgrep(server) {
  const platform = `@vscode/ripgrep-${process.platform}-${process.arch}/bin`;
  const from = path.join(toolsPackage, 'node_modules', platform);
  if (!fs.existsSync(from)) throw new SetupError(`no ripgrep for ${process.platform}-${process.arch} in test/tools`, 'Run `npm ci` in test/tools without --omit=optional.');
  fs.cpSync(from, path.join(server, 'node_modules/@vscode/ripgrep/bin'), { recursive: true });
}
