// Charts while somebody types in them: templates, helpers, values and Chart.yaml, saved or not, and templates shown with their values.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Diagnostic, MarkupContent } from 'vscode-languageserver-protocol/node';
import { capable, type Editor, eventually, rangeOf, textIn, withEditor } from './support.ts';

const RULE = 'automounted-token';

const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: {{ include "web.account" . }}
      automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
      containers: [{name: web, image: "example.com/web:1"}]
`;
const chart = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'chart/values.yaml': '# defaults\nserviceAccount:\n  name: web\n  automount: true\n',
  'chart/templates/_helpers.tpl': '{{- define "web.account" -}}\n{{ .Values.serviceAccount.name }}\n{{- end -}}\n',
  'chart/templates/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ include "web.account" . }}\n',
  'chart/templates/web.yaml': web,
};
const template = 'chart/templates/web.yaml';

/** The texts of a rule's findings in a file, with the lines of values files that decide them. */
async function found(editor: Editor, path: string, rule = RULE): Promise<string[]> {
  const text = editor.read(path);
  return (await editor.findings(path, rule)).map(({ range, relatedInformation = [] }) => [textIn(text, range), ...relatedInformation.filter(({ message }) => message.includes('decides')).map(({ location }) => `${location.uri.split('/').at(-1)}:${location.range.start.line + 1}`)].join(' '));
}

async function hoverOn(editor: Editor, path: string, part: string): Promise<string> {
  const hover = await editor.hover(path, rangeOf(editor.text(path), part).start);
  return hover ? (hover.contents as MarkupContent).value : '';
}

describe('a chart in the editor', () => {
  it('is judged with values as they are typed, and as they are on disk when they are closed unsaved', () =>
    withEditor({ files: chart }, async (editor) => {
      await editor.open(template, web, 'helm');
      assert.deepEqual(await found(editor, template), ['{{ .Values.serviceAccount.automount }} values.yaml:4']);
      await editor.open('chart/values.yaml', chart['chart/values.yaml']);
      await editor.replace('chart/values.yaml', '# defaults\n', '');
      assert.deepEqual(await found(editor, template), ['{{ .Values.serviceAccount.automount }} values.yaml:3']);
      await editor.replace('chart/values.yaml', 'automount: true', 'automount: false');
      assert.deepEqual(await found(editor, template), []);
      await editor.close('chart/values.yaml');
      assert.deepEqual(await found(editor, template), ['{{ .Values.serviceAccount.automount }} values.yaml:4']);
    }));

  it('is judged with helpers as they are typed, of whatever language the client takes them for', () =>
    withEditor({ files: chart }, async (editor) => {
      assert.deepEqual(await found(editor, template, 'missing-service-account'), []);
      for (const language of ['helm', 'plaintext']) {
        await editor.open('chart/templates/_helpers.tpl', chart['chart/templates/_helpers.tpl'], language);
        await editor.replace('chart/templates/_helpers.tpl', '.Values.serviceAccount.name', '"elsewhere"');
        assert.deepEqual(await found(editor, 'chart/templates/account.yaml'), []);
        assert.match(await hoverIn(editor), /runs as account \*\*.*elsewhere\*\*/);
        await editor.close('chart/templates/_helpers.tpl');
        assert.match(await hoverIn(editor), /runs as account \*\*.*web\*\*/);
      }
      async function hoverIn(one: Editor): Promise<string> {
        const hover = await one.hover(template, { line: 1, character: 8 });
        return (hover!.contents as MarkupContent).value;
      }
    }));

  it('is one as soon as it has a Chart.yaml, and none without', () =>
    withEditor({ files: chart }, async (editor) => {
      assert.equal((await found(editor, template)).length, 1);
      editor.remove('chart/Chart.yaml');
      await editor.tell({ 'chart/Chart.yaml': 'deleted' });
      assert.deepEqual(await found(editor, template), []);
      await editor.open('chart/Chart.yaml', chart['chart/Chart.yaml']);
      assert.equal((await found(editor, template)).length, 1);
    }));

  it('takes a profile whose values file comes later, says which it is, and forgets it again', () =>
    withEditor({ files: { ...chart, 'chart/values.yaml': 'serviceAccount: {name: web, automount: false}\n', 'kubewho.yaml': 'profiles:\n  - name: prod\n    values: [values-prod.yaml]\n' } }, async (editor) => {
      assert.deepEqual(await found(editor, template), []);
      editor.write('chart/values-prod.yaml', 'serviceAccount: {automount: true}\n');
      await editor.tell({ 'chart/values-prod.yaml': 'created' });
      const [finding] = await editor.findings(template, RULE);
      assert.match(String(finding!.message), / \(only with profile prod\)$/);
      assert.deepEqual(await found(editor, template), ['{{ .Values.serviceAccount.automount }} values-prod.yaml:1']);
      await editor.open('chart/values-prod.yaml', editor.read('chart/values-prod.yaml'));
      await editor.replace('chart/values-prod.yaml', 'true', 'false');
      assert.deepEqual(await found(editor, template), []);
    }));

  it('says on an action what it gives and which line decides it, for each profile', () =>
    withEditor({ files: { ...chart, 'chart/values-prod.yaml': '\nserviceAccount: {automount: false}\n' } }, async (editor) => {
      await editor.open(template, web, 'helm');
      const first = await hoverOn(editor, template, '.Values.serviceAccount.automount');
      assert.match(first, /^`\{\{ \.Values\.serviceAccount\.automount \}\}` gives `true` \(\[chart\/values\.yaml:4\]\(file:\/\/.*\/chart\/values\.yaml#L4\)\)/);
      assert.match(await hoverOn(editor, template, 'include "web.account"'), /gives `web`/);
      assert.match(await hoverOn(editor, template, '.Release.Name'), /gives `\{\{ \.Release\.Name \}\}`/);
      editor.write('kubewho.yaml', 'profiles:\n  - name: prod\n    values: [values-prod.yaml]\n');
      await editor.tell({ 'kubewho.yaml': 'created' });
      const said = await hoverOn(editor, template, '.Values.serviceAccount.automount');
      assert.match(said, /- by default: `true` \(\[chart\/values\.yaml:4\]/);
      assert.match(said, /- with `profile prod`: `false` \(\[chart\/values-prod\.yaml:2\]/);
    }));
});

describe('a chart that an object installs', () => {
  const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web-prod, namespace: argocd}
spec:
  source:
    repoURL: https://example.com/all.git
    path: chart
    helm:
      valuesObject:
        serviceAccount:
          automount: true
  destination: {namespace: shop}
`;

  it('is judged with the values of the object as it is typed', () =>
    withEditor({ files: { ...chart, 'chart/values.yaml': 'serviceAccount: {name: web, automount: false}\n', 'argocd/web.yaml': application } }, async (editor) => {
      const [finding] = await editor.findings(template, RULE);
      assert.match(String(finding!.message), / \(only with Application web-prod\)$/);
      assert.deepEqual(finding!.relatedInformation!.map(({ location, message }) => `${textIn(application, location.range)}: ${message}`), ['true: this value decides it', 'web-prod: installed by Application web-prod']);
      await editor.open('argocd/web.yaml', application);
      await editor.replace('argocd/web.yaml', 'automount: true', 'automount: false');
      assert.deepEqual(await editor.findings(template, RULE), []);
      await editor.replace('argocd/web.yaml', 'automount: false', 'automount: true');
      assert.equal((await editor.findings(template, RULE)).length, 1);
      await editor.replace('argocd/web.yaml', 'path: chart', 'path: other');
      assert.deepEqual(await editor.findings(template, RULE), []);
      await editor.close('argocd/web.yaml');
      assert.equal((await editor.findings(template, RULE)).length, 1);
      editor.remove('argocd/web.yaml');
      await editor.tell({ 'argocd/web.yaml': 'deleted' });
      assert.deepEqual(await editor.findings(template, RULE), []);
    }));

  it('is shown with its values, its name and its namespace', () =>
    withEditor({ files: { ...chart, 'argocd/web.yaml': application } }, async (editor) => {
      const ways = await waysOf(editor, template);
      assert.deepEqual(ways.map(({ label }) => label), ['defaults', 'Application web-prod']);
      await editor.open(template, web, 'helm');
      assert.match(await hoverOn(editor, template, '.Release.Name'), /- with `Application web-prod`: `web-prod`/);
    }));
});

