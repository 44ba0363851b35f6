import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assemble } from '../../../engine/helm/chart.ts';
import { expand } from '../../../engine/helm/expand.ts';
import { parseTemplate } from '../../../engine/helm/parse.ts';
import { pathPattern } from '../../../engine/helm/path-pattern.ts';
import { readChart } from '../../../engine/helm/read-chart.ts';
import { findAll, matches, regex, replaceAll } from '../../../engine/helm/regex.ts';
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
  assert.match(written(`{{ $l := list 1 2 }}${'{{ $l = concat $l $l }}'.repeat(60)}{{ len $l }}`) ?? '{{ }}', /\{\{/);
  assert.equal(written(`{{ $t := "ab" }}${'{{ $t = printf "%s%s" $t $t }}'.repeat(60)}x`), 'x');
  assert.equal(written(`${Array.from({ length: 40 }, (_, i) => `{{ define "t${i}" }}{{ $t := include "t${i + 1}" . }}{{ $t }}{{ $t }}{{ end }}`).join('')}{{ define "t40" }}aa{{ end }}{{ include "t0" . }}`), undefined);
  assert.match(written(`{{ "x" ${'| quote '.repeat(10_000)}}}`) ?? '{{ }}', /\{\{/);
  assert.match(written('{{ printf "%400000000d" 1 }}')!, /^\{\{ printf/);
});

test('what shares its parts is given up before it is unfolded', { timeout: 20_000 }, () => {
  const shared = '{{ $x := list 1 }}{{ range until 30 }}{{ $x = list $x $x }}{{ end }}';
  for (const use of ['toJson $x', 'toYaml $x', 'printf "%v" $x', 'deepEqual (deepCopy $x) $x', 'quote $x', 'has 1 (list $x)', 'uniq (list $x $x)']) assert.match(written(`${shared}{{ ${use} }}`)!, /^\{\{ /, use);
  assert.equal(written(`${shared}{{ $x }}`), undefined);
  assert.match(written('{{ $x := dict "a" 1 }}{{ range until 30 }}{{ $x = dict "l" $x "r" $x }}{{ end }}{{ merge (dict) $x | toJson }}')!, /^"\{\{ merge/);
  assert.match(written('{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}')!, /^\{\{ toJson/);
});

test('what takes long for its length is given up', { timeout: 20_000 }, () => {
  assert.match(written('{{ uniq (until 99999) }}')!, /^\{\{ uniq/);
  assert.match(written('{{ without (until 99999) 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 }}')!, /^\{\{ without/);
  assert.equal(written('{{ range until 30000 }}{{ $x := replace "a" "b" $.Values.s }}{{ end }}', `s: ${'ab '.repeat(300_000)}\n`), undefined);
});

describe('a search by a regular expression', () => {
  const word = 'a'.repeat(5000);

  test('comes to an end, however the pattern is nested', { timeout: 20_000 }, () => {
    for (const pattern of ['^(a+)+$', '(a|a)*b', '((a?)+)+b', '([a-z]+\\.?)*!', 'a*a*a*b', '(?:a{1,}){2,}b', '^((((a+)+)+)+)+$']) assert.equal(matches(regex(pattern), `${word}?`), false, pattern);
    assert.equal(written('{{ regexMatch "^((((a+)+)+)+)+$" "aaaaaaaaaaaaaaaaaaa!" }}'), 'false');
    assert.match(written('{{ regexMatch "^(a+)+$" .Values.s }}', `s: ${'a'.repeat(500_000)}!\n`)!, /^\{\{ regexMatch/);
    assert.throws(() => regex('((a{1,10}){1,10}){1,10}'), RangeError);
  });

  test('of a name, as charts have it, is made', () => {
    for (const [pattern, name] of [['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'a-name'], ['^v?[0-9]+\\.[0-9]+\\.[0-9]+', 'v1.20.3'], ['[(+)*]', 'a+b'], ['\\(a+\\)+$', '(aa)']] as const) assert.equal(matches(regex(pattern), name), true, pattern);
    assert.equal(written('{{ regexReplaceAll "[^a-z0-9-]+" "a_b/c" "-" }} {{ regexMatch "^(ab)+$" "abab" }}'), 'a-b-c true');
  });

  test('means what it does to Go', () => {
    assert.deepEqual(findAll(regex('a*'), 'baa', -1), ['', 'aa']);
    assert.deepEqual(findAll(regex('a|ab'), 'abab', -1), ['a', 'a']);
    assert.deepEqual(findAll(regex('(?U)a+'), 'aa', -1), ['a', 'a']);
    // `$2y` is a group of that name, which there is not.
    assert.equal(replaceAll(regex('(a)(?P<rest>.)'), 'ab-ac', '$2y<${rest}$1$$>', false), '<ba$>-<ca$>');
    for (const [pattern, text, is] of [['\\s', '\v', false], ['[[:lower:]]', 'A', false], ['[[:^alpha:]]', '1', true], ['a\\z', 'a\n', false], ['\\bx', 'éx', true], ['^$', '\n', false], ['(?m)^b$', 'a\nb', true], ['\\pL', 'é', true], ['(?i)ABC', 'abc', true], ['.', '\n', false], ['\\x{41}\\Q.*\\E', 'A.*', true]] as const) assert.equal(matches(regex(pattern), text), is, pattern);
    for (const pattern of ['(?=a)', 'a**', '(', '[b-a]', '\\1', 'a{1001}', '(x{10}){101}', '((x{2,})*y){501}', '*a', '\\p{LC}', '\\p{Cn}', '\\p{Grek}']) assert.throws(() => regex(pattern), SyntaxError, pattern);
  });
});

describe('values that Helm refuses', () => {
  test('are unknown: nothing is told from what could be read of them, nor from their absence', () => {
    for (const values of ['- a\n', 'text\n', 'a: *nowhere\n']) assert.equal(written('{{ .Values.a }}', values), '{{ .Values.a }}', values);
  });

  test('of which one line cannot be read say what the others do', () => {
    for (const values of ['a: 1\nb: [\n', 'a: 1\nb: "x\n', 'b\na: 1\n']) assert.equal(written('{{ .Values.a }} {{ .Values.b }} {{ .Values.e }}', values), '1 {{ .Values.b }} ', values);
    assert.equal(written('{{ .Values.b.c }} {{ .Values.b.d }}', 'b:\n  c\n  d: 1\na: 1\n'), '{{ .Values.b.c }} 1');
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

test('values that a subchart is said to hand up, by a name that is no text, are unknown: Helm 3 panics, Helm 4 goes on', () => {
  const template = '{{ .Values.own }}';
  const chart = (imported: string): Record<string, string> => ({ 'Chart.yaml': `name: x\ndependencies:\n- {name: s, version: 1.0.0, import-values: [${imported}]}\n`, 'charts/s/Chart.yaml': 'name: s\nversion: 1.0.0\n', 'charts/s/values.yaml': 'a: {own: 1}\n' });
  assert.equal(written(template, '', chart('{child: a, parent: .}')), '1');
  for (const imported of ['{child: no, parent: .}', '{child: a}', '{}']) assert.equal(written(template, 'own: 2', chart(imported)), template, imported);
  assert.equal(written(template, 'own: 2', chart('nothing')), '2');
});

test('which files a pattern means is unknown where a character may be several bytes to it', () => {
  const matching = (pattern: string, path: string): boolean | undefined => pathPattern(pattern)!(path);
  assert.equal(matching('conf/?.txt', 'conf/a.txt'), true);
  assert.equal(matching('conf/*.txt', 'conf/é.txt'), true);
  for (const pattern of ['conf/?.txt', 'conf/[!x].txt', 'conf/[é].txt']) assert.throws(() => matching(pattern, 'conf/é.txt'), RangeError, pattern);
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
