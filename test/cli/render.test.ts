// `lint --render` and `--helm-chart`, with the real Helm 3 and Helm 4 and with none.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { folderWith, kubewho, only } from './support.ts';

const web = (automount: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: ${automount}
      containers: [{name: web, image: "example.com/web:1"}]
`;

/** A chart in a folder of its own name, whose values decide whether the token is mounted. */
const chart = (name: string, files: Readonly<Record<string, string>> = {}): Record<string, string> => Object.fromEntries(Object.entries({
  'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
  'values.yaml': 'automount: true\n',
  'values-quiet.yaml': 'automount: false\n',
  'templates/web.yaml': web('{{ .Values.automount }}'),
  ...files,
}).map(([path, text]) => [`${name}/${path}`, text]));

/** What only Helm's output shows: a value that nobody can tell before. */
const drawn = { 'templates/web.yaml': web('{{ eq (len (randAlphaNum 5)) 5 }}') };
const broken = { 'templates/port.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: port}\ndata: {port: {{ required "a port is needed" .Values.port }}}\n' };
const profiles = (...lines: string[]): string => `profiles:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

interface Found { readonly file: string; readonly tier: string; readonly line: number; readonly message: string }

function found(stdout: string): Found[] {
  const { findings } = JSON.parse(stdout) as { findings: (Found & { range: { start: { line: number } } })[] };
  return findings.map(({ file, tier, message, range }) => ({ file, tier, line: range.start.line, message }));
}

const placesOf = (stdout: string): string[] => found(stdout).map(({ file, line, tier }) => `${file}:${line} ${tier}`);

const helms = (kubernetesTools as { dir: string }[]).map(({ dir }) => dir);
assert.equal(helms.length, 2);

for (const dir of helms) {
  const env = { PATH: `${dir}${delimiter}${process.env['PATH']}` };
  const helm = (cwd: string, ...args: string[]): string => execFileSync(join(dir, 'helm'), ['template', 'some-release', ...args], { cwd, encoding: 'utf8' });
  const version = execFileSync(join(dir, 'helm'), ['version', '--template', '{{ .Version }}'], { encoding: 'utf8' });

  describe(`with Helm ${version}`, () => {
    const lint = (cwd: string, ...args: string[]) => kubewho(['lint', ...args, ...only, '--format', 'json'], { cwd, env });

    test('what Helm writes and what the values say is one finding, on the template', () => {
      const cwd = folderWith(chart('web'));
      for (const render of ['auto', 'always', 'never']) assert.deepEqual(placesOf(lint(cwd, '--render', render).stdout), ['web/templates/web.yaml:11 masked'], render);
    });

    test('what only Helm tells is found with it, and not without', () => {
      const cwd = folderWith(chart('web', drawn));
      for (const render of ['auto', 'always']) assert.deepEqual(placesOf(lint(cwd, '--render', render).stdout), ['web/templates/web.yaml:11 rendered'], render);
      assert.deepEqual(placesOf(lint(cwd, '--render', 'never').stdout), []);
    });

    test('nothing is fetched: values that a schema of the network is to check go unchecked', () => {
      const cwd = folderWith(chart('web', { ...drawn, 'values.schema.json': '{"$ref": "https://example.com/values.json"}' }));
      const { stdout, stderr, code } = lint(cwd, '--render', 'always', '--strict');
      assert.deepEqual(placesOf(stdout), ['web/templates/web.yaml:11 rendered']);
      assert.equal(code, 1, stderr);
      assert.doesNotMatch(stderr, /does not render/);
    });

    test('an account in no namespace and its binding in the release’s are joined, whatever the release’s is called', () => {
      const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: "{{ .Release.Name }}-api"}\n---\n';
      const workload = web('true').replace('  namespace: shop\n', '').replace('    spec:\n', '    spec:\n      serviceAccountName: {{ .Release.Name }}-api\n');
      const binding = '---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: api}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects:\n  - kind: ServiceAccount\n    name: {{ .Release.Name }}-api\n    namespace: {{ .Release.Namespace }}\n';
      const cwd = folderWith(chart('web', { 'templates/web.yaml': account + workload + binding }));
      for (const render of ['auto', 'never']) assert.deepEqual(placesOf(lint(cwd, '--render', render).stdout), [], `the token is needed, --render ${render}`);
      for (const release of [[], ['--namespace', 'shop']]) {
        const output = helm(cwd, 'web', ...release);
        const piped = (stdin: string): string[] => placesOf(kubewho(['lint', '-', '--helm-chart', 'web', ...only, '--format', 'json'], { cwd, env, stdin }).stdout);
        assert.deepEqual(piped(output), [], `the token is needed, helm template ${release.join(' ')}`);
        assert.deepEqual(piped(output.split('---\n').filter((text) => !text.includes('ClusterRoleBinding')).join('---\n')), ['web/templates/web.yaml:15 rendered'], 'but for the binding');
      }
    });

    test('what --fix writes is rendered again: what is fixed is not reported', () => {
      const named = web('true').replace('      automountServiceAccountToken: true\n', '      serviceAccountName: {{ trunc (len (randAlphaNum 7)) "default" }}\n');
      const cwd = folderWith(chart('web', { 'templates/web.yaml': named }));
      assert.deepEqual(placesOf(lint(cwd).stdout), ['web/templates/web.yaml:11 rendered']);
      const { code, stdout } = lint(cwd, '--fix=all');
      assert.deepEqual(placesOf(stdout), []);
      assert.equal(code, 0);
      assert.equal(readFileSync(join(cwd, 'web/templates/web.yaml'), 'utf8'), named.replace('"default" }}\n', '"default" }}\n      automountServiceAccountToken: false\n'));
    });

    test('a library is not given to Helm, which installs none', () => {
      const cwd = folderWith(chart('shared', { 'Chart.yaml': 'apiVersion: v2\nname: shared\nversion: 1.0.0\ntype: library\n' }));
      assert.equal(lint(cwd, '--render', 'always').stderr, '');
    });

    test('a chart that does not render: Helm’s words, once, and what is found without it', () => {
      const cwd = folderWith({ ...chart('web', broken), 'kubewho.yaml': profiles('{name: quiet, values: [values-quiet.yaml]}') });
      for (const render of ['auto', 'always']) {
        const { code, stdout, stderr } = lint(cwd, 'web', '--render', render);
        assert.equal(code, 1);
        assert.deepEqual(placesOf(stdout), ['web/templates/web.yaml:11 masked']);
        assert.match(stderr, /^kubewho: web: helm template: .*a port is needed\n$/, 'and not again for the profile');
      }
      assert.equal(lint(cwd, 'web', '--render', 'never').stderr, '');
      assert.deepEqual(['auto', 'always'].map((render) => lint(cwd, 'web', '--render', render, '--strict', '--fail-on', 'never').code), [0, 1], 'with --strict, always means that it has to render');
    });

    test('a profile with which a chart does not render is named', () => {
      const cwd = folderWith({ ...chart('web', { ...broken, 'values.yaml': 'automount: true\nport: 80\n', 'values-none.yaml': 'port: null\n' }), 'kubewho.yaml': profiles('{name: none, values: [values-none.yaml]}') });
      const { stdout, stderr } = lint(cwd);
      assert.deepEqual(placesOf(stdout), ['web/templates/web.yaml:11 masked']);
      assert.match(stderr, /^kubewho: web \(profile none\): helm template: .*a port is needed\n$/);
    });

    test('profiles: one more reading each, and a finding says which profile alone has it', () => {
      const cwd = folderWith({ ...chart('web', { 'values.yaml': 'automount: false\n', 'values-loud.yaml': 'automount: true\n' }), 'kubewho.yaml': profiles('{name: quiet, values: [values-quiet.yaml]}', '{name: loud, chart: web, values: [values-loud.yaml]}') });
      for (const render of ['auto', 'always', 'never']) {
        const { code, stdout } = lint(cwd, '--render', render);
        assert.equal(code, 1);
        assert.deepEqual(placesOf(stdout), ['web/templates/web.yaml:11 masked'], render);
        assert.match(found(stdout)[0]!.message, /\(only with profile loud\)$/, render);
      }
    });

    test('values that an Argo CD Application holds are not Helm’s to know: what it installs is judged without it, once', () => {
      const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source: {repoURL: "https://git.example.com/estate.git", path: web, helm: {valuesObject: {automount: true}}}
  destination: {namespace: shop}
`;
      const cwd = folderWith({ ...chart('web', { 'values.yaml': 'automount: false\n' }), 'apps/web.yaml': application });
      for (const render of ['auto', 'never']) {
        const { stdout } = lint(cwd, '--render', render);
        assert.deepEqual(placesOf(stdout), ['web/templates/web.yaml:11 masked'], render);
        assert.match(found(stdout)[0]!.message, /\(only with [^,]*Application[^,]*\)$/);
      }
    });

    test('an Argo CD Application with a values file that is not there is not judged, and that is said', () => {
      const application = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source: {repoURL: "https://git.example.com/estate.git", path: web, helm: {valueFiles: [values-nope.yaml]}}\n';
      const { code, stderr } = lint(folderWith({ ...chart('web', { 'values.yaml': 'automount: false\n' }), 'apps/web.yaml': application }));
      assert.deepEqual([code, stderr], [0, 'kubewho: apps/web.yaml: Application web: the values file "web/values-nope.yaml" is not among the files read; what is installed with it is not judged\n']);
    });

    test('its output on standard input is reported on the lines of the chart', () => {
      const cwd = folderWith({ ...chart('web'), ...chart('drawn', drawn) });
      const piped = (name: string, ...values: string[]) => kubewho(['lint', '-', '--helm-chart', name, ...only, '--format', 'json'], { cwd, env, stdin: helm(cwd, name, ...values) });
      assert.deepEqual(placesOf(piped('web').stdout), ['web/templates/web.yaml:11 rendered']);
      assert.deepEqual(placesOf(piped('drawn').stdout), ['drawn/templates/web.yaml:11 rendered']);
      const quiet = piped('web', '--values', 'web/values-quiet.yaml');
      assert.deepEqual([quiet.code, placesOf(quiet.stdout)], [0, []], 'the output counts, not the values of the chart');
    });

    test('without --helm-chart, its output stands alone', () => {
      const cwd = folderWith(chart('web'));
      const { stdout } = kubewho(['lint', '-', ...only, '--format', 'json'], { cwd, env, stdin: helm(cwd, 'web') });
      assert.deepEqual(placesOf(stdout), ['<stdin>:13 plain']);
    });
  });
}

describe('a values file of a profile that is not there', () => {
  const cwd = folderWith({ ...chart('web'), 'kubewho.yaml': profiles('{name: prod, chart: web, values: [values-prod.yaml]}') });
  for (const path of [[], helms[0]!]) {
    test(`is a fault of the configuration, said once, ${path.length > 0 ? 'with' : 'without'} Helm; the rest is linted`, () => {
      const { code, stdout, stderr } = kubewho(['lint', ...only, '--format', 'json'], { cwd, env: { PATH: `${path}${delimiter}` } });
      assert.equal(code, 2);
      assert.equal(stderr, 'kubewho: kubewho.yaml:2:39: profiles: the values file "web/values-prod.yaml" is not there; correct the path or take it out\n');
      assert.deepEqual(placesOf(stdout), ['web/templates/web.yaml:11 masked']);
    });
  }

  test('is none where the profile is for every chart that has the file', () => {
    const open = folderWith({ ...chart('web'), 'kubewho.yaml': profiles('{name: prod, values: [values-prod.yaml]}') });
    const { code, stderr } = kubewho(['lint', ...only, '--render', 'never'], { cwd: open });
    assert.deepEqual([code, stderr], [1, 'kubewho: kubewho.yaml:2:12: profiles: no chart has the values files of "prod"\n'], 'a note only');
  });
});

describe('without Helm', () => {
  const cwd = folderWith(chart('web'));
  const env = { PATH: '' };

  test('charts are read with their values, and nothing is said of it', () => {
    const { code, stdout, stderr } = kubewho(['lint', ...only, '--format', 'json'], { cwd, env });
    assert.deepEqual([code, stderr, placesOf(stdout)], [1, '', ['web/templates/web.yaml:11 masked']]);
  });

  test('--render always is wrong usage', () => {
    assert.deepEqual(kubewho(['lint', '--render', 'always'], { cwd, env }), { code: 2, stdout: '', stderr: 'kubewho: --render always: no helm on PATH\n' });
  });

  test('--render always asks for none where there is no chart', () => {
    assert.equal(kubewho(['lint', '--render', 'always'], { cwd: folderWith({ 'web.yaml': web('false') }), env }).stderr, '');
  });
});

describe('--helm-chart', () => {
  const cwd = folderWith(chart('web'));
  const usage = (...args: string[]) => kubewho(['lint', ...args], { cwd, stdin: web('true') });

  test('wants a chart', () => {
    for (const path of ['.', 'web/templates', 'nowhere']) assert.deepEqual(usage('-', '--helm-chart', path), { code: 2, stdout: '', stderr: `kubewho: --helm-chart ${path}: no Chart.yaml is there\n` });
  });

  test('goes with "-", and fixes nothing', () => {
    const wrong: readonly (readonly [string[], RegExp])[] = [
      [['web', '--helm-chart', 'web'], /--helm-chart goes with "-"/],
      [['-', '--helm-chart', 'web', '--stdin-filename', 'web/templates/web.yaml'], /takes the place of --stdin-filename/],
      [['-', '--helm-chart', 'web', '--fix'], /fix the chart itself: kubewho lint --fix DIR/],
      [['-', '--helm-chart', 'web', '--diff'], /fix the chart itself/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = usage(...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});
