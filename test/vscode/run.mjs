#!/usr/bin/env node
// node test/vscode/run.mjs [--vsix FILE] [--in desktop|server] [--grep TEXT] [--result FILE]
// Runs the suite of test/vscode/suite in real VS Code: desktop VS Code where it can be had, else the VS Code server from npm.
// Only a desktop VS Code that cannot be had leads to the server; a failing test never does.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findDesktop, runInDesktop } from './desktop-run.mjs';
import { runInServer } from './server-run.mjs';

const { values: options } = parseArgs({ options: { vsix: { type: 'string' }, in: { type: 'string' }, grep: { type: 'string' }, result: { type: 'string' } } });

async function main() {
  if (options.in && !['desktop', 'server'].includes(options.in)) throw new Error(`--in ${options.in}: expected desktop or server`);
  const what = { ...options, vsix: options.vsix && path.resolve(options.vsix) };
  const desktop = options.in === 'server' ? { why: 'not asked for' } : await findDesktop();
  if (!desktop.executable && options.in === 'desktop') throw new Error(`no desktop VS Code: ${desktop.why}`);
  if (!desktop.executable) console.log(`no desktop VS Code: ${desktop.why}; running in the VS Code server`);
  const { passed, result } = desktop.executable ? await runInDesktop(desktop.executable, what) : await runInServer(what);
  if (options.result && result) fs.writeFileSync(options.result, JSON.stringify(result));
  return passed ? 0 : 1;
}

// The session's own clean-up is over by then; a handle that the browser's driver left open must not keep the process.
process.exit(await main().catch((error) => { console.error(error); return 1; }));
