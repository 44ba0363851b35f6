// What `lint` says of the charts that a chart depends on: those that nobody has fetched, and archives that it cannot read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { folderWith, kubewho, only, read, write } from './support.ts';

const about = (name: string, more = ''): string => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`;
const common = 'dependencies: [{name: common, version: 1.0.0, repository: "file://../common", condition: common.enabled}]\n';
const app = { 'app/Chart.yaml': about('app', common), 'app/values.yaml': 'common: {enabled: false}\n', 'app/templates/web.yaml': '{{ include "common.web" . }}\n' };
const absent = 'kubewho: app/Chart.yaml: dependency "common" is not under charts/: templates that need it are not judged; run helm dependency build\n';
const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n';

const lint = (cwd: string, ...args: string[]) => kubewho(['lint', '--render', 'never', ...only, ...args], { cwd });

/** Packs a chart into the `charts/` of another, as `helm package` does. */
function pack(cwd: string, archive: string, files: Readonly<Record<string, string>>, ...flags: string[]): void {
  write(cwd, Object.fromEntries(Object.entries(files).map(([path, text]) => [`.packed/common/${path}`, text])));
  mkdirSync(join(cwd, 'app/charts'), { recursive: true });
  execFileSync('tar', ['-czf', join(cwd, archive), ...flags, '-C', join(cwd, '.packed'), 'common']);
  rmSync(join(cwd, '.packed'), { recursive: true });
}

describe('a dependency that is not under charts/', () => {
  test('is said once a chart, whatever switches it off', () => {
    assert.deepEqual(lint(folderWith(app)), { code: 0, stdout: lint(folderWith(app)).stdout, stderr: absent });
    assert.equal(lint(folderWith(app), '--quiet').stderr, '');
    const two = { ...app, 'app/Chart.yaml': about('app', 'dependencies: [{name: common, version: 1.x}, {name: redis, version: 1.x}]\n') };
    assert.match(lint(folderWith(two)).stderr, /^kubewho: app\/Chart\.yaml: dependencies "common", "redis" are not under charts\/: .* run helm dependency build\n$/);
  });

  test('of a requirements.yaml too', () => {
    assert.equal(lint(folderWith({ ...app, 'app/Chart.yaml': 'apiVersion: v1\nname: app\nversion: 1.0.0\n', 'app/requirements.yaml': common })).stderr, absent);
  });

  test('is no matter where it is there: as a folder of any name, or as an archive', () => {
    assert.equal(lint(folderWith({ ...app, 'app/charts/shared/Chart.yaml': about('common') })).stderr, '');
    const cwd = folderWith(app);
    pack(cwd, 'app/charts/common-1.0.0.tgz', { 'Chart.yaml': about('common') });
    assert.equal(lint(cwd).stderr, '');
  });

  test('is said of a folder that an ignore file keeps from being read', () => {
    const cwd = folderWith({ ...app, 'app/charts/common/Chart.yaml': about('common'), 'app/.gitignore': 'charts/\n', '.git/HEAD': '' });
    assert.match(lint(cwd).stderr, /^kubewho: app\/Chart\.yaml: dependency "common" is under charts\/ and not among the files read/);
  });

  test('is not said of charts that are not reported on', () => {
    assert.equal(lint(folderWith({ ...app, 'web.yaml': account, 'kubewho.yaml': '' }), 'web.yaml').stderr, '');
  });

  test('is said with the answers to questions', () => {
    assert.match(kubewho(['inventory'], { cwd: folderWith(app) }).stdout, /note: app\/Chart\.yaml: dependency "common" is not under charts\//);
  });

  for (const { dir } of kubernetesTools as { dir: string }[]) {
    test(`is not said again where Helm says it (${dir.slice(dir.lastIndexOf('/') + 1)})`, () => {
      const { stderr } = kubewho(['lint', ...only], { cwd: folderWith(app), env: { PATH: `${dir}${delimiter}${process.env['PATH']}` } });
      assert.match(stderr, /^kubewho: app: helm template: .*missing in charts\/ directory: common\n$/);
    });
  }
});

describe('an archive under charts/', () => {
  const skipped = 'kubewho: app/charts/common-1.0.0.tgz: skipped (unreadable): ';

  test('that is none comes with advice for archives, and is no missing dependency', () => {
    assert.equal(lint(folderWith({ ...app, 'app/charts/common-1.0.0.tgz': 'no archive' })).stderr.replace(/: not a chart that can be unpacked: [^;]*/, ': WHY'), `${skipped}WHY; unpack it under charts/, or run \`helm dependency build\`\n`);
  });

  test('that Helm refuses for a path in it is skipped, and nothing of it is installed', () => {
    const cwd = folderWith({ ...app, 'app/templates/web.yaml': account });
    pack(cwd, 'app/charts/common-1.0.0.tgz', { 'Chart.yaml': about('common'), 'x.yaml': account }, '--absolute-names', '--transform=s,common/x.yaml,common/../../x.yaml,');
    assert.match(lint(cwd).stderr, /^kubewho: app\/charts\/common-1\.0\.0\.tgz: skipped \(unreadable\): .*a path that leads out of it; unpack it/);
    assert.equal(lint(cwd, '--strict').code, 1);
  });

  test('that is a link is followed inside of the workspace only', { skip: process.platform === 'win32' }, () => {
    const cwd = folderWith({ 'repo/kubewho.yaml': '' });
    const repo = join(cwd, 'repo');
    write(repo, app);
    pack(repo, 'common.tgz', { 'Chart.yaml': about('common') });
    symlinkSync('../../common.tgz', join(repo, 'app/charts/common-1.0.0.tgz'));
    assert.equal(lint(repo).stderr, '');
    rmSync(join(repo, 'app/charts/common-1.0.0.tgz'));
    write(cwd, { 'elsewhere.tgz': read(repo, 'common.tgz') });
    symlinkSync('../../../elsewhere.tgz', join(repo, 'app/charts/common-1.0.0.tgz'));
    assert.match(lint(repo).stderr, /^kubewho: app\/charts\/common-1\.0\.0\.tgz: skipped \(unreadable\): a link that leads to no file of the workspace; unpack it/);
  });

  test('that is a folder is refused by Helm: it is not installed', () => {
    const cwd = folderWith({ ...app, 'app/charts/common-1.0.0.tgz/Chart.yaml': about('common'), 'app/charts/common-1.0.0.tgz/templates/_web.tpl': `{{ define "common.web" }}${account}{{ end }}` });
    assert.equal(lint(cwd).stderr, `${skipped}a folder that is called as an archive, which Helm refuses; rename it\n`);
  });

  test('named by itself is not read, and how to review it is said', () => {
    const cwd = folderWith(app);
    pack(cwd, 'common-1.0.0.tgz', { 'Chart.yaml': about('common') });
    const { code, stderr } = lint(cwd, 'common-1.0.0.tgz');
    assert.equal(code, 0);
    assert.match(stderr, /^kubewho: common-1\.0\.0\.tgz: skipped \(unreadable\): an archive is not read by itself: unpack it and lint the folder, or pipe `helm template ARCHIVE \| kubewho lint -`\n/);
    assert.equal(lint(cwd, '--strict', 'common-1.0.0.tgz').code, 1);
  });
});

describe('--strict', () => {
  const chart = { 'app/Chart.yaml': about('app'), 'app/templates/web.yaml': account };
  const application = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n  source: {repoURL: https://git.example/shop, path: app, helm: {valueFiles: [values-nope.yaml]}}\n';

  test('counts values files that are not there, also where --quiet says nothing of them', () => {
    const missing: Record<string, string>[] = [{ 'argo.yaml': application }, { 'kubewho.yaml': 'profiles: [{name: prod, values: [values-nope.yaml]}]\n' }];
    for (const files of missing) {
      const cwd = folderWith({ ...chart, ...files });
      assert.deepEqual([lint(cwd).code, lint(cwd, '--strict').code, lint(cwd, '--strict', '--quiet').code], [0, 1, 1], JSON.stringify(files));
    }
    assert.equal(lint(folderWith({ ...chart, 'argo.yaml': application, 'app/values-nope.yaml': '' }), '--strict').code, 0);
  });
});
