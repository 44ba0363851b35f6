import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readChart } from '../../../engine/helm/read-chart.ts';
import { carryForward, placeShown, showTemplate, valuesAt, type Shown } from '../../../engine/helm/shown.ts';
import { splitStream } from '../../../engine/yaml/split.ts';

const path = 'templates/x.yaml';

/** The template of a chart as it is shown. */
function shown(template: string, values = '', helpers = ''): Shown {
  const file = (name: string, text: string) => ({ path: name, file: name, text, documents: name === path ? splitStream(text).map((document, id) => ({ ...document, id })) : [] });
  return showTemplate(readChart([file('Chart.yaml', 'name: web\nversion: 1.0.0\n'), file('values.yaml', values), file('templates/_helpers.tpl', helpers), file(path, template)], [], { namespace: undefined, kubernetesMinor: 36 }), path)!;
}

const account = (name: string): string => `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n`;

/** What a part of a template became, in all of the shown text. */
function carried(template: string, part: string, values = ''): string[] {
  const { text, segments } = shown(template, values);
  const start = template.indexOf(part);
  return carryForward(segments, { start, end: start + part.length }, { start: 0, end: text.length }).map((span) => text.slice(span.start, span.end));
}

describe('a shown template', () => {
  test('has values where they are known, and actions where they are not', () => {
    assert.equal(shown(account('{{ .Values.name }}-{{ .Release.Name }}'), 'name: web').text, account('web-{{ .Release.Name }}'));
  });

  test('is not there where the template cannot be expanded', () => {
    assert.equal(showTemplate(readChart([{ path, file: path, text: account('x'), documents: [] }], [], { namespace: undefined, kubernetesMinor: 36 }), path), undefined);
  });
});

describe('a stretch of the template', () => {
  test('becomes itself where it is literal, and what its action gives where it is one', () => {
    assert.deepEqual(carried(account('{{ .Values.name }}'), 'ServiceAccount', 'name: web'), ['ServiceAccount']);
    assert.deepEqual(carried(account('{{ .Values.name }}'), '{{ .Values.name }}', 'name: web'), ['web']);
    assert.deepEqual(carried(account('"{{ .Values.name }}-x"'), '"{{ .Values.name }}-x"', 'name: web'), ['"web-x"']);
  });

  test('becomes several in a loop, and none under a condition that does not hold', () => {
    const loop = `{{- range .Values.names }}\n---\n${account('{{ . }}')}{{- end }}\n`;
    assert.deepEqual(carried(loop, '{{ . }}', 'names: [a, b]'), ['a', 'b']);
    assert.deepEqual(carried(loop, 'kind', 'names: [a, b]'), ['kind', 'kind']);
    assert.deepEqual(carried(`{{ if .Values.on }}\n${account('a')}{{ end }}\n`, 'kind', 'on: false'), []);
  });

  test('behind actions that grow or shrink is where it stands now', () => {
    const template = account('{{ .Release.Name }}{{ .Values.long }}').replace('metadata', '{{/* gone */}}metadata') + 'automountServiceAccountToken: true\n';
    assert.deepEqual(carried(template, 'Token: true', 'long: a-name-that-is-longer-than-its-action'), ['Token: true']);
  });
});

describe('the place of an object', () => {
  test('is in its own turn of a loop', () => {
    const template = `{{- range .Values.names }}\n---\n${account('{{ . }}')}{{- end }}\n`;
    const view = shown(template, 'names: [a, b]');
    const start = template.indexOf('{{ . }}');
    assert.deepEqual([...view.documents.keys()].map((root) => {
      const span = placeShown(view, root, { start, end: start + 7 }, ['metadata', 'name'])!;
      return view.text.slice(span.start, span.end);
    }), ['a', 'b']);
  });

  test('is told by its path where one action writes all of it', () => {
    const template = '{{ include "account" . }}\n';
    const view = shown(template, '', `{{ define "account" }}${account('web')}automountServiceAccountToken: true\n{{ end }}`);
    const [root] = view.documents.keys();
    const at = (...steps: string[]): string => {
      const span = placeShown(view, root!, { start: 0, end: template.length - 1 }, steps)!;
      return view.text.slice(span.start, span.end);
    };
    assert.equal(at('automountServiceAccountToken'), 'true');
    assert.equal(at('metadata', 'name'), 'web');
    assert.equal(at('nowhere'), 'apiVersion: v1', 'what stands nowhere is on the first line');
  });
});

test('the values of an action are those of all turns of a loop, each once', () => {
  const template = `{{- range .Values.names }}\n---\n${account('{{ . }}')}{{- end }}\n`;
  const values = valuesAt(shown(template, 'names: [a, b, a]'), template.indexOf('{{ . }}') + 3);
  assert.deepEqual(values.map(({ text, from }) => [text, from?.path]), [['a', ['names', 0]], ['b', ['names', 1]]]);
  assert.deepEqual(valuesAt(shown(template, 'names: [a]'), template.indexOf('kind')), []);
});
