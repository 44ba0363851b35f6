#!/usr/bin/env node
// npm's `prepare`: builds the bundles before the package is packed. Prints nothing, because pre-commit reads what `npm pack` prints.
// `npm install -g git+…` (pre-commit's way) runs this in a clone without the build's own packages: npm fetches them with a
// second `npm install` which inherits --global and so puts them elsewhere. They are fetched here then.
import { createRequire } from 'node:module';
import { npm } from './setup/packages.mjs';
import { root } from './setup/places.mjs';

process.chdir(root);
if (!canResolve('esbuild')) npm(['ci', '--no-global', '--include=dev', '--ignore-scripts'], root);
process.argv.push('--quiet');
await import('../esbuild.mjs');

function canResolve(name) {
  try { return Boolean(createRequire(import.meta.url).resolve(name)); } catch { return false; }
}
