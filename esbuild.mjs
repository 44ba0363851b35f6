import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { build, context } from 'esbuild';
import { licencesOf } from './scripts/licences.mjs';
import { compileSchemas } from './scripts/compile-schemas.mjs';

// One bundle a door into the house: the VS Code extension, its server, the command line, the server for a web worker.
const quiet = process.argv.includes('--quiet');
const shared = { bundle: true, minify: false, sourcemap: false, target: 'es2022', legalComments: 'linked', logLevel: quiet ? 'error' : 'info', metafile: true };
const node = { ...shared, platform: 'node', format: 'cjs', target: 'node20' };

/** The command line loads the language server and the rules' documentation only when asked for them: they stay in files of their own. */
const beside = {
  name: 'beside',
  setup(bundle) {
    bundle.onResolve({ filter: /\/server\/main\.ts$/ }, () => ({ path: './server.js', external: true }));
    bundle.onResolve({ filter: /^kubewho:docs$/ }, () => ({ path: './docs.js', external: true }));
    bundle.onEnd(() => {
      mkdirSync('dist', { recursive: true });
      writeFileSync('dist/docs.js', `module.exports = ${JSON.stringify(documentation(), null, 1)};\n`);
    });
  },
};

/** The README of every rule, by rule id. */
function documentation() {
  return Object.fromEntries(readdirSync('rules', { recursive: true }).filter((path) => basename(path) === 'README.md' && dirname(dirname(path)) !== '.').sort().map((path) => [basename(dirname(path)), readFileSync(`rules/${path}`, 'utf8')]));
}

const bundles = [
  { ...node, entryPoints: ['client/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] },
  { ...node, entryPoints: ['server/main.ts'], outfile: 'dist/server.js' },
  { ...node, entryPoints: ['cli/bin.ts'], outfile: 'dist/cli.js', plugins: [beside], banner: { js: '#!/usr/bin/env node' } },
  { ...shared, platform: 'browser', format: 'iife', entryPoints: ['server/browser.ts'], outfile: 'dist/server.browser.js' },
];

await compileSchemas();
if (process.argv.includes('--watch')) for (const bundle of bundles) await (await context(bundle)).watch();
else {
  const built = await Promise.all(bundles.map((bundle) => build(bundle)));
  writeFileSync('dist/licences.LEGAL.txt', licencesOf(built.map((result) => result.metafile)));
}
