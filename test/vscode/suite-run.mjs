// What both ways of running the suite share: the bundled suite, the workspace it works in, and when its result counts as passed.
import { build } from 'esbuild';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { kubernetesTools, root, toolsPackage } from '../../scripts/setup/places.mjs';

export const fixtures = path.join(root, 'test/vscode/fixtures');

/** The environment's PATH with a real Helm on it. */
export const pathWithHelm = `${kubernetesTools[0].dir}${path.delimiter}${process.env.PATH}`;

/**
 * Bundles host.ts and every suite/*.test.ts for the extension host. mocha stays outside: it is found among the test tools.
 * @returns {Promise<string>} the bundle that VS Code has to load
 */
export async function bundleSuite(folder) {
  const sources = path.join(root, 'test/vscode');
  const suites = fs.readdirSync(path.join(sources, 'suite')).filter((name) => name.endsWith('.test.ts'));
  const mocha = createRequire(path.join(toolsPackage, 'package.json')).resolve('mocha');
  await build({
    entryPoints: ['host.ts', ...suites.map((name) => `suite/${name}`)].map((name) => path.join(sources, name)),
    outbase: sources, outdir: folder, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning', external: ['vscode'],
    plugins: [{ name: 'mocha-of-the-test-tools', setup: (b) => { b.onResolve({ filter: /^mocha$/ }, () => ({ path: mocha, external: true })); } }],
  });
  return path.join(folder, 'host.js');
}

/** An extension that does nothing. VS Code runs tests only with an extension under development, also when the tested one is installed. */
export function writeEmptyExtension(dir) {
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ name: 'empty', publisher: 'kubewho-test', version: '0.0.0', engines: { vscode: '*' } }));
}

/** What mocha counted, or undefined when it wrote no result. */
export function readResult(file) {
  try { return JSON.parse(fs.readFileSync(file, 'utf8')); } catch { return undefined; }
}

/** VS Code's exit code alone proves nothing: mocha itself has to have written that tests ran and none failed. */
export function hasPassed(result) {
  return result !== undefined && result.passed > 0 && result.failed === 0;
}
