import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assemble } from '../../../engine/helm/chart.ts';
import { expand } from '../../../engine/helm/expand.ts';
import { parseTemplate } from '../../../engine/helm/parse.ts';
import { readChart } from '../../../engine/helm/read-chart.ts';
import { regexFor } from '../../../engine/helm/regex.ts';
import { unmarked } from '../../../engine/helm/value.ts';
import { splitStream } from '../../../engine/yaml/split.ts';

/** What a template writes with these values; undefined where it is given up. */
function written(template: string, values = '', others: Readonly<Record<string, string>> = {}): string | undefined {
  const files = Object.entries({ 'Chart.yaml': 'name: x\n', 'values.yaml': values, 'templates/t.yaml': template, ...others }).map(([path, text]) => ({ path, file: path, text }));
  const release = assemble(files)!;
  const expanded = expand(release, 'templates/t.yaml', release.instances[0]!, { namespace: 'n', kubernetesMinor: 36 });
  return expanded && unmarked(expanded.text);
}

describe('templates that go deeper than any stack', () => {
  const deep = (open: string, close: string): string => `${open.repeat(10_000)}x${close.repeat(10_000)}`;

  test('are no templates', () => {
    for (const open of ['{{ if .Values.a }}', '{{ with .Values.a }}', '{{ range .Values.a }}', '{{ define "a" }}', '{{ if 1 }}{{ else with 1 }}']) assert.equal(parseTemplate(deep(open, '{{ end }}')), undefined, open);
    assert.equal(parseTemplate(`{{ ${deep('(', ')')} }}`), undefined);
    assert.equal(parseTemplate(`{{ if 1 }}${'{{ else with 1 }}{{ else if 1 }}'.repeat(10_000)}{{ end }}`), undefined);
  });

  test('any number of `else if` is one level', () => {
    assert.equal(written(`{{ if .Values.a }}a${'{{ else if .Values.a }}b'.repeat(10_000)}{{ else }}c{{ end }}`), 'c');
  });
});

test('break and continue outside a loop make no template, in a named template inside one neither', () => {
  assert.equal(parseTemplate('{{ break }}'), undefined);
  assert.equal(parseTemplate('{{ range .a }}{{ end }}{{ continue }}'), undefined);
  assert.equal(parseTemplate('{{ range .a }}{{ block "b" . }}{{ break }}{{ end }}{{ end }}'), undefined);
  assert.equal(written('{{ range list 1 2 3 }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }}'), '1');
});

test('what doubles and doubles is given up before it takes long', { timeout: 20_000 }, () => {
  assert.equal(written(`{{ $l := list 1 2 }}${'{{ $l = concat $l $l }}'.repeat(60)}{{ len $l }}`), undefined);
  assert.equal(written(`{{ $t := "ab" }}${'{{ $t = printf "%s%s" $t $t }}'.repeat(60)}x`), 'x');
  assert.equal(written(`${Array.from({ length: 40 }, (_, i) => `{{ define "t${i}" }}{{ $t := include "t${i + 1}" . }}{{ $t }}{{ $t }}{{ end }}`).join('')}{{ define "t40" }}aa{{ end }}{{ include "t0" . }}`), undefined);
  assert.match(written(`{{ "x" ${'| quote '.repeat(10_000)}}}`) ?? '{{ }}', /\{\{/);
  assert.match(written('{{ printf "%400000000d" 1 }}')!, /^\{\{ printf/);
});

describe('a search by a regular expression', () => {
  const word = 'a'.repeat(50_000);

  test('that might never end is refused', () => {
    for (const pattern of ['^(a+)+$', '(a|a)*b', '((a?)+)+b', '([a-z]+\\.?)*!', 'a*a*a*b', `${'a?'.repeat(40)}b`, '(?:a{1,}){2,}b']) assert.throws(() => regexFor(word, pattern), RangeError, pattern);
    assert.match(written('{{ regexMatch "^(a+)+$" .Values.s }}', `s: ${word}!\n`)!, /^\{\{ regexMatch/);
  });

  test('of a name, as charts have it, is made', () => {
    for (const pattern of ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', '^v?[0-9]+\\.[0-9]+\\.[0-9]+', '[(+)*]', '\\(a+\\)+$']) assert.doesNotThrow(() => regexFor('a-name-as-long-as-kubernetes-lets-it-be-which-is-63-characters', pattern), pattern);
    assert.equal(written('{{ regexReplaceAll "[^a-z0-9-]+" "a_b/c" "-" }} {{ regexMatch "^(ab)+$" "abab" }}'), 'a-b-c true');
  });
});

describe('values that Helm refuses', () => {
  test('are unknown: nothing is told from what could be read of them, nor from their absence', () => {
    for (const values of ['a: 1\nb: [\n', '- a\n', 'text\n', 'a: *nowhere\n']) assert.equal(written('{{ .Values.a }}', values), '{{ .Values.a }}', values);
  });

  test('without any, a value is nothing', () => {
    for (const values of ['', 'null\n', '# later\n']) assert.equal(written('a{{ .Values.a }}', values), 'a', values);
  });

  test('a subchart has them unknown too, whatever its parent says', () => {
    const others = { 'charts/s/Chart.yaml': 'name: s\n', 'charts/s/values.yaml': '- a\n', 'charts/s/templates/s.yaml': '{{ .Values.a }}' };
    const files = Object.entries({ 'Chart.yaml': 'name: x\n"": 1\n', 'values.yaml': 's: {a: 1}\n', ...others }).map(([path, text]) => ({ path, file: path, text }));
    const release = assemble(files)!;
    assert.equal(unmarked(expand(release, 'charts/s/templates/s.yaml', release.instances[1]!, { namespace: 'n', kubernetesMinor: 36 })!.text), '{{ .Values.a }}');
  });
});

test('a template of very many documents is read in a time that grows with them', { timeout: 60_000 }, () => {
  const object = (name: string): string => `---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n`;
  const read = (text: string) => {
    const documents = splitStream(text).map((document, id) => ({ ...document, id }));
    const reading = readChart([{ path: 'Chart.yaml', file: 'Chart.yaml', text: 'name: x\n', documents: [] }, { path: 'templates/t.yaml', file: 'templates/t.yaml', text, documents }], [], { namespace: 'n', kubernetesMinor: 36 });
    return reading.templates.get('templates/t.yaml')!.objects!;
  };
  const looped = read(`{{ range until 20000 }}{{ if $.Values.a }}\n${object('a-{{ . }}')}{{ end }}{{ if not $.Values.a }}\n${object('b-{{ . }}')}{{ end }}{{ end }}`);
  assert.equal(looped.length, 20_000);
  const written = read(Array.from({ length: 20_000 }, (_, i) => object(`a-${i}`)).join(''));
  assert.deepEqual([written.length, written.at(-1)!.document.id, written[0]!.document.id], [20_000, written.length - 1 + written[0]!.document.id, written[0]!.document.id]);
});
