// The npm package, packed and installed as someone else would get it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { badManifest, goodManifest, root, run, runOk, temporaryFolder, writeFiles } from './support.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the npm package', () => {
  const folder = temporaryFolder();
  const command = join(folder, 'node_modules/.bin/kubewho');
  let packed = '';

  before(() => {
    writeFiles(folder, { 'package.json': '{"private": true}\n' });
    packed = runOk('npm', ['pack', '--pack-destination', folder], { cwd: root });
    // Without a network: a dependency that would have to be downloaded fails here.
    runOk('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, packed.trim())], { cwd: folder });
    writeFiles(folder, { 'bad.yaml': badManifest, 'good/good.yaml': goodManifest });
  });

  it('is packed without a word on standard output but its name, which pre-commit reads', () => {
    assert.equal(packed, `kubewho-${manifest.version}.tgz\n`);
  });

  it('holds the command with what it loads on demand, the schemas and the papers, nothing else', () => {
    const files = runOk('tar', ['-tzf', packed.trim()], { cwd: folder }).trim().split('\n').map((name) => name.replace(/^package\//, '')).sort();
    const schemas = readdirSync(join(root, 'schemas')).map((name) => `schemas/${name}`);
    const legal = readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.LEGAL.txt')).map((name) => `dist/${name}`);
    assert.deepEqual(files, ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/cli.js', 'dist/docs.js', 'dist/server.js', 'package.json', ...schemas, ...legal].sort());
  });

  it('brings no other package along', () => {
    assert.deepEqual(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['kubewho']);
  });

  it('says its version', () => {
    assert.equal(runOk(command, ['--version'], { cwd: folder }), `${manifest.version}\n`);
  });

  it('finds a fault and exits with 1', () => {
    const { code, stdout } = run(command, ['lint', '--format', 'json', 'bad.yaml'], { cwd: folder });
    assert.equal(code, 1);
    const finding = JSON.parse(stdout).findings.find((one: { rule: string }) => one.rule === 'automounted-token');
    assert.equal(finding.file, 'bad.yaml');
    assert.equal(finding.range.start.line, badManifest.slice(0, badManifest.indexOf('automount')).split('\n').length);
  });

  it('finds nothing in a manifest without the fault and exits with 0', () => {
    const { code, stdout } = run(command, ['lint', '--format', 'json', 'good'], { cwd: folder });
    assert.deepEqual(JSON.parse(stdout).findings, []);
    assert.equal(code, 0);
  });
});
