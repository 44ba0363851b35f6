import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { releaseNamespace } from '../../../engine/identity/objects.ts';
import type { ChartVariant } from '../../../engine/lint/charts.ts';
import { applyEdits } from '../../../engine/lint/fix.ts';
import { Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';

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
  const fixed = (workspace: Workspace, rule: string): Record<string, string> => {
    const finding = workspace.findings().find((one) => one.rule === rule)!;
    const [fix] = workspace.fixesOf(finding);
    const files = [...new Set((fix?.edits ?? []).map(({ file }) => file))];
    return Object.fromEntries(files.map((file) => [file, applyEdits(workspace.textOf(file)!, fix!.edits.filter((edit) => edit.file === file))!]));
  };

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
});
