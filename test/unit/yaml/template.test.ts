import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { maskTemplate } from '../../../engine/yaml/mask.ts';
import { nodeAt, toData, type Path, type SeqNode, type YamlNode } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

function at(text: string, ...path: Path): YamlNode | undefined {
  const { root, problem } = parseYaml(text, 'template');
  assert.equal(problem, undefined, problem?.detail);
  return nodeAt(root, path);
}

/** A hole's expression, else the data. */
const said = (node: YamlNode | undefined) => (node?.kind === 'hole' ? `hole: ${node.expression}` : toData(node));

describe('a masked template', () => {
  test('keeps length and line breaks, whatever the text', () => {
    const piece = fc.constantFrom('{{', '}}', '{{- ', ' -}}', 'if .x', 'else', 'end', 'range', 'with', 'include "a" .', '| nindent 4', 'toYaml .Values.y', '"', "'", '`', '\\', '/*', '*/', '#', ': ', '\n', '\r\n', '  ', '- ', 'a', '🚀', '$x := 1', 'define "z"');
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const masked = maskTemplate(text).text;
      assert.equal(masked.length, text.length);
      assert.equal(masked.replace(/[^\r\n]/g, '.'), text.replace(/[^\r\n]/g, '.'));
    }), { numRuns: 5_000 });
  });

  test('is read without an exception, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('{', '}', '"', '\n', ' ', 'a', ':', '-', 'if', 'end', '.', '|', '#') , maxLength: 60 }), (text) => { parseYaml(text, 'template'); }), { numRuns: 5_000 });
  });

  test('a scalar action is a hole with its expression, quoted or not', () => {
    const text = 'name: {{ include "app.fullname" . }}\nquoted: "{{ .Values.name | quote }}"\npart: app-{{ .Release.Name }}\nplain: here\n';
    assert.equal(said(at(text, 'name')), 'hole: include "app.fullname" .');
    assert.equal(said(at(text, 'quoted')), 'hole: .Values.name');
    assert.equal(said(at(text, 'part')), 'hole: app-{{ .Release.Name }}');
    assert.equal(said(at(text, 'plain')), 'here');
    const hole = at(text, 'name')!;
    assert.equal(text.slice(hole.span.start, hole.span.end), '{{ include "app.fullname" . }}');
  });

  test('equal expressions are equal, with trim marks, quoting and template for include', () => {
    const text = 'a: {{ include "sa" . }}\nb: {{- include "sa" . | quote }}\nc: {{ template "sa" . }}\nd: {{ include  "sa"  . -}}\n';
    assert.deepEqual(new Set(['a', 'b', 'c', 'd'].map((key) => said(at(text, key)))).size, 1);
  });

  test('a block action is the value of the key above it', () => {
    const text = 'spec:\n  selector:\n    {{- toYaml .Values.selector | nindent 4 }}\n  tolerations:\n{{ toYaml .Values.tolerations | indent 2 }}\n  same: {{ toYaml .Values.same | nindent 4 }}\n  after: 1\n';
    assert.equal(said(at(text, 'spec', 'selector')), 'hole: toYaml .Values.selector | nindent 4');
    assert.equal(said(at(text, 'spec', 'tolerations')), 'hole: toYaml .Values.tolerations | indent 2');
    assert.equal(said(at(text, 'spec', 'same')), 'hole: toYaml .Values.same | nindent 4');
    assert.equal((at(text, 'spec') as { open?: string }).open, undefined);
    assert.equal(said(at(text, 'spec', 'after')), 1);
  });

  test('a block action at the column of keys opens their mapping, and no other', () => {
    const text = 'metadata:\n  labels:\n    app: x\n    {{- include "labels" . | nindent 4 }}\n  name: y\nspec:\n  a: 1\n';
    assert.equal((at(text, 'metadata', 'labels') as { open?: string }).open, 'include "labels" . | nindent 4');
    assert.equal((at(text, 'metadata') as { open?: string }).open, undefined);
    assert.equal((at(text, 'spec') as { open?: string }).open, undefined);
  });

  test('what stands under a condition only is a hole; what wraps the document changes nothing', () => {
    const text = '{{- if .Values.create }}\nkind: ServiceAccount\nspec:\n  always: 1\n  {{- if .Values.sometimes }}\n  sometimes: 2\n  {{- end }}\n{{- end }}\n';
    assert.equal(said(at(text, 'kind')), 'ServiceAccount');
    assert.equal(said(at(text, 'spec', 'always')), 1);
    assert.equal(at(text, 'spec', 'sometimes')?.kind, 'hole');
  });

  test('two arms of a condition are alternatives, not duplicates', () => {
    const text = 'spec:\n  {{- if .Values.own }}\n  serviceAccountName: own\n  {{- else }}\n  serviceAccountName: default\n  {{- end }}\n';
    assert.equal(at(text, 'spec', 'serviceAccountName')?.kind, 'hole');
  });

  test('a condition inside a line makes that value a hole', () => {
    const text = 'replicas: {{ if .Values.ha }}3{{ else }}1{{ end }}\nnext: 1\n';
    assert.equal(at(text, 'replicas')?.kind, 'hole');
    assert.equal(said(at(text, 'next')), 1);
  });

  test('items under a range leave the list open', () => {
    const text = 'subjects:\n{{- range .Values.accounts }}\n- kind: ServiceAccount\n  name: {{ .name }}\n{{- end }}\n- kind: User\n  name: x\n';
    const list = at(text, 'subjects') as SeqNode;
    assert.notEqual(list.open, undefined);
    assert.equal(list.items.length, 2);
    assert.match(String(said(at(text, 'subjects', 0, 'name'))), /^hole: \.name @\d+$/);
  });

  test('the dot inside a range is not the dot outside', () => {
    const text = 'a: {{ .name }}\nb:\n  {{- range .Values.x }}\n  - {{ .name }}\n  {{- end }}\n';
    assert.notEqual(said(at(text, 'a')), said(at(text, 'b', 0)));
  });

  test('a key that is an action leaves its mapping open', () => {
    assert.equal((at('data:\n  {{ .Values.key }}: x\n  other: y\n', 'data') as { open?: string }).open, '.Values.key');
  });

  test('comments, assignments and definitions leave nothing behind', () => {
    const text = '{{/* kind: Secret\n}} */}}\n{{- $name := .Values.name -}}\n{{- define "x" }}\nfoo: [\n{{- end }}\na: 1\n';
    assert.deepEqual({ ...(said(at(text)) as object) }, { a: 1 });
  });

  test('a block text with an action in it is a hole, one beside an action is not', () => {
    const text = 'data:\n  a: |\n    {{- if .Values.x }}\n    one\n    {{- end }}\n  b: |-\n{{ toYaml .Values.y | indent 4 }}\n  c: |\n    {{ .Values.z }} two\n  d: |\n    three\n  {{- if .Values.w }}\n  e: four\n  {{- end }}\n';
    for (const key of ['a', 'b', 'c', 'e']) assert.equal(at(text, 'data', key)?.kind, 'hole', key);
    assert.equal(said(at(text, 'data', 'd')), 'three\n');
  });

  test('indent counts wherever it stands in the action', () => {
    const text = 'spec:\n  selector:\n{{ tpl (toYaml .Values.s | indent 4 | default "null") . }}\n  after: 1\n';
    assert.equal(at(text, 'spec', 'selector')?.kind, 'hole');
    assert.equal((at(text, 'spec') as { open?: string }).open, undefined);
  });

  test('lines that are put beside their key although the action stands behind it open the mapping of the key', () => {
    const text = 'spec:\n  selector:\n    matchLabels: {{- include "labels" . | nindent 4 }}\n  after: 1\n';
    assert.notEqual((at(text, 'spec', 'selector') as { open?: string }).open, undefined);
    assert.equal(at(text, 'spec', 'selector', 'matchLabels')?.kind, 'hole');
    assert.equal((at(text, 'spec') as { open?: string }).open, undefined);
  });

  test('an include that says nothing of its indentation may write into any mapping above it', () => {
    const text = 'metadata:\n  labels:\n    app: x\n{{ include "more" . }}\nspec:\n  a: 1\n';
    for (const path of [[], ['metadata'], ['metadata', 'labels']]) assert.notEqual((at(text, ...path) as { open?: string }).open, undefined, path.join());
    assert.equal((at(text, 'spec') as { open?: string }).open, undefined);
  });

  test('what does not read as YAML behind its mask is a template problem, never a syntax error', () => {
    assert.equal(parseYaml('a: {{ .x }}\n b: c: d\n', 'template').problem?.reason, 'template');
  });
});
