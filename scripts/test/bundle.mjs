// Tests in TypeScript, bundled for a run of many: compiling every module once instead of once a process saves a third of the time.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../setup/places.mjs';

/**
 * Bundles test files into a new folder below `out/`, where they find the same node_modules.
 * @param {string[]} files paths from the root
 * @returns {Promise<{folder: string, files: string[]}>} the folder, to be removed after the run, and the bundles in the order of `files`
 */
export async function bundleTests(files) {
  // Only now: the test command loads this file before it has installed anything.
  const { build } = await import('esbuild');
  fs.mkdirSync(path.join(root, 'out'), { recursive: true });
  const folder = fs.mkdtempSync(path.join(root, 'out', 'tests-'));
  await build({
    absWorkingDir: root, entryPoints: files, outbase: root, outdir: folder, outExtension: { '.js': '.mjs' }, logLevel: 'error',
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', sourcemap: 'linked', plugins: [ownPlaces],
  });
  return { folder, files: files.map((file) => path.join(folder, file.replace(/\.ts$/, '.mjs'))) };
}

/** The path from the root of the test file that a bundle was made of; other files as they are. */
export function testFileOf(file) {
  return path.relative(root, file).replace(/^out\/tests-[^/]+\/(.*)\.mjs$/, '$1.ts');
}

/** A test looks for its files beside itself, not beside its bundle. */
const ownPlaces = {
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: new RegExp(`^${root.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}/test/.*\\.ts$`) }, ({ path: file }) => ({
      loader: 'ts',
      contents: fs.readFileSync(file, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file))),
    }));
  },
};
