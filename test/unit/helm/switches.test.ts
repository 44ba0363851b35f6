// What a chart's values switch off: judged as if it were on, for those who ask for it, and for a suppression that is about it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { releaseNamespace } from '../../../engine/identity/objects.ts';
import { Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';

/** A workspace that holds one chart, its files by path; what is off in it is tried. */
function chart(files: Readonly<Record<string, string>>, { tried = true } = {}): Workspace {
  const workspace = new Workspace(rules);
  workspace.trySwitches(tried);
  for (const [path, text] of Object.entries({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'templates/account.yaml': account, ...files })) put(workspace, path, text);
  workspace.install('helm:.', []);
  return workspace;
}

function put(workspace: Workspace, path: string, text: string): void {
  const isPart = /(?:^|\/)(?:Chart\.yaml|_[^/]*)$/.test(path);
  const dialect = path.includes('templates/') ? 'template' : path.endsWith('values.yaml') ? 'values' : 'kubernetes';
  workspace.set({ path, text, dialect, scope: 'helm:.', role: isPart ? 'part' : 'manifest', namespace: releaseNamespace, chart: '' });
}

const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\nautomountServiceAccountToken: false\n';
const admin = (condition: string, name = 'all'): string => `{{- if ${condition} }}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${name}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - kind: ServiceAccount
    name: web
    namespace: {{ .Release.Namespace }}
{{- end }}
`;

/** `file:line persona message`, and below it the related places, of the findings of a rule. */
function found(workspace: Workspace, rule = 'cluster-admin-binding'): string[] {
  const line = (file: string, start: number): string => `${file}:${workspace.textOf(file)!.slice(0, start).split('\n').length}`;
  return workspace.findings().filter((one) => one.rule === rule).map(({ file, span, persona, message, related }) => [`${line(file, span.start)} ${persona}${/ \(only with .*\)$/.exec(message)?.[0] ?? ''}`, ...related.filter((one) => one.file.endsWith('values.yaml')).map((one) => `${line(one.file, one.span.start)} ${one.message}`)].join(', '));
}

describe('what values switch off', () => {
  const files = { 'values.yaml': 'rbac:\n  create: true\n  clusterWide: false # for a few\n', 'templates/rbac.yaml': admin('and .Values.rbac.create .Values.rbac.clusterWide') };

  test('is judged with that value true, which the finding says', () => {
    assert.deepEqual(found(chart(files)), ['templates/rbac.yaml:9 pedantic (only with rbac.clusterWide: true), values.yaml:3 switched off here']);
  });

  test('is silent for who does not ask', () => {
    const workspace = chart(files, { tried: false });
    assert.deepEqual(found(workspace), []);
    const before = workspace.work.asked;
    workspace.trySwitches(true);
    assert.equal(found(workspace).length, 1);
    assert.ok(workspace.work.asked > before);
    workspace.trySwitches(false);
    assert.deepEqual(found(workspace), []);
  });

  test('is judged one value at a time, all else as by default', () => {
    assert.deepEqual(found(chart({ ...files, 'values.yaml': 'rbac:\n  create: false\n  clusterWide: false\n' })), []);
  });

  test('is only what a plain false leaves out: no text, no number, nothing that is computed', () => {
    for (const value of ['""', '0', 'null', '[]', '{}']) assert.deepEqual(found(chart({ 'values.yaml': `clusterWide: ${value}\n`, 'templates/rbac.yaml': admin('.Values.clusterWide') })), [], value);
    assert.deepEqual(found(chart({ 'values.yaml': 'off: false\n', 'templates/rbac.yaml': admin('not (not .Values.off)') })), []);
  });

  test('may be left out in a helper', () => {
    const helper = `{{- define "rbac" -}}\n${admin('.Values.clusterWide')}{{- end -}}`;
    assert.deepEqual(found(chart({ 'values.yaml': 'clusterWide: false\n', 'templates/_rbac.tpl': helper, 'templates/rbac.yaml': '{{ include "rbac" . }}\n' })), ['templates/rbac.yaml:1 pedantic (only with clusterWide: true), values.yaml:1 switched off here']);
  });

  test('of a subchart is set from the chart that is installed, wherever it is written', () => {
    const subchart = { 'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n', 'charts/sub/templates/rbac.yaml': admin('.Values.clusterWide') };
    assert.deepEqual(found(chart({ ...subchart, 'charts/sub/values.yaml': 'clusterWide: false\n' })), ['charts/sub/templates/rbac.yaml:9 pedantic (only with sub.clusterWide: true), charts/sub/values.yaml:1 switched off here']);
    assert.deepEqual(found(chart({ ...subchart, 'values.yaml': 'sub: {clusterWide: false}\n' })), ['charts/sub/templates/rbac.yaml:9 pedantic (only with sub.clusterWide: true), values.yaml:1 switched off here']);
  });

  test('is set where users set it, in a chart that keeps its defaults under a key of their own', () => {
    const defaults = { 'values.yaml': '_defaults:\n  rbac: {clusterWide: false}\n', 'templates/rbac.yaml': admin('.Values.rbac.clusterWide') };
    const taken = '{{- $defaults := $.Values._defaults }}\n{{- $_ := unset $.Values "_defaults" }}\n';
    const merged = (by: string): Record<string, string> => ({ ...defaults, 'templates/zzz_profile.yaml': `${taken}{{- $_ := set $ "Values" (${by}) }}\n` });
    assert.deepEqual(found(chart(merged('mustMergeOverwrite $defaults $.Values'))), ['templates/rbac.yaml:9 pedantic (only with rbac.clusterWide: true), values.yaml:2 switched off here']);
    const sub = Object.fromEntries(Object.entries(merged('mustMergeOverwrite $defaults $.Values')).map(([path, text]) => [`charts/sub/${path}`, text]));
    assert.deepEqual(found(chart({ ...sub, 'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n' })), ['charts/sub/templates/rbac.yaml:9 pedantic (only with sub.rbac.clusterWide: true), charts/sub/values.yaml:2 switched off here']);
    // The key is still there: both are the values that templates read.
    assert.deepEqual(found(chart({ ...defaults, 'templates/rbac.yaml': admin('.Values._defaults.rbac.clusterWide') })), ['templates/rbac.yaml:9 pedantic (only with _defaults.rbac.clusterWide: true), values.yaml:2 switched off here']);
  });

  test('and by another value too is one finding', () => {
    const both = { 'values.yaml': 'one: false\nother: false\n', 'templates/rbac.yaml': admin('or .Values.one .Values.other') };
    // The last of them decides (`or` gives its last argument).
    assert.deepEqual(found(chart(both)), ['templates/rbac.yaml:9 pedantic (only with other: true), values.yaml:2 switched off here']);
    const nested = { 'values.yaml': 'one: false\nother: false\n', 'templates/rbac.yaml': `{{- if .Values.one }}{{- end }}${admin('.Values.other').replace('{{- if .Values.other }}', '{{- if .Values.other }}{{- end }}{{- if or .Values.one .Values.other }}')}` };
    assert.deepEqual(found(chart(nested)), ['templates/rbac.yaml:9 pedantic (only with one: true or other: true), values.yaml:1 switched off here, values.yaml:2 switched off here']);
  });

  test('is a finding of its defaults where it is one without', () => {
    const workspace = chart({ 'values.yaml': 'more: false\n', 'templates/rbac.yaml': `${admin('true')}{{- if .Values.more }}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: more}\n{{- end }}\n` });
    assert.deepEqual(found(workspace), ['templates/rbac.yaml:9 regular']);
    assert.equal(workspace.findings().find((one) => one.rule === 'cluster-admin-binding')!.instances, 1);
  });

  test('is nothing where Helm stops with it', () => {
    for (const stop of ['{{ fail "not both" }}', '{{ required "name it" .Values.name }}']) {
      const templates = { 'values.yaml': 'clusterWide: false\n', 'templates/rbac.yaml': admin('.Values.clusterWide').replace('{{- if .Values.clusterWide }}', `{{- if .Values.clusterWide }}${stop}`) };
      assert.deepEqual(found(chart(templates)), [], stop);
      // What stops Helm by default says nothing about the switch.
      assert.equal(found(chart({ ...templates, 'templates/rbac.yaml': `${stop}${templates['templates/rbac.yaml']}` })).length, 1, stop);
    }
  });

  test('keeps no fingerprint from what is there by default', () => {
    const two = { 'values.yaml': 'clusterWide: false\n', 'templates/rbac.yaml': `${admin('.Values.clusterWide').replace('{{- end }}', '---')}${admin('true').replace('{{- if true }}', '{{- end }}').replace('{{- end }}\n', '{{- end }}\n').replace(/\{\{- end \}\}\n$/, '')}` };
    const prints = (tried: boolean) => chart(two, { tried }).findings().filter(({ message }) => !message.includes('only with')).map(({ fingerprint }) => fingerprint);
    assert.ok(prints(true).length > 0);
    assert.deepEqual(prints(true), prints(false));
  });
});

test('a suppression in the template counts for it', () => {
  const suppressed = admin('.Values.clusterWide').replace('kind: ClusterRole\n  name: cluster-admin', 'kind: ClusterRole\n  name: cluster-admin # kubewho: ignore[cluster-admin-binding] -- for who turns it on');
  const workspace = chart({ 'values.yaml': 'clusterWide: false\n', 'templates/rbac.yaml': suppressed });
  assert.deepEqual(found(workspace), []);
  assert.deepEqual(workspace.suppressed().map(({ finding }) => finding.rule), ['cluster-admin-binding']);
});

test('what is switched off is as new as the last keystroke, and any order of edits gives what a fresh reading gives', () => {
  const base = { 'values.yaml': 'rbac: {create: true, clusterWide: false}\nother: false\n', 'templates/rbac.yaml': admin('.Values.rbac.clusterWide'), 'templates/more.yaml': admin('.Values.other', 'other') };
  const workspace = chart(base);
  const edits: [string, string][] = [
    ['values.yaml', '# moved\nrbac: {create: true, clusterWide: false}\nother: true\n'],
    ['templates/rbac.yaml', admin('.Values.rbac.clusterWide').replace('cluster-admin', 'view')],
    ['templates/account.yaml', account.replace('automountServiceAccountToken: false\n', '')],
    ['values.yaml', 'rbac: {create: true, clusterWide: true}\nother: false\n'],
    ['templates/rbac.yaml', base['templates/rbac.yaml']],
    ['values.yaml', base['values.yaml']],
  ];
  const now: Record<string, string> = { ...base };
  for (const [path, text] of edits) {
    now[path] = text;
    put(workspace, path, text);
    const fresh = chart(now);
    const shown = (one: Workspace) => one.findings().map(({ rule, message, file, span, fingerprint, persona, instances, related }) => ({ rule, message, file, span, fingerprint, persona, instances, related }));
    assert.deepEqual(shown(workspace), shown(fresh), `${path}: ${text}`);
  }
});
