import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { releaseNamespace, standIn } from '../../../engine/identity/objects.ts';
import type { ChartVariant } from '../../../engine/lint/variant.ts';
import { applyEdits } from '../../../engine/lint/fix.ts';
import { Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';
import { plannedWorkspace } from '../../corpus/projects.ts';

/** A workspace that holds one chart, its files by path. */
function chart(files: Readonly<Record<string, string>>, variants: readonly ChartVariant[] = []): Workspace {
  const workspace = new Workspace(rules);
  for (const [path, text] of Object.entries({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', ...files })) put(workspace, path, text);
  workspace.install('helm:.', variants);
  return workspace;
}

function put(workspace: Workspace, path: string, text: string): void {
  const isPart = /(?:^|\/)(?:Chart\.yaml|_[^/]*)$/.test(path);
  const dialect = path.includes('templates/') ? 'template' : path.endsWith('values.yaml') || path.startsWith('values-') ? 'values' : 'kubernetes';
  workspace.set({ path, text, dialect, scope: 'helm:.', role: isPart ? 'part' : 'manifest', namespace: releaseNamespace, chart: '' });
}

/** `file:line:column text` of the findings of a rule, with the lines that decide. */
function found(workspace: Workspace, rule: string): string[] {
  const place = (file: string, { start, end }: { start: number; end: number }): string => {
    const text = workspace.textOf(file)!;
    const before = text.slice(0, start);
    return `${file}:${before.split('\n').length} ${text.slice(start, end)}`;
  };
  return workspace.findings().filter((finding) => finding.rule === rule).map((finding) => [place(finding.file, finding.span), ...finding.related.filter(({ message }) => message.includes('decides')).map((one) => `by ${place(one.file, one.span)}`), ...(finding.instances > 1 ? [`${finding.instances} times`] : [])].join(', '));
}

/** The texts that the first fix of a rule's first finding changes, as it leaves them. */
function fixed(workspace: Workspace, rule: string): Record<string, string> {
  const finding = workspace.findings().find((one) => one.rule === rule)!;
  const [fix] = workspace.fixesOf(finding);
  const files = [...new Set((fix?.edits ?? []).map(({ file }) => file))];
  return Object.fromEntries(files.map((file) => [file, applyEdits(workspace.textOf(file)!, fix!.edits.filter((edit) => edit.file === file))!]));
}

const deployment = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
${spec}      containers: [{name: web, image: "example.com/web:1"}]
`;
const account = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
`;

describe('values of a chart', () => {
  test('decide what a template says: the finding is on the template, with the line that decides', () => {
    const files = (automount: boolean) => ({ 'values.yaml': `# one line\nserviceAccount:\n  automount: ${automount}\n`, 'templates/web.yaml': deployment('      serviceAccountName: web\n      automountServiceAccountToken: {{ .Values.serviceAccount.automount }}\n'), 'templates/account.yaml': account });
    assert.deepEqual(found(chart(files(true)), 'automounted-token'), ['templates/web.yaml:11 {{ .Values.serviceAccount.automount }}, by values.yaml:3 true']);
    assert.deepEqual(found(chart(files(false)), 'automounted-token'), []);
  });

  test('are as new as the last keystroke, in any of the files', () => {
    const workspace = chart({ 'values.yaml': 'automount: true\n', 'templates/web.yaml': deployment('      serviceAccountName: {{ include "account" . }}\n      automountServiceAccountToken: {{ .Values.automount }}\n'), 'templates/account.yaml': account, 'templates/_helpers.tpl': '{{ define "account" }}web{{ end }}' });
    assert.deepEqual(found(workspace, 'automounted-token'), ['templates/web.yaml:11 {{ .Values.automount }}, by values.yaml:1 true']);
    put(workspace, 'values.yaml', '# not any more\nautomount: false\n');
    assert.deepEqual(found(workspace, 'automounted-token'), []);
    put(workspace, 'values.yaml', '\n\n# moved down\nautomount: true\n');
    assert.deepEqual(found(workspace, 'automounted-token'), ['templates/web.yaml:11 {{ .Values.automount }}, by values.yaml:4 true']);
    put(workspace, 'templates/_helpers.tpl', '{{ define "account" }}default{{ end }}');
    assert.deepEqual(found(workspace, 'default-service-account').length, 1);
    workspace.remove('templates/_helpers.tpl');
    assert.deepEqual(found(workspace, 'default-service-account'), []);
  });

  test('leave out what they switch off, and take one arm of an `if` only', () => {
    const files = { 'values.yaml': 'rbac: {create: false}\nkind: stateful\n', 'templates/web.yaml': `{{ if eq .Values.kind "stateful" }}\n${deployment('      serviceAccountName: web\n').replace('Deployment', 'StatefulSet')}{{ else }}\n${deployment('      serviceAccountName: web\n')}{{ end }}`, 'templates/account.yaml': account, 'templates/rbac.yaml': '{{ if .Values.rbac.create }}\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: all}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: web, namespace: x}]\n{{ end }}\n' };
    assert.deepEqual(found(chart(files), 'cluster-admin-binding'), []);
    assert.deepEqual(found(chart(files), 'shared-service-account'), []);
    assert.deepEqual(found(chart(files, [{ name: 'all', values: [], inline: [{ file: 'x', text: 'rbac: {create: true}', part: { document: 0, path: [], form: 'mapping' } }] }]), 'cluster-admin-binding'), ['templates/rbac.yaml:5 cluster-admin']);
  });

  test('of several profiles give one finding where they agree', () => {
    const files = { 'values.yaml': 'automount: true\n', 'values-prod.yaml': 'replicas: 2\n', 'values-dev.yaml': 'automount: false\n', 'templates/web.yaml': deployment('      serviceAccountName: web\n      automountServiceAccountToken: {{ .Values.automount }}\n'), 'templates/account.yaml': account };
    const profile = (name: string): ChartVariant => ({ name, values: [`values-${name}.yaml`] });
    assert.deepEqual(found(chart(files, [profile('prod'), profile('dev')]), 'automounted-token'), ['templates/web.yaml:11 {{ .Values.automount }}, by values.yaml:1 true, 2 times']);
  });
});

describe('what templates write', () => {
  test('in a loop is one finding on one line', () => {
    const workspace = chart({ 'values.yaml': 'bound: [a, b, c]\n', 'templates/rbac.yaml': '{{- range .Values.bound }}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: "{{ . }}"}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects:\n  - kind: ServiceAccount\n    name: {{ . }}\n    namespace: {{ $.Release.Namespace }}\n{{- end }}\n' });
    assert.deepEqual(found(workspace, 'cluster-admin-binding'), ['templates/rbac.yaml:6 cluster-admin, 3 times']);
  });

  test('out of a block of values is told by its own line there', () => {
    const workspace = chart({ 'values.yaml': 'podSpec:\n  serviceAccountName: web\n  automountServiceAccountToken: true\n', 'templates/web.yaml': deployment('{{ toYaml .Values.podSpec | indent 6 }}\n'), 'templates/account.yaml': account });
    assert.deepEqual(found(workspace, 'automounted-token'), ['templates/web.yaml:10 {{ toYaml .Values.podSpec | indent 6 }}, by values.yaml:3 true']);
  });

  test('through a helper is on the line that includes it', () => {
    const workspace = chart({ 'templates/_helpers.tpl': `{{- define "deployment" -}}\n${deployment('      serviceAccountName: web\n')}{{- end -}}`, 'templates/web.yaml': '# the only line\n{{ include "deployment" . }}\n', 'templates/account.yaml': account });
    assert.deepEqual(found(workspace, 'automounted-token'), ['templates/web.yaml:2 {{ include "deployment" . }}']);
  });

  test('is unknown where a helper is in no file read, and the same expression is the same account', () => {
    const workspace = chart({ 'templates/one.yaml': deployment('      serviceAccountName: {{ include "elsewhere.name" . }}\n'), 'templates/two.yaml': deployment('      serviceAccountName: {{ include "elsewhere.name" . }}\n').replace('{{ .Release.Name }}-web', 'second').replaceAll('app: web', 'app: second') });
    assert.equal(found(workspace, 'shared-service-account').length, 2);
    assert.deepEqual(found(workspace, 'missing-service-account'), []);
  });
});

describe('fixes', () => {
  test('are made in the template where its text is literal', () => {
    const template = deployment('      serviceAccountName: web\n      {{- if .Values.enabled }}\n      automountServiceAccountToken: true\n      {{- end }}\n');
    const workspace = chart({ 'values.yaml': 'enabled: true\n', 'templates/web.yaml': template, 'templates/account.yaml': account });
    // Under a condition the value is not the template's alone.
    assert.deepEqual(found(workspace, 'automounted-token'), ['templates/web.yaml:12 true']);
    assert.deepEqual(fixed(workspace, 'automounted-token'), { 'templates/web.yaml': template.replace('Token: true', 'Token: false') });
  });

  test('are made in values.yaml where a value decides, unsafe and saying so', () => {
    const workspace = chart({ 'values.yaml': 'serviceAccount:\n  automount: true # on\n', 'templates/web.yaml': deployment('      serviceAccountName: web\n      automountServiceAccountToken: {{ .Values.serviceAccount.automount }}\n'), 'templates/account.yaml': account });
    assert.deepEqual(fixed(workspace, 'automounted-token'), { 'values.yaml': 'serviceAccount:\n  automount: false # on\n' });
    const [fix] = workspace.fixesOf(workspace.findings().find((one) => one.rule === 'automounted-token')!);
    assert.equal(fix!.safe, false);
    assert.match(fix!.title, /in values\.yaml/);
  });

  test('are withheld where the text comes out of a helper', () => {
    const workspace = chart({ 'templates/_helpers.tpl': `{{- define "deployment" -}}\n${deployment('      serviceAccountName: web\n      automountServiceAccountToken: true\n')}{{- end -}}`, 'templates/web.yaml': '{{ include "deployment" . }}\n', 'templates/account.yaml': account });
    assert.equal(found(workspace, 'automounted-token').length, 1);
    assert.deepEqual(fixed(workspace, 'automounted-token'), {});
  });
});

test('a flag shows what a program does, whatever its value is', () => {
  const needs = (argument: string): string[] => found(chart({ 'templates/web.yaml': deployment('      serviceAccountName: web\n').replace('image:', `args: ["${argument}"], image:`), 'templates/account.yaml': account }), 'automounted-token');
  assert.deepEqual(needs('--namespace={{ .Release.Namespace }}'), []);
  assert.equal(needs('--color={{ .Release.Namespace }}').length, 1);
});

describe("Helm's own output", () => {
  const files = { 'values.yaml': 'automount: true\n', 'templates/web.yaml': deployment('      serviceAccountName: web\n      automountServiceAccountToken: {{ .Values.automount }}\n'), 'templates/account.yaml': account };
  const output = (extra: string): string => `---\n# Source: web/templates/account.yaml\n${account}---\n# Source: web/templates/web.yaml\n${deployment('      serviceAccountName: web\n      automountServiceAccountToken: true\n').replace('{{ .Release.Name }}', 'release-name')}${extra}`;

  test('adds nothing to what is known without Helm', () => {
    const before = found(chart(files), 'automounted-token');
    assert.deepEqual(found(chart(files, [{ name: 'rendered', values: [], rendered: output('') }]), 'automounted-token'), before);
  });

  test('alone is judged on the lines of the chart', () => {
    const workspace = chart(files);
    workspace.install('helm:.', [{ name: 'rendered', values: [], rendered: output('') }], { alone: true });
    const [finding] = workspace.findings().filter((one) => one.rule === 'automounted-token');
    assert.deepEqual([finding!.tier, finding!.mapping], ['rendered', 'exact']);
    assert.deepEqual(found(workspace, 'automounted-token'), found(chart(files), 'automounted-token'));
  });

  test('of what no template is known to write sits on the kind of its file, and says so', () => {
    const extra = '---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: x}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: web, namespace: default}]\n';
    const [finding] = chart(files, [{ name: 'rendered', values: [], rendered: output(extra) }]).findings().filter((one) => one.rule === 'cluster-admin-binding');
    assert.deepEqual([finding!.tier, finding!.mapping, finding!.file], ['rendered', 'file', 'templates/web.yaml']);
    assert.equal(files['templates/web.yaml'].slice(finding!.span.start, finding!.span.end), 'Deployment');
  });

  const admin = (condition: string, labels: string): string => `${condition}apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: {{ .Release.Name }}\n${labels}roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: cluster-admin\nsubjects:\n  - {kind: ServiceAccount, name: web, namespace: default}\n${condition && '{{- end }}\n'}`;
  const bindings = `${admin('{{- if contains "a" .Release.Name }}\n', '')}---\n${admin('', '  labels: {a: b}\n')}`;
  const written = (...labels: string[]): string => labels.map((one) => `---\n# Source: web/templates/bindings.yaml\n${admin('', one).replaceAll('{{ .Release.Name }}', 'some')}`).join('');

  test('stands where one of two objects wrote it if both are there', () => {
    const workspace = chart({ 'templates/bindings.yaml': bindings });
    workspace.install('helm:.', [{ name: 'rendered', values: [], rendered: written('', '  labels: {a: b}\n') }], { alone: true });
    const places = workspace.findings().filter((one) => one.rule === 'cluster-admin-binding').map(({ mapping, span }) => [mapping, bindings.slice(0, span.start).includes('labels')]);
    assert.deepEqual(places, [['exact', false], ['exact', true]]);
  });

  test('sits on the kind, and says so, where it may be of one object or another', () => {
    const workspace = chart({ 'templates/bindings.yaml': bindings });
    workspace.install('helm:.', [{ name: 'rendered', values: [], rendered: written('  labels: {a: b}\n') }], { alone: true });
    const [finding, ...more] = workspace.findings().filter((one) => one.rule === 'cluster-admin-binding');
    assert.deepEqual([finding!.mapping, bindings.slice(finding!.span.start, finding!.span.end), more], ['file', 'ClusterRoleBinding', []]);
  });

  test('sits on the list where nobody knows which item of it is there', () => {
    const role = (rules: string): string => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\nrules:\n${rules}`;
    const rule = (resource: string): string => `  - apiGroups: [""]\n    resources: [${resource}]\n    verbs: ["*"]\n`;
    const template = role(`{{- if contains "a" .Release.Name }}\n${rule('nodes')}{{- end }}\n{{- range .Values.more | default (list .Release.Name) }}\n{{- if contains "b" $.Release.Name }}\n${rule('{{ . }}')}{{- end }}\n{{- end }}\n`);
    const workspace = chart({ 'values.yaml': '', 'templates/role.yaml': template });
    workspace.install('helm:.', [{ name: 'rendered', values: [], rendered: `---\n# Source: web/templates/role.yaml\n${role(rule('pods') + rule('secrets'))}` }], { alone: true });
    assert.deepEqual([...new Set(workspace.findings().filter((one) => one.rule === 'wildcard-role').map(({ mapping, span }) => [mapping, span.start === template.indexOf('- apiGroups')].join(' ')))], ['path true']);
  });
});

describe('a chart in an archive', () => {
  const archive = 'charts/worker-1.2.0.tgz';
  /** A chart with another packed in it: files of that by their paths in it. */
  function packing(files: Readonly<Record<string, string>>, packed: Readonly<Record<string, string>>): Workspace {
    const workspace = chart(files);
    workspace.supply({ scope: 'helm:.', chart: '', packed: Object.entries({ 'Chart.yaml': 'apiVersion: v2\nname: worker\nversion: 1.2.0\n', ...packed }).map(([path, text]) => ({ path: `${archive}/${path}`, text })) });
    return workspace;
  }
  const packed = { 'values.yaml': 'automount: false\n', 'templates/account.yaml': account, 'templates/web.yaml': deployment('      serviceAccountName: web\n      automountServiceAccountToken: {{ .Values.automount }}\n') };
  const admin = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: x}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: web, namespace: {{ .Release.Namespace }}}]\n';

  test('gives its helpers to the chart above it', () => {
    const web = deployment('      serviceAccountName: web\n{{ include "worker.token" . | indent 6 }}\n');
    assert.deepEqual(found(chart({ 'templates/web.yaml': web, 'templates/account.yaml': account }), 'automounted-token'), []);
    const workspace = packing({ 'templates/web.yaml': web, 'templates/account.yaml': account }, { 'templates/_token.tpl': '{{ define "worker.token" }}automountServiceAccountToken: true{{ end }}' });
    assert.deepEqual(found(workspace, 'automounted-token'), ['templates/web.yaml:11 {{ include "worker.token" . | indent 6 }}']);
  });

  test('takes part with what it writes', () => {
    const own = { 'templates/web.yaml': deployment('      serviceAccountName: web\n') };
    assert.deepEqual(found(packing(own, { 'templates/account.yaml': account }), 'automounted-token'), ['templates/web.yaml:10 web']);
    assert.deepEqual(found(packing(own, { 'templates/account.yaml': `${account}automountServiceAccountToken: false\n` }), 'automounted-token'), []);
  });

  test('is told where the chart names it, or has it without a name', () => {
    const inside = { ...packed, 'templates/admin.yaml': admin };
    const declared = packing({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n  - {name: worker-tools, version: 2.0.0}\n  - name: worker\n    version: 1.2.0\n' }, inside);
    assert.deepEqual(found(declared, 'cluster-admin-binding'), ['Chart.yaml:6 worker']);
    const [finding] = declared.findings().filter(({ rule }) => rule === 'cluster-admin-binding');
    assert.equal(finding!.mapping, 'file');
    assert.match(finding!.message, /\(in charts\/worker-1\.2\.0\.tgz\)$/);
    assert.deepEqual(declared.fixesOf(finding!), [], 'an archive is nobody’s to change');
    assert.deepEqual(found(packing({}, inside), 'cluster-admin-binding'), ['Chart.yaml:2 web']);
  });

  test('is told there still when Chart.yaml is edited', () => {
    const lines = 'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n  - name: worker\n    version: 1.2.0\n';
    const workspace = packing({ 'Chart.yaml': lines }, { ...packed, 'templates/admin.yaml': admin });
    assert.deepEqual(found(workspace, 'cluster-admin-binding'), ['Chart.yaml:5 worker']);
    const edits: readonly (readonly [string, string])[] = [
      [`# A comment.\n# Another.\n${lines}`, 'Chart.yaml:7 worker'],
      [lines.replace('dependencies', 'description: some words\ndependencies'), 'Chart.yaml:6 worker'],
      [lines.replace('name: worker\n', 'name: other\n'), 'Chart.yaml:2 web'],
      [lines, 'Chart.yaml:5 worker'],
    ];
    for (const [text, place] of edits) {
      put(workspace, 'Chart.yaml', text);
      assert.deepEqual(found(workspace, 'cluster-admin-binding'), [place]);
    }
  });

  test('is told where values of the chart above decide it', () => {
    const workspace = packing({ 'values.yaml': 'worker:\n  automount: true # on\n' }, packed);
    assert.deepEqual(found(workspace, 'automounted-token'), ['values.yaml:2 true']);
    const [finding] = workspace.findings().filter(({ rule }) => rule === 'automounted-token');
    assert.match(finding!.message, /\(in charts\/worker-1\.2\.0\.tgz\)$/);
    assert.deepEqual(fixed(workspace, 'automounted-token'), { 'values.yaml': 'worker:\n  automount: false # on\n' });
    put(workspace, 'values.yaml', 'worker:\n  automount: false\n');
    assert.deepEqual(found(workspace, 'automounted-token'), []);
  });

  test('is no place that a finding leads to', () => {
    const binding = admin.replace('name: web,', 'name: {{ .Values.name }},');
    const workspace = packing({ 'values.yaml': 'name: web\n', 'templates/admin.yaml': binding }, packed);
    assert.ok(workspace.findings().length > 0);
    for (const { file, related } of workspace.findings()) for (const one of [file, ...related.map((other) => other.file)]) assert.ok(!one.includes('.tgz'), one);
  });

  test('is replaced when another lies there', () => {
    const workspace = packing({ 'values.yaml': 'worker:\n  automount: true\n' }, packed);
    assert.equal(found(workspace, 'automounted-token').length, 1);
    workspace.supply({ scope: 'helm:.', chart: '', packed: [] });
    assert.deepEqual(workspace.findings(), []);
  });
});

describe('files of a chart', () => {
  const web = deployment('      serviceAccountName: web\n{{ .Files.Get "files/token.yaml" | indent 6 }}\n');
  const reading = (files: ReadonlyMap<string, string | undefined> | undefined): Workspace => {
    const workspace = chart({ 'templates/web.yaml': web, 'templates/account.yaml': account });
    workspace.supply({ scope: 'helm:.', chart: '', packed: [], ...(files ? { files } : {}) });
    return workspace;
  };

  test('are what templates put into objects', () => {
    assert.deepEqual(found(reading(new Map([['files/token.yaml', 'automountServiceAccountToken: true']])), 'automounted-token'), ['templates/web.yaml:11 {{ .Files.Get "files/token.yaml" | indent 6 }}']);
    assert.deepEqual(found(reading(new Map([['files/token.yaml', 'automountServiceAccountToken: false']])), 'automounted-token'), []);
  });

  test('are unknown where nobody has looked, and where they are no text: whatever they hold is not guessed', () => {
    for (const files of [undefined, new Map([['files/token.yaml', undefined]])]) assert.deepEqual(found(reading(files), 'automounted-token'), []);
    assert.equal(found(reading(new Map()), 'automounted-token').length, 1, 'a file that is not there is an empty text to Helm');
  });

  test('are as new as the last keystroke where they are open', () => {
    const workspace = reading(new Map([['files/token.yaml', 'automountServiceAccountToken: true']]));
    workspace.set({ path: 'files/token.yaml', text: 'automountServiceAccountToken: false', dialect: 'kubernetes', scope: '', role: 'manifest' });
    assert.deepEqual(found(workspace, 'automounted-token'), []);
    workspace.set({ path: 'files/token.yaml', text: 'automountServiceAccountToken: true', dialect: 'kubernetes', scope: '', role: 'manifest' });
    assert.equal(found(workspace, 'automounted-token').length, 1);
  });
});

describe('a fix of a value is offered where it does what it says', () => {
  const web = (name: string): string => deployment(`      serviceAccountName: ${name}\n      automountServiceAccountToken: {{ .Values.automount }}\n`).replace('{{ .Release.Name }}-web', name) + `---\n${account.replace('name: web', `name: ${name}`)}`;
  const binding = (name: string): string => `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: ${name}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: ${name}}]\n`;
  const values = { 'values.yaml': 'automount: true\nbound: false\n' };
  const fixes = (workspace: Workspace): string[] => workspace.findings().filter(({ rule }) => rule === 'automounted-token').flatMap((finding) => workspace.fixesOf(finding).map(({ edits }) => [...new Set(edits.map(({ file, newText }) => `${file} ${newText}`))].join()));

  test('where nothing else uses the value', () => {
    assert.deepEqual(fixes(chart({ ...values, 'templates/web.yaml': web('web') })), ['values.yaml false']);
    assert.deepEqual(fixes(chart({ ...values, 'templates/web.yaml': web('web'), 'templates/api.yaml': web('api') })), ['values.yaml false', 'values.yaml false']);
  });

  test('not where a template writes the line only if the value is true', () => {
    const conditional = web('web').replace('      automountServiceAccountToken: {{ .Values.automount }}\n', '{{- if .Values.automount }}\n      automountServiceAccountToken: {{ .Values.automount }}\n{{- end }}\n');
    assert.deepEqual(fixes(chart({ ...values, 'templates/web.yaml': conditional })), []);
  });

  test('not where another workload needs what the value gives it', () => {
    assert.deepEqual(fixes(chart({ ...values, 'templates/web.yaml': web('web'), 'templates/ctl.yaml': web('ctl'), 'templates/rbac.yaml': binding('ctl') })), []);
  });

  test('not where it is written at the account and at the pod that needs the token', () => {
    const both = web('web').replace(account, account.replace('kind: ServiceAccount\n', 'kind: ServiceAccount\nautomountServiceAccountToken: {{ .Values.automount }}\n'));
    const opts = (files: Record<string, string>) => { const workspace = chart({ ...values, ...files }); return workspace.findings().filter(({ rule }) => rule === 'automounting-service-account').flatMap((finding) => workspace.fixesOf(finding)).length; };
    assert.equal(opts({ 'templates/web.yaml': both, 'templates/rbac.yaml': binding('web') }), 0);
  });

  test('not where the workload needs it in another way of installing the chart', () => {
    const rbac = `{{- if .Values.bound }}\n${binding('web')}{{- end }}\n`;
    const production: ChartVariant = { name: 'prod', values: ['values-prod.yaml'], label: 'profile prod' };
    assert.deepEqual(fixes(chart({ ...values, 'values-prod.yaml': 'bound: true\n', 'templates/web.yaml': web('web'), 'templates/rbac.yaml': rbac }, [production])), []);
    assert.deepEqual(fixes(chart({ ...values, 'values-prod.yaml': 'bound: true\nautomount: true\n', 'templates/web.yaml': web('web'), 'templates/rbac.yaml': rbac }, [production])), ['values.yaml false']);
  });
});

describe('a fix of lines that several objects are written from is offered where all of them ask for it', () => {
  const loop = (names: string): Record<string, string> => ({
    'values.yaml': `workers: [${names}]\n`,
    'templates/workers.yaml': `{{- range .Values.workers }}\n---\n${deployment('      serviceAccountName: {{ . }}\n      automountServiceAccountToken: true\n').replace('{{ .Release.Name }}-web', '{{ . }}')}---\n${account.replace('name: web', 'name: {{ . }}')}{{- end }}\n`,
    'templates/rbac.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: ctl}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: ctl}]\n',
  });
  const titles = (workspace: Workspace): string[] => workspace.findings().filter(({ rule }) => rule === 'automounted-token').flatMap((finding) => workspace.fixesOf(finding).map(({ title }) => title));

  test('and says what else it changes', () => {
    assert.match(titles(chart(loop('api, web'))).join('\n'), /^Do not mount the token .* \(changes Deployment "web" as well\)$/);
  });

  test('not where one of them needs what it takes', () => {
    assert.deepEqual(titles(chart(loop('api, web, ctl'))), []);
  });

  test('nor where one needs it in another way of installing the chart', () => {
    const production: ChartVariant = { name: 'prod', values: ['values-prod.yaml'], label: 'profile prod' };
    assert.deepEqual(titles(chart({ ...loop('api'), 'values-prod.yaml': 'workers: [ctl]\n' }, [production])), []);
  });
});

test('a value that an account and its pod are written with is no fix of the account: the pod would lose the token that it asks for', () => {
  const both = (bound: boolean): Workspace => chart({
    'values.yaml': 'automount: true\n',
    'templates/web.yaml': `${deployment('      serviceAccountName: web\n      automountServiceAccountToken: {{ .Values.automount }}\n')}---\n${account}automountServiceAccountToken: {{ .Values.automount }}\n`,
    'templates/rbac.yaml': bound ? 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: web}]\n' : '',
  });
  const titles = (workspace: Workspace): string[] => workspace.findings().flatMap((finding) => workspace.fixesOf(finding).filter(({ edits }) => edits.some(({ file }) => file === 'values.yaml')).map(({ title }) => `${finding.rule}: ${title.slice(title.lastIndexOf('('))}`));
  assert.deepEqual(titles(both(true)), []);
  assert.deepEqual(titles(both(false)).sort(), ['automounted-token: (changes ServiceAccount "web" as well)', 'automounting-service-account: (changes Deployment "{{ .Release.Name }}-web" as well)']);
});

test('a word that a condition in its line chooses is not replaced: both arms would say the same', () => {
  const workspace = chart({ 'values.yaml': 'automount: true\n', 'templates/web.yaml': deployment('      serviceAccountName: web\n      automountServiceAccountToken: {{ if .Values.automount }}true{{ else }}false{{ end }}\n'), 'templates/account.yaml': account });
  const [finding] = workspace.findings().filter(({ rule }) => rule === 'automounted-token');
  assert.deepEqual(workspace.fixesOf(finding!).filter(({ id }) => id === 'opt-out'), []);
});

describe('what a named template writes', () => {
  const binding = (role: string): string => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: web\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: ${role}\nsubjects:\n  - kind: ServiceAccount\n    name: web\n    namespace: shop\n`;
  /** The related places of the first finding of a rule. */
  const related = (workspace: Workspace, rule: string): string[] => workspace.findings().find((one) => one.rule === rule)!.related.filter(({ message }) => /written|decides/.test(message)).map(({ file, span, message }) => `${file}:${workspace.textOf(file)!.slice(0, span.start).split('\n').length} ${workspace.textOf(file)!.slice(span.start, span.end)}: ${message}`);

  test('stands where it is asked for, with the line that wrote it', () => {
    const workspace = chart({ 'templates/_helpers.tpl': `{{- define "web.binding" -}}\n${binding('cluster-admin')}{{- end -}}\n`, 'templates/rbac.yaml': '---\n{{ include "web.binding" . }}\n', 'templates/account.yaml': account });
    assert.deepEqual(found(workspace, 'cluster-admin-binding'), ['templates/rbac.yaml:2 {{ include "web.binding" . }}']);
    assert.deepEqual(related(workspace, 'cluster-admin-binding'), ['templates/_helpers.tpl:9 cluster-admin: written here']);
    put(workspace, 'templates/_helpers.tpl', `{{- /* one line more */ -}}\n${workspace.textOf('templates/_helpers.tpl')!}`);
    assert.deepEqual(related(workspace, 'cluster-admin-binding'), ['templates/_helpers.tpl:10 cluster-admin: written here']);
  });

  test('and with the value that decides it there, or chooses among what the template has', () => {
    const values = { 'values.yaml': 'web:\n  clusterAdmin: true\n  role: cluster-admin\n', 'templates/account.yaml': account };
    const chosen = chart({ ...values, 'templates/_helpers.tpl': `{{- define "web.role" -}}\n{{ ternary "cluster-admin" "view" .Values.web.clusterAdmin }}\n{{- end -}}\n`, 'templates/rbac.yaml': binding('{{ include "web.role" . | quote }}') });
    assert.deepEqual(related(chosen, 'cluster-admin-binding'), ['templates/_helpers.tpl:2 {{ ternary "cluster-admin" "view" .Values.web.clusterAdmin }}: written here', 'values.yaml:2 true: this value decides it'].sort());
    // A name is no answer to the question whether.
    assert.deepEqual(chosen.findings().flatMap((finding) => chosen.fixesOf(finding)).flatMap(({ edits }) => edits).filter(({ file }) => file === 'values.yaml'), []);
    const nested = chart({ ...values, 'templates/_helpers.tpl': `{{- define "web.role" }}{{ .Values.web.role }}{{ end }}\n{{- define "web.ref" -}}\nroleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: {{ include "web.role" . }}\n{{- end -}}\n`, 'templates/rbac.yaml': binding('x').replace(/roleRef:\n(?: .*\n)+/, '{{ include "web.ref" . | nindent 0 }}\n') });
    assert.deepEqual(related(nested, 'cluster-admin-binding'), ['templates/_helpers.tpl:1 {{ .Values.web.role }}: written here', 'values.yaml:3 cluster-admin: this value decides it']);
  });
});

describe('what a template has set', () => {
  const web = (automount: string): string => deployment(`      serviceAccountName: web\n      automountServiceAccountToken: ${automount}\n`);
  const decided = (values: string, before: string, automount: string): string[] => found(chart({ 'values.yaml': values, 'templates/web.yaml': `${before}\n${web(automount)}`, 'templates/account.yaml': account }), 'automounted-token');

  test('is decided by the template, not by the value that it has taken away', () => {
    assert.deepEqual(decided('automount: false\n', '{{- $_ := set .Values "automount" true }}', '{{ .Values.automount }}'), ['templates/web.yaml:12 {{ .Values.automount }}']);
    assert.deepEqual(decided('pod: {automount: false}\n', '{{- $_ := set .Values.pod "automount" true }}', '{{ .Values.pod.automount }}'), ['templates/web.yaml:12 {{ .Values.pod.automount }}']);
  });

  test('of two mappings by the one that won', () => {
    assert.deepEqual(decided('defaults: {automount: false}\nown: {automount: true}\n', '{{- $all := mergeOverwrite (deepCopy .Values.defaults) .Values.own }}', '{{ $all.automount }}'), ['templates/web.yaml:12 {{ $all.automount }}, by values.yaml:2 true']);
    // An own `false` is empty to merge.
    assert.deepEqual(decided('defaults: {automount: true}\nown: {automount: false}\n', '{{- $all := merge (deepCopy .Values.own) .Values.defaults }}', '{{ $all.automount }}'), ['templates/web.yaml:12 {{ $all.automount }}, by values.yaml:1 true']);
  });
});

test('a template in JSON is read with its values', () => {
  const binding = (role: string): string => `{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "admin"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": {{ ${role} | quote }}}, "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": "shop"}]}\n`;
  assert.deepEqual(found(chart({ 'values.yaml': 'role: cluster-admin\n', 'templates/rbac.json': binding('.Values.role'), 'templates/account.yaml': account }), 'cluster-admin-binding'), ['templates/rbac.json:1 {{ .Values.role | quote }}, by values.yaml:1 cluster-admin']);
});

test('a text beside the templates of a chart that holds actions is no manifest, and need not be YAML', () => {
  const text = 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{.name | quote}}\n  labels: {{- include "x" . }}\n';
  const skipped = (path: string, more: Record<string, string> = {}): string[] => plannedWorkspace(new Map(Object.entries({ 'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', [path]: text, ...more })), rules).skipped().map(({ file, reason }) => `${file} ${reason}`);
  assert.deepEqual(skipped('web/files/waypoint.yaml'), []);
  assert.deepEqual(skipped('web/files/waypoint.yaml', { 'web/files/other.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: [\n' }), ['web/files/other.yaml syntax'], 'what holds none is said to be broken');
  assert.deepEqual(skipped('web/crds/waypoint.yaml'), ['web/crds/waypoint.yaml syntax'], 'Helm expands no templates there');
  assert.deepEqual(skipped('webs/waypoint.yaml'), ['webs/waypoint.yaml syntax'], 'it is in no chart');
});

test('charts that multiply by their aliases are given up, and said to be', { timeout: 20_000 }, () => {
  const aliases = (name: string): string => `dependencies:\n${Array.from({ length: 20 }, (_, i) => `  - {name: ${name}, version: 1.0.0, alias: ${name}${i}}\n`).join('')}`;
  const files: Record<string, string> = { 'Chart.yaml': `apiVersion: v2\nname: web\nversion: 1.0.0\n${aliases('c1')}` };
  for (let depth = 1, folder = ''; depth <= 5; depth++) {
    folder += `charts/c${depth}/`;
    files[`${folder}Chart.yaml`] = `apiVersion: v2\nname: c${depth}\nversion: 1.0.0\n${depth < 5 ? aliases(`c${depth + 1}`) : ''}`;
    files[`${folder}templates/account.yaml`] = account;
  }
  assert.deepEqual(chart(files).skipped().map(({ file, reason, detail }) => `${file} ${reason}: ${detail}`), ['Chart.yaml template: its dependencies multiply to more charts than are read: no template is expanded']);
});

describe('what Helm makes of a template', () => {
  test('begins a document also where an action eats the line break behind the dashes', () => {
    const named = account.replace('web', '{{ include "account" . }}\n  namespace: {{ include "namespace" . }}');
    const text = `${named}---\n{{- if .Values.token -}}\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata:\n  name: web-token\n  annotations:\n    kubernetes.io/service-account.name: {{ include "account" . }}\n{{- end }}\n`;
    const workspace = chart({ 'values.yaml': 'token: true\n', 'templates/_helpers.tpl': '{{ define "account" }}web{{ end }}{{ define "namespace" }}{{ .Release.Namespace }}{{ end }}', 'templates/account.yaml': text, 'templates/web.yaml': deployment('      serviceAccountName: web\n') });
    assert.deepEqual(found(workspace, 'long-lived-token'), ['templates/account.yaml:10 kubernetes.io/service-account-token']);
    assert.match(workspace.findings().find(({ rule }) => rule === 'long-lived-token')!.message, /account "web"/);
  });

  test('may lie in the namespace that a chart writes elsewhere: then what runs there runs as the account', () => {
    const files = (namespace: string) => ({ 'values.yaml': 'system: mesh-system\n', 'templates/account.yaml': account.replace('  name: web\n', '  name: web\n  namespace: {{ .Values.system }}\n'), 'templates/web.yaml': deployment('      serviceAccountName: web\n').replace('-web\n', `-web\n  namespace: ${namespace}\n`) });
    assert.deepEqual(found(chart(files('{{ .Release.Namespace }}')), 'orphan-service-account'), []);
    assert.deepEqual(found(chart(files('elsewhere')), 'orphan-service-account'), ['templates/account.yaml:4 web']);
    // Nor does Helm's output tell, where it was given a namespace of no cluster.
    const output = (namespace: string) => `---\n# Source: web/templates/account.yaml\n${account.replace('  name: web\n', '  name: web\n  namespace: mesh-system\n')}---\n# Source: web/templates/web.yaml\n${deployment('      serviceAccountName: web\n').replace(/\{\{ \.Release\.Name \}\}-web\n/, `release-name-web\n  namespace: ${namespace}\n`)}`;
    const rendered = (namespace: string) => {
      const workspace = chart(files('{{ .Release.Namespace }}'));
      workspace.install('helm:.', [{ name: 'rendered', values: [], release: standIn.release, namespace, rendered: output(namespace) }], { alone: true });
      return found(workspace, 'orphan-service-account');
    };
    assert.deepEqual([rendered(standIn.namespace), rendered('prod')], [[], ['templates/account.yaml:4 web']]);
  });

  test('has names that are told where they are shown, also those that hold the release', () => {
    const workspace = chart({ 'templates/account.yaml': account, 'templates/web.yaml': deployment('      serviceAccountName: web\n'), 'templates/worker.yaml': deployment('      serviceAccountName: web\n').replaceAll('-web', '-worker').replace('example.com/web', 'example.com/worker') });
    assert.deepEqual(workspace.findings().filter(({ rule }) => rule === 'shared-service-account').map(({ message }) => message), ['Account "web" is shared: Deployment "{{ .Release.Name }}-worker" runs as it, too', 'Account "web" is shared: Deployment "{{ .Release.Name }}-web" runs as it, too']);
  });
});

describe('a manifest of a chart that a template reads', () => {
  const pod = (name: string, automount = true): string => `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${name}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  serviceAccountName: ${name}\n  automountServiceAccountToken: ${automount}\n  containers: [{name: web, image: "example.com/web:1"}]\n`;
  const plain = (workspace: Workspace, path: string, text: string): void => workspace.set({ path, text, dialect: 'kubernetes', scope: '', role: 'manifest' });
  /** A workspace of a chart whose templates read its files, which may be manifests. */
  function reading(templates: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>, variants: readonly ChartVariant[] = []): Workspace {
    const workspace = chart({ 'values.yaml': 'extra: false\n', 'values-all.yaml': 'extra: true\n', ...templates }, variants);
    for (const [path, text] of Object.entries(files)) plain(workspace, path, text);
    workspace.supply({ scope: 'helm:.', chart: '', packed: [], files: new Map(Object.entries(files)) });
    return workspace;
  }
  /** The findings, and below each where the file has it. */
  const places = (workspace: Workspace): string[] => workspace.findings().filter(({ rule }) => rule === 'automounted-token').map(({ file, span, related }) => [{ file, span }, ...related.filter(({ message }) => message === 'written here')].map((one) => `${one.file}: ${workspace.textOf(one.file)!.slice(one.span.start, one.span.end)}`).join(', '));
  const action = '{{ .Files.Get "files/web.yaml" }}';

  test('is judged once, where it is applied, with its own line beside', () => {
    const workspace = reading({ 'templates/web.yaml': `${action}\n` }, { 'files/web.yaml': pod('web'), 'files/unread.yaml': pod('unread') });
    assert.deepEqual(places(workspace), ['files/unread.yaml: true', `templates/web.yaml: ${action}, files/web.yaml: true`]);
    assert.equal(workspace.graphs().flatMap(({ workloads }) => workloads).length, 2, 'each workload is one');
    plain(workspace, 'files/web.yaml', pod('web', false));
    assert.deepEqual(places(workspace), ['files/unread.yaml: true']);
    plain(workspace, 'files/web.yaml', pod('web'));
    put(workspace, 'templates/web.yaml', '# nothing\n');
    assert.deepEqual(places(workspace), ['files/unread.yaml: true', 'files/web.yaml: true'], 'a template that no longer reads it leaves it a manifest');
    put(workspace, 'templates/web.yaml', `{{ range $path, $_ := .Files.Glob "files/*.yaml" }}\n---\n{{ $.Files.Get $path }}\n{{ end }}`);
    assert.deepEqual(places(workspace).map((one) => one.split(', ')[1]), ['files/unread.yaml: true'], 'what one line says twice is one finding');
  });

  test('stays a manifest where a template only keeps it as data, or has another object of that file', () => {
    const data = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: data}\ndata:\n  web.yaml: |\n    {{- .Files.Get "files/web.yaml" | nindent 4 }}\n`;
    assert.deepEqual(places(reading({ 'templates/data.yaml': data }, { 'files/web.yaml': pod('web') })), ['files/web.yaml: true']);
    const renamed = '{{ .Files.Get "files/web.yaml" | replace "name: web" "name: other" | replace "Name: web" "Name: other" }}';
    assert.deepEqual(places(reading({ 'templates/web.yaml': `${renamed}\n` }, { 'files/web.yaml': pod('web') })), ['files/web.yaml: true', `templates/web.yaml: ${renamed}`]);
  });

  test('is judged where a way of installing the chart applies it', () => {
    const all: ChartVariant = { name: 'all', label: 'profile all', values: ['values-all.yaml'] };
    const template = `{{ if .Values.extra }}\n${action}\n{{ end }}`;
    assert.deepEqual(places(reading({ 'templates/web.yaml': template }, { 'files/web.yaml': pod('web') })), ['files/web.yaml: true']);
    assert.deepEqual(places(reading({ 'templates/web.yaml': template }, { 'files/web.yaml': pod('web') }, [all])), [`templates/web.yaml: ${action}, files/web.yaml: true`]);
  });
});

describe('how much a fix in a chart costs', () => {
  const template = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${name}}
spec:
  template:
    spec:
      automountServiceAccountToken: {{ .Values.${name}.automount }}
      containers: [{name: main, image: registry.example/${name}:1}]
`;
  const names = Array.from({ length: 40 }, (_, i) => `app${i}`);
  const parts = {
    'values.yaml': names.map((name) => `${name}:\n  automount: true\n`).join(''),
    ...Object.fromEntries(names.map((name) => [`templates/${name}.yaml`, template(name)])),
  };
  const ways = ['a', 'b', 'c'].map((name): ChartVariant => ({ name, values: [], label: `profile ${name}` }));

  test('what it leaves alone is neither read nor asked about again, in no way of installing the chart', () => {
    const workspace = chart(parts, ways);
    const finding = workspace.findings().find(({ rule }) => rule === 'automounted-token')!;
    const before = { ...workspace.work };
    const fixes = workspace.fixesOf(finding);
    assert.ok(fixes.some(({ edits }) => edits.some(({ file }) => file === 'values.yaml')));
    const asked = workspace.work.asked - before.asked;
    assert.ok(asked > 0 && asked < before.asked / 2, `${asked} questions, after ${before.asked} for the whole chart`);
  });

  test('a fix asked for twice is made once, until something changes', () => {
    const workspace = chart(parts, ways);
    const first = () => workspace.findings().find(({ rule }) => rule === 'automounted-token')!;
    const fixes = workspace.fixesOf(first());
    const before = workspace.work.asked;
    assert.equal(workspace.fixesOf(first()), fixes);
    assert.equal(workspace.work.asked, before);
    put(workspace, 'values.yaml', `# values\n${parts['values.yaml']}`);
    const moved = workspace.fixesOf(first());
    const start = (some: typeof fixes) => some[0]!.edits[0]!.span.start;
    assert.equal(start(moved), start(fixes) + '# values\n'.length);
  });

  test('the files that it was tried with stay as they are', () => {
    const [workspace, fresh] = [chart(parts, ways), chart(parts, ways)];
    for (const finding of workspace.findings().slice(0, 5)) workspace.fixesOf(finding);
    for (const one of [workspace, fresh]) put(one, 'values.yaml', parts['values.yaml'].replace('automount: true', 'automount: false'));
    assert.deepEqual(workspace.findings(), fresh.findings());
  });
});
