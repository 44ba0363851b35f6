import { build, context } from 'esbuild';

// One bundle a door into the house: the VS Code extension, its server, the command line, the server for a web worker.
const quiet = process.argv.includes('--quiet');
const shared = { bundle: true, minify: false, sourcemap: false, target: 'es2022', legalComments: 'linked', logLevel: quiet ? 'error' : 'info', metafile: true };
const node = { ...shared, platform: 'node', format: 'cjs', target: 'node20' };
const bundles = [
  { ...node, entryPoints: ['client/extension.ts'], outfile: 'dist/extension.js', external: ['vscode'] },
  { ...node, entryPoints: ['server/main.ts'], outfile: 'dist/server.js' },
  { ...node, entryPoints: ['cli/bin.ts'], outfile: 'dist/cli.js', banner: { js: '#!/usr/bin/env node' } },
  { ...shared, platform: 'browser', format: 'iife', entryPoints: ['server/browser.ts'], outfile: 'dist/server.browser.js' },
];

if (process.argv.includes('--watch')) for (const bundle of bundles) await (await context(bundle)).watch();
else await Promise.all(bundles.map((bundle) => build(bundle)));
