// `lint --render` of kustomizations, with the real kustomize that is part of kubectl, and with none.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { folderWith, kubewho, only } from './support.ts';

const web = (automount: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: ${automount}
      containers: [{name: web, image: "example.com/web:1"}]
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
`;

const base = (automount: string): Record<string, string> => ({ 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': web(automount) });
const prod = (...lines: string[]): Record<string, string> => ({ 'prod/kustomization.yaml': ['resources: [../base]', 'namespace: prod', ...lines, ''].join('\n') });
/** What only a build tells: a value that comes from another object. */
const replaced = prod('configMapGenerator: [{name: switch, literals: ["mount=true"]}]', 'replacements:', '- source: {kind: ConfigMap, name: switch, fieldPath: data.mount}', '  targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.spec.automountServiceAccountToken]}]');

interface Found { readonly file: string; readonly tier: string; readonly mapping: string; readonly range: { readonly start: { readonly line: number } }; readonly related: readonly { readonly file: string; readonly message: string }[] }

const found = (stdout: string): Found[] => (JSON.parse(stdout) as { findings: Found[] }).findings;
const placesOf = (stdout: string): string[] => found(stdout).map(({ file, tier, mapping, range }) => `${file}:${range.start.line} ${tier} ${mapping}`);

for (const { dir } of kubernetesTools as { dir: string }[]) {
  describe(`with the kustomize in ${dir.slice(dir.lastIndexOf('/') + 1)}`, () => {
    const lint = (cwd: string, ...args: string[]) => kubewho(['lint', ...args, ...only, '--format', 'json'], { cwd, env: { PATH: `${dir}${delimiter}${process.env['PATH']}` } });

    test('a value that only the build tells is judged, at the line of the base that it takes the place of', () => {
      const cwd = folderWith({ ...base('false'), ...replaced });
      assert.deepEqual(placesOf(lint(cwd, '--render', 'never').stdout), []);
      for (const render of ['auto', 'always']) assert.deepEqual(placesOf(lint(cwd, '--render', render).stdout), ['base/web.yaml:11 rendered path'], render);
    });

    test('a variable, in the patch that names it', () => {
      const patch = { 'prod/patch.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      automountServiceAccountToken: true\n      serviceAccountName: $(ACCOUNT)\n' };
      const cwd = folderWith({ ...base('false'), ...patch, ...prod('patches: [{path: patch.yaml}]', 'vars: [{name: ACCOUNT, objref: {apiVersion: v1, kind: ServiceAccount, name: web}}]', 'configurations: [fields.yaml]'), 'prod/fields.yaml': 'varReference: [{path: spec/template/spec/serviceAccountName, kind: Deployment}]\n' });
      assert.deepEqual(placesOf(lint(cwd, '--render', 'never').stdout), []);
      assert.deepEqual(placesOf(lint(cwd, '--render', 'always').stdout), ['prod/patch.yaml:7 rendered exact']);
    });

    test('what is found without a build is shown once, as it is found without', () => {
      const cwd = folderWith({ ...base('true'), ...prod() });
      for (const render of ['never', 'always']) assert.deepEqual(placesOf(lint(cwd, '--render', render).stdout), ['base/web.yaml:11 plain exact'], render);
      const patched = folderWith({ ...base('false'), ...prod('patches:', '- target: {kind: Deployment}', '  patch: |-', '    - op: replace', '      path: /spec/template/spec/automountServiceAccountToken', '      value: true') });
      for (const render of ['never', 'always']) assert.deepEqual(placesOf(lint(patched, '--render', render).stdout), ['prod/kustomization.yaml:8 plain exact'], render);
    });

    test('auto leaves kustomize alone where there is nothing that only it can tell', () => {
      const cwd = folderWith({ ...base('true'), 'prod/kustomization.yaml': 'resources: [../base]\nunheardOf: true\n' });
      assert.deepEqual(['auto', 'always'].map((render) => lint(cwd, '--render', render).stderr === ''), [true, false]);
    });

    test('what one build has of several names it', () => {
      const cwd = folderWith({ ...base('false'), ...replaced, 'test/kustomization.yaml': 'resources: [../base]\nnamespace: test\n' });
      const [finding] = found(lint(cwd, '--render', 'always').stdout);
      assert.deepEqual(finding!.related.filter(({ message }) => message === 'as this kustomization builds it').map(({ file }) => file), ['prod/kustomization.yaml']);
    });

    test('a build that fails says why in the words of kustomize, once; the rest is linted', () => {
      const cwd = folderWith({ ...base('true'), 'prod/kustomization.yaml': 'resources: [../base, nowhere.yaml]\n', 'whole/kustomization.yaml': 'resources: [../prod]\n', 'more/kustomization.yaml': 'resources: [../prod]\n' });
      const { code, stdout, stderr } = lint(cwd, '--render', 'always');
      assert.equal(code, 1);
      assert.match(stderr, /^kubewho: prod\/kustomization\.yaml: skipped \(missing\): nothing is at "prod\/nowhere\.yaml": .*\nkubewho: (?:more|whole): kustomize build: accumulating resources: accumulation err='accumulating resources from 'nowhere.yaml': .*no such file or directory\n$/);
      assert.ok(!stderr.includes(cwd), 'in the words of the workspace');
      assert.deepEqual(placesOf(stdout), placesOf(lint(cwd, '--render', 'never').stdout));
    });

    test('nothing is fetched, which is said once', () => {
      const remote = (name: string) => ({ [`${name}/kustomization.yaml`]: 'resources: [../base, "https://example.com/more.yaml", "github.com/example/more//config?ref=v1"]\n' });
      const { code, stdout, stderr } = lint(folderWith({ ...base('true'), ...remote('prod'), ...remote('test') }), '--render', 'always');
      assert.deepEqual([code, placesOf(stdout)], [1, ['base/web.yaml:11 plain exact']]);
      assert.equal(stderr, 'kubewho: prod: builds on https://example.com/more.yaml, which is not fetched: not built with kustomize; nor are 1 more that build on what is elsewhere\n');
    });

    test('only builds that are reported on are built, and nothing is left behind', () => {
      const cwd = folderWith({ ...base('true'), ...replaced, 'other/kustomization.yaml': 'resources: [nowhere.yaml]\n', 'tmp/.keep': '' });
      mkdirSync(join(cwd, '.git'));
      const { stderr } = kubewho(['lint', 'prod', 'base', '--render', 'always', ...only], { cwd, env: { PATH: `${dir}${delimiter}${process.env['PATH']}`, TMPDIR: join(cwd, 'tmp') } });
      assert.equal(stderr, '');
      assert.deepEqual(readdirSync(join(cwd, 'tmp')), ['.keep']);
      assert.deepEqual(readdirSync(join(cwd, 'prod')), ['kustomization.yaml']);
    });

    test('a fix for what only the build tells is not written where the build would not heed it', () => {
      const cwd = folderWith({ ...base('false'), ...replaced });
      const { stdout } = lint(cwd, '--render', 'always', '--fix=all', '--diff');
      assert.ok(!/^\+.*automount/m.test(stdout), stdout);
    });
  });
}

describe('without kustomize', () => {
  const env = { PATH: '' };

  test('kustomizations are read, and nothing is said of it', () => {
    const { code, stdout, stderr } = kubewho(['lint', ...only, '--format', 'json'], { cwd: folderWith({ ...base('true'), ...prod() }), env });
    assert.deepEqual([code, stderr, placesOf(stdout)], [1, '', ['base/web.yaml:11 plain exact']]);
  });

  test('--render always is wrong usage', () => {
    assert.deepEqual(kubewho(['lint', '--render', 'always'], { cwd: folderWith({ ...base('true'), ...prod() }), env }), { code: 2, stdout: '', stderr: 'kubewho: --render always: neither kustomize nor kubectl on PATH\n' });
  });

  test('--render always asks for none where nothing is built', () => {
    assert.equal(kubewho(['lint', '--render', 'always'], { cwd: folderWith({ 'web.yaml': web('false') }), env }).stderr, '');
  });
});
