// pre-commit, for real: it clones this repository, installs kubewho through npm and runs the hooks of .pre-commit-hooks.yaml.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { badManifest, goodManifest, preCommit, root, run, runOk, temporaryFolder, writeFiles } from './support.ts';

describe('the pre-commit hook', () => {
  const folder = temporaryFolder();
  const hooks = join(folder, 'hooks');
  const project = join(folder, 'project');
  // pre-commit keeps its environments here, and not in the home of whoever runs the tests.
  const env = { PRE_COMMIT_HOME: join(folder, 'cache'), GIT_CONFIG_GLOBAL: '/dev/null' };
  const git = (cwd: string, ...args: string[]) => runOk('git', ['-c', 'user.name=kubewho', '-c', 'user.email=kubewho@example.invalid', '-c', 'commit.gpgSign=false', ...args], { cwd, env });

  /** Runs a hook over the given files, staged as a commit would have them. */
  function runHook(id: string, files: Record<string, string>) {
    writeFiles(project, files);
    git(project, 'add', '--all');
    return run(preCommit, ['run', id, '--color', 'never', '--files', ...Object.keys(files)], { cwd: project, env });
  }

  before(() => {
    const rev = commitWorkingTree();
    writeFiles(project, { '.pre-commit-config.yaml': [
      'default_language_version: {node: system}',
      'repos:',
      `  - repo: file://${hooks}`,
      `    rev: ${rev}`,
      '    hooks:',
      '      - id: kubewho',
      '      - id: kubewho-fix',
      '      - id: kubewho-changes',
      '',
    ].join('\n') });
    git(project, 'init', '--quiet');
    git(project, 'add', '--all');
    runOk(preCommit, ['install-hooks'], { cwd: project, env });
  });

  /** A repository that holds the files as they are now, so that the hook under test is the code beside this test. */
  function commitWorkingTree(): string {
    const files = runOk('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root }).split('\0').filter(Boolean);
    for (const file of files) if (existsSync(join(root, file)) && statSync(join(root, file)).isFile()) cpSync(join(root, file), join(hooks, file));
    git(hooks, 'init', '--quiet');
    git(hooks, 'add', '--all', '--force');
    git(hooks, 'commit', '--quiet', '--message', 'kubewho');
    return git(hooks, 'rev-parse', 'HEAD').trim();
  }

  it('installs kubewho and no other package', () => {
    const [clone] = readdirSync(env.PRE_COMMIT_HOME).filter((name) => name.startsWith('repo'));
    assert.deepEqual(readdirSync(join(env.PRE_COMMIT_HOME, clone ?? '', 'node_env-system/lib/node_modules')), ['kubewho']);
  });

  it('fails on a bad manifest and shows the finding', () => {
    const { code, stdout } = runHook('kubewho', { 'deploy/ledger.yaml': badManifest });
    assert.equal(code, 1, stdout);
    assert.match(stdout, /kubewho\.+Failed/);
    assert.match(stdout, /automounted-token/);
    assert.match(stdout, /deploy\/ledger\.yaml/);
  });

  it('passes on a good manifest, and on JSON that is none', () => {
    const { code, stdout } = runHook('kubewho', { 'deploy/ledger.yaml': goodManifest, 'settings.json': '{"colour": "blue"}\n' });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /kubewho\.+Passed/);
  });

  it('is one process for many files, so that what spans them is seen', () => {
    const files = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`many/${i}.yaml`, goodManifest.replaceAll('ledger', `ledger-${i}`)]));
    const { code, stdout } = runHook('kubewho', { ...files, 'many/other.yaml': badManifest });
    assert.equal(code, 1, stdout);
    assert.equal(stdout.match(/^\d+ findings? \(/gm)?.length, 1, `one summary in: ${stdout}`);
  });

  it('applies a fix where it is safe: the files are said to be all there is', () => {
    const { code, stdout } = runHook('kubewho-fix', { 'kubewho.yaml': 'scopes:\n  - {name: all, paths: [deploy], complete: true}\n', 'deploy/ledger.yaml': badManifest });
    assert.equal(code, 1, stdout);
    assert.match(stdout, /files were modified by this hook/);
    assert.equal(readFileSync(join(project, 'deploy/ledger.yaml'), 'utf8'), goodManifest);
  });

  it('finds what a commit brings in files that it does not touch', () => {
    const chart = {
      'hello/Chart.yaml': 'apiVersion: v2\nname: hello\nversion: 1.0.0\n', 'hello/values.yaml': 'mount: false\n',
      'hello/templates/ledger.yaml': badManifest.replace(/^( *)containers:/m, '$1automountServiceAccountToken: {{ .Values.mount }}\n$1containers:'),
    };
    writeFiles(project, chart);
    git(project, 'add', '--all');
    git(project, 'commit', '--quiet', '--no-verify', '--message', 'a chart');
    const brings = (values: string) => runHook('kubewho-changes', { 'hello/values.yaml': values });
    assert.match(brings('mount: false # as it was\n').stdout, /Passed/);
    const { code, stdout } = brings('mount: true\n');
    assert.equal(code, 1, stdout);
    assert.match(stdout, /hello\/templates\/ledger\.yaml/);
  });
});
