import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { templateFault, valuesFault } from '../../../engine/helm/faults.ts';

/** `line: detail` of a fault. */
function said(text: string, find: typeof templateFault): string | undefined {
  const fault = find(text);
  return fault && `${text.slice(0, fault.span.start).split('\n').length}: ${fault.detail}`;
}

const inValues = (text: string) => valuesFault('values.yaml', text);

describe('what Helm refuses is told with its line', () => {
  const templates: [string, string | undefined][] = [
    ['a: {{ .Values.a }}\n', undefined],
    ['no template: {}\n', undefined],
    ['a: 1\nb: {{ .Values.a\n', '2: this action is not closed by }}, or holds what no template may'],
    ['a: 1\n{{- if .Values.a }}\nb: 1\n', '2: this {{ if }} has no {{ end }}'],
    ['{{ range .a }}{{ if .b }}\n{{ end }}\n', '1: this {{ range }} has no {{ end }}'],
    ['a: 1\n{{ end }}\n', '2: this {{ end }} closes nothing'],
    ['{{ else }}\n', '1: this {{ else }} belongs to nothing'],
    ['a: 1\n{{/* a comment\n', '2: this comment is not closed by */}}'],
    ['{{/* a comment */}}\n{{ "an {{ if }} in a text" }}\n', undefined],
    ['a: {{ ) }}\n', '1: this is no template that Helm can read'],
  ];
  for (const [text, expected] of templates) test(JSON.stringify(text), () => assert.equal(said(text, templateFault), expected));

  test('a values file is a mapping, or empty', () => {
    for (const text of ['', '# nothing\n', '---\na: 1\n', 'null\n', '{}']) assert.equal(said(text, inValues), undefined, text);
    assert.equal(said('\n- a\n', inValues), '2: Helm takes only a mapping of names to values here');
    assert.match(said('a: 1\nb: [\n', inValues)!, /^\d: /);
  });
});