interface Way { readonly label: string; readonly uri: string }
const showing = { ...capable, workspace: { ...capable.workspace, textDocumentContent: { dynamicRegistration: true } } };

/** The ways in which a template can be shown. */
function waysOf(editor: Editor, path: string): Promise<Way[]> {
  return editor.connection.sendRequest('kubewho/rendered', { uri: editor.uri(path) });
}

async function contentOf(editor: Editor, uri: string): Promise<string> {
  return (await editor.connection.sendRequest<{ text: string }>('workspace/textDocumentContent', { uri })).text;
}

function linesOf(text: string, diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ range }) => `${range.start.line + 1} ${textIn(text, range)}`);
}

describe('a template shown with its values', () => {
  it('has the findings on its own lines, and follows what is typed elsewhere', () =>
    withEditor({ files: chart, capabilities: showing }, async (editor) => {
      const refreshed: string[] = [];
      editor.connection.onRequest('workspace/textDocumentContent/refresh', ({ uri }: { uri: string }) => void refreshed.push(uri));
      assert.deepEqual(editor.initialized.capabilities.workspace?.textDocumentContent, { schemes: ['kubewho-rendered'] });
      const [way, ...others] = await waysOf(editor, template);
      assert.deepEqual([way!.label, others], ['defaults', []]);
      const text = await contentOf(editor, way!.uri);
      assert.equal(text, web.replace('{{ include "web.account" . }}', 'web').replace('{{ .Values.serviceAccount.automount }}', 'true'));
      const findings = await editor.findings(way!.uri, RULE);
      assert.deepEqual(linesOf(text, findings), ['11 true']);
      assert.deepEqual(findings[0]!.relatedInformation!.map(({ location, message }) => `${location.uri.split('/').at(-1)} ${message}`).slice(0, 1), ['web.yaml written here']);

      await editor.open('chart/values.yaml', chart['chart/values.yaml']);
      await editor.replace('chart/values.yaml', 'true', 'false');
      await eventually('the text to be asked for again', () => refreshed.includes(way!.uri));
      assert.match(await contentOf(editor, way!.uri), /Token: false/);
      assert.deepEqual(await editor.findings(way!.uri, RULE), []);
    }));

  it('says of a helper that it writes nothing by itself', () =>
    withEditor({ files: chart, capabilities: showing }, async (editor) => {
      const [way] = await waysOf(editor, 'chart/templates/_helpers.tpl');
      assert.match(await contentOf(editor, way!.uri), /^# A helper writes nothing by itself/);
    }));

  it('has a finding of a loop once for each turn that it is about', () =>
    withEditor({
      files: { ...chart, 'chart/values.yaml': 'serviceAccount: {name: web, automount: false}\nbound: [view, cluster-admin, cluster-admin]\n', 'chart/templates/rbac.yaml': '{{- range $i, $role := .Values.bound }}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: "x{{ $i }}"}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ $role }}}\nsubjects:\n  - kind: ServiceAccount\n    name: web\n    namespace: {{ $.Release.Namespace }}\n{{- end }}\n' },
      capabilities: showing,
    }, async (editor) => {
      const [way] = await waysOf(editor, 'chart/templates/rbac.yaml');
      const text = await contentOf(editor, way!.uri);
      assert.deepEqual(linesOf(text, await editor.findings(way!.uri, 'cluster-admin-binding')), ['15 cluster-admin', '24 cluster-admin']);
    }));

  it('out of a helper or a block of values has findings on the words that they are about', () =>
    withEditor({
      files: { ...chart, 'chart/values.yaml': 'serviceAccount: {name: web}\npod:\n  serviceAccountName: web\n  automountServiceAccountToken: true\n', [template]: web.replace(/ {6}serviceAccountName.*\n.*\n/, '{{ toYaml .Values.pod | indent 6 }}\n') },
      capabilities: showing,
    }, async (editor) => {
      const [way] = await waysOf(editor, template);
      const text = await contentOf(editor, way!.uri);
      assert.deepEqual(linesOf(text, await editor.findings(way!.uri, RULE)), ['10 true']);
    }));

  it('is there for each profile, and for no file that is no template', () =>
    withEditor({ files: { ...chart, 'chart/values-prod.yaml': 'serviceAccount: {automount: false}\n', 'kubewho.yaml': 'profiles:\n  - name: prod\n    values: [values-prod.yaml]\n' }, capabilities: showing }, async (editor) => {
      const ways = await waysOf(editor, template);
      assert.deepEqual(ways.map(({ label }) => label), ['defaults', 'profile prod']);
      assert.match(await contentOf(editor, ways[1]!.uri), /Token: false/);
      assert.deepEqual(await editor.findings(ways[1]!.uri, RULE), []);
      assert.equal((await editor.findings(ways[0]!.uri, RULE)).length, 1);
      assert.deepEqual(await waysOf(editor, 'chart/values.yaml'), []);
      assert.match(await contentOf(editor, 'kubewho-rendered:/nothing?%5B%22file%3A///x%22%2C%22%22%5D'), /cannot be told/);
    }));

  it('says so where it cannot be told what the template writes', () =>
    withEditor({ files: { ...chart, [template]: `{{ if }}\n${web}` }, capabilities: showing }, async (editor) => {
      const [way] = await waysOf(editor, template);
      assert.match(await contentOf(editor, way!.uri), /^# What this template writes cannot be told/);
      assert.deepEqual(await editor.findings(way!.uri), []);
    }));
});
