// Hovers on what writes nothing by itself: conditions, loops, and the actions of helpers.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver-protocol/node';
import { type Editor, rangeOf, withEditor } from './support.ts';

const template = 'chart/templates/web.yaml';
const helpers = 'chart/templates/_helpers.tpl';
const files = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'chart/values.yaml': 'rbac:\n  create: false\nroles: [view, edit]\nnone: []\nname: web\nlabels: {a: b}\n',
  'chart/values-prod.yaml': 'rbac: {create: true}\n',
  [helpers]: `{{- define "web.name" -}}
{{ .Values.name | upper }}
{{- end -}}
{{- define "web.of" -}}
{{ .part }}-{{ .root.Release.Name }}
{{- if .root.Values.rbac.create }}-bound{{ end }}
{{- end -}}
{{- define "web.unused" -}}
{{ .Values.labels }}
{{- end -}}
`,
  [template]: `{{- if .Values.rbac.create }}
# bound
{{- end }}
{{- range .Values.roles }}
# {{ . }} {{ if eq . "edit" }}may write{{ end }}
{{- end }}
{{- range .Values.none }}
# none
{{- end }}
{{- with .Values.labels }}
# {{ .a }}
{{- end }}
{{- if .Values.missing }}{{ end }}
{{- $name := .Values.name }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "web.name" . }}
  annotations: {a: {{ include "web.of" (dict "part" "a" "root" $) }}, b: {{ include "web.of" (dict "part" "b" "root" $) }}}
`,
};

async function hoverOn(editor: Editor, path: string, part: string): Promise<string> {
  const hover = await editor.hover(path, rangeOf(editor.text(path), part).start);
  return hover ? (hover.contents as MarkupContent).value.replace(/\]\([^)]*\)/g, ']') : '';
}

async function opened(test: (editor: Editor) => Promise<void>, more: Readonly<Record<string, string>> = {}): Promise<void> {
  await withEditor({ files: { ...files, ...more } }, async (editor) => {
    await editor.open(template, files[template], 'helm');
    await editor.open(helpers, files[helpers], 'helm');
    await test(editor);
  });
}

describe('a hover in a template', () => {
  it('on a condition says whether it holds, and which line decides it', () =>
    opened(async (editor) => {
      assert.equal(await hoverOn(editor, template, '.Values.rbac.create'), '`{{- if .Values.rbac.create }}` is left out: `false` ([chart/values.yaml:2])');
      assert.equal(await hoverOn(editor, template, 'with .Values.labels'), '`{{- with .Values.labels }}` is taken: one entry ([chart/values.yaml:6])');
      assert.equal(await hoverOn(editor, template, 'if .Values.missing'), '`{{- if .Values.missing }}` is left out: nothing');
      assert.equal(await hoverOn(editor, template, 'if eq . "edit"'), '`{{ if eq . "edit" }}` is left out: `false`, is taken: `true`');
    }));

  it('on a loop says how often it runs', () =>
    opened(async (editor) => {
      assert.equal(await hoverOn(editor, template, 'range .Values.roles'), '`{{- range .Values.roles }}` runs 2 times ([chart/values.yaml:3])');
      assert.equal(await hoverOn(editor, template, 'range .Values.none'), '`{{- range .Values.none }}` does not run ([chart/values.yaml:4])');
      // Helm 3 stops at a number, Helm 4 counts.
      await editor.replace(template, 'range .Values.none', 'range 3');
      assert.equal(await hoverOn(editor, template, 'range 3'), '');
    }));

  it('on an else says whether it is come to, and which line decides that', () =>
    opened(async (editor) => {
      await editor.replace(template, '{{- if .Values.missing }}{{ end }}', '{{- if .Values.rbac.create }}{{ else if eq .Values.name "web" }}{{ else if .Values.labels }}{{ else }}{{ end }}{{ if .Values.missing }}{{ else }}{{ end }}{{ range .Values.none }}{{ else }}{{ end }}{{ range .Values.roles }}{{ else }}{{ end }}{{ if randAlpha 5 }}{{ else if .Values.rbac }}{{ else }}{{ end }}{{ range .Values.roles }}{{ if eq . "edit" }}{{ else if eq . "view" }}{{ end }}{{ end }}');
      const elses = [...editor.text(template).matchAll(/\{\{ else.*?\}\}/g)];
      const said: string[] = [];
      for (const { index } of elses) {
        const before = editor.text(template).slice(0, index);
        const hover = await editor.hover(template, { line: before.split('\n').length - 1, character: before.length - before.lastIndexOf('\n') + 3 });
        said.push(hover ? (hover.contents as MarkupContent).value.replace(/\]\([^)]*\)/g, ']') : '');
      }
      assert.deepEqual(said, [
        '`{{ else if eq .Values.name "web" }}` is taken: `true`',
        '`{{ else if .Values.labels }}` is left out: one before it is taken',
        '`{{ else }}` is left out',
        '`{{ else }}` is taken',
        '`{{ else }}` is taken ([chart/values.yaml:4])',
        '`{{ else }}` is left out ([chart/values.yaml:3])',
        '',
        '',
        '`{{ else if eq . "view" }}` is taken: `true`, is left out: one before it is taken',
      ]);
    }));

  it('says it for each profile', () =>
    opened(async (editor) => {
      assert.equal(await hoverOn(editor, template, '.Values.rbac.create'), '`{{- if .Values.rbac.create }}`\n\n- by default: is left out: `false` ([chart/values.yaml:2])\n- with `profile prod`: is taken: `true` ([chart/values-prod.yaml:1])');
    }, { 'kubewho.yaml': 'profiles:\n  - name: prod\n    values: [values-prod.yaml]\n' }));

  it('says nothing of what nobody can tell, and of what is only set', () =>
    opened(async (editor) => {
      await editor.replace(template, 'if .Values.missing', 'if randAlpha 5');
      assert.equal(await hoverOn(editor, template, 'if randAlpha'), '');
      assert.equal(await hoverOn(editor, template, '$name := .Values.name'), '');
    }));
});

describe('a hover in a helper', () => {
  it('tells what its callers make of it', () =>
    opened(async (editor) => {
      assert.equal(await hoverOn(editor, helpers, '.Values.name'), '`{{ .Values.name | upper }}` gives `WEB` ([chart/values.yaml:5])');
      assert.equal(await hoverOn(editor, helpers, '.part'), '`{{ .part }}` gives `a`, `b`');
      assert.equal(await hoverOn(editor, helpers, '.root.Values.rbac'), '`{{- if .root.Values.rbac.create }}` is left out: `false` ([chart/values.yaml:2])');
      assert.equal(await hoverOn(editor, helpers, '.root.Release'), '`{{ .root.Release.Name }}` gives `{{ .Release.Name }}`');
      assert.equal(await hoverOn(editor, template, 'include "web.of"'), '`{{ include "web.of" (dict "part" "a" "root" $) }}` gives `a-{{ .Release.Name }}`');
    }));

  it('says nothing of one that nobody calls', () =>
    opened(async (editor) => assert.equal(await hoverOn(editor, helpers, '.Values.labels'), '')));
});
