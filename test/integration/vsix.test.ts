// The packaged extension: what is in it, and that it is small.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { root, runOk, temporaryFolder, vsce } from './support.ts';

const LIMIT_MB = 2;
const filesIn = (dir: string) => (existsSync(join(root, dir)) ? readdirSync(join(root, dir)) : []);

describe('the .vsix', () => {
  const vsix = join(temporaryFolder(), 'kubewho.vsix');

  before(() => {
    runOk(vsce, ['package', '--no-dependencies', '--out', vsix], { cwd: root });
  });

  it('holds the two bundles, what package.json contributes and the papers, nothing else', () => {
    const files = runOk('python3', ['-m', 'zipfile', '-l', vsix], { cwd: root }).trim().split('\n').slice(1).map((line) => line.split(/\s+/)[0]);
    const listed = (dir: string, ending: string) => filesIn(dir).filter((name) => name.endsWith(ending)).map((name) => `extension/${dir}/${name}`);
    assert.deepEqual(files.sort(), [
      '[Content_Types].xml', 'extension.vsixmanifest',
      'extension/LICENSE.txt', 'extension/changelog.md', 'extension/package.json', 'extension/readme.md',
      'extension/dist/extension.js', 'extension/dist/server.js',
      ...listed('dist', '.LEGAL.txt'), ...listed('schemas', '.json'), ...listed('syntaxes', '.json'),
    ].sort());
  });

  it('holds every file that package.json names', () => {
    const files = new Set(runOk('python3', ['-m', 'zipfile', '-l', vsix], { cwd: root }).split('\n').map((line) => line.split(/\s+/)[0]));
    const named = JSON.stringify(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).match(/"\.\/[^"*]+\.[a-z]+"/g) ?? [];
    assert.ok(named.length > 0);
    for (const name of named.map((quoted) => quoted.slice(3, -1))) assert.ok(files.has(`extension/${name}`), `${name} is in the package`);
  });

  it(`is smaller than ${LIMIT_MB} MB`, () => {
    assert.ok(statSync(vsix).size < LIMIT_MB * 1e6, `${statSync(vsix).size} bytes`);
  });
});
