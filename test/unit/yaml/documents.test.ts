import assert from 'node:assert/strict';
import test from 'node:test';
import { entryOf, nodeAt, toData, type Dialect } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

// Duplicate keys, anchors, merges, tabs, directives and the ends of documents: semantics.md 11.1 to 11.3, each row checked
// against sigs.k8s.io/yaml v1.6.0 (kubernetes) and kyaml 0.18.1 (kustomization).

function read(text: string, dialect: Dialect = 'kubernetes'): unknown {
  const { root, problem } = parseYaml(text, dialect);
  if (problem) return `${problem.detail} at \`${text.slice(problem.span.start, problem.span.end)}\``;
  return JSON.parse(JSON.stringify(toData(root) ?? null));
}

interface Row {
  readonly name: string;
  readonly text: string;
  readonly kubernetes: unknown;
  /** Where it differs. */
  readonly kustomization?: unknown;
}

const rows: Row[] = [
  { name: 'the last of equal keys counts', text: 'a: 1\na: 2\n', kubernetes: { a: 2 }, kustomization: 'the key a stands twice, which kustomize refuses at `a`' },
  { name: 'an explicit key before a merge is overridden, in kustomize it wins', text: 'a: 2\n<<: {a: 1}\n', kubernetes: { a: 1 }, kustomization: { a: 2 } },
  { name: 'an explicit key behind a merge wins', text: '<<: {a: 1}\na: 2\n', kubernetes: { a: 2 } },
  { name: 'a list of merges: the earlier wins', text: 'k: &x {a: 1}\nl: &y {a: 2, b: 3}\nm:\n  <<: [*x, *y]\n', kubernetes: { k: { a: 1 }, l: { a: 2, b: 3 }, m: { a: 1, b: 3 } } },
  { name: 'a merge of no mapping', text: 'a:\n  <<: 1\n', kubernetes: '`<<` takes a mapping or a list of mappings at `<<`' },
  { name: 'a merge of an alias to a list', text: 'k: &x [{a: 1}]\nl:\n  <<: *x\n', kubernetes: '`<<` takes a mapping or a list of mappings at `<<`' },
  { name: 'a quoted << is a key like any other', text: '"<<": 1\n', kubernetes: { '<<': 1 } },
  { name: 'an alias stands for its anchor', text: 'a: &x {b: [1]}\nc: *x\n', kubernetes: { a: { b: [1] }, c: { b: [1] } } },
  { name: 'an anchor given anew counts from there', text: 'a: &x 1\nb: *x\nc: &x 2\nd: *x\n', kubernetes: { a: 1, b: 1, c: 2, d: 2 } },
  { name: 'an alias in an anchored value keeps what it meant', text: 'a: &y 1\nb: &x [*y]\nc: &y 2\nd: *x\n', kubernetes: { a: 1, b: [1], c: 2, d: [1] } },
  { name: 'an anchored key and a key by alias', text: '&k a: 1\nb: {*k : 2}\n', kubernetes: { a: 1, b: { a: 2 } } },
  { name: 'an anchored null', text: 'a: &x\nb: *x\n', kubernetes: { a: null, b: null } },
  { name: 'an alias without anchor', text: 'a: *x\n', kubernetes: 'no anchor &x stands before this alias at `*x`' },
  { name: 'an anchor that contains itself', text: 'a: &x {b: *x}\n', kubernetes: 'the anchor &x contains itself at `*x`' },
  { name: 'explicit keys', text: '? a\n: b\n? c\n', kubernetes: { a: 'b', c: null } },
  { name: 'a comma at the end of a flow mapping (KYAML)', text: '{\n  a: "b",\n  c: ["d",],\n}\n', kubernetes: { a: 'b', c: ['d'] } },
  { name: 'brackets and quotes may be indented less than their key', text: 'a:\n  - args: [\n  "b",\n]\n    d: "e\n  f"\n', kubernetes: { a: [{ args: ['b'], d: 'e f' }] } },
  { name: 'tabs as indentation', text: 'a:\n\tb: 1\n', kubernetes: 'a tab stands where indentation must be spaces at `\t`' },
  { name: 'a tab on an otherwise empty line', text: 'a: 1\n\t\nb: 2\n', kubernetes: 'a tab stands where indentation must be spaces at `\t`' },
  { name: 'a tab behind a dash', text: '-\ta: 1\n', kubernetes: 'a tab stands where indentation must be spaces at `\t`' },
  { name: 'a tab in the indentation of a block text', text: 'a: |\n\tb\n', kubernetes: 'a tab stands where indentation must be spaces at `\t`' },
  { name: 'a tab between a key and its value, at the end of a line, in JSON', text: 'a:\tb \t\nc:\t\n  d: [\n\t1]\n', kubernetes: { a: 'b', c: { d: [1] } } },
  { name: 'a %YAML directive', text: '%YAML 1.2\n---\na: 1\n', kubernetes: 'directives (%YAML, %TAG) are not accepted in Kubernetes manifests at `%YAML 1.2`' },
  { name: 'what follows ... is dropped silently', text: 'a: 1\n...\nb: [\n', kubernetes: { a: 1 } },
  { name: 'even on its own line', text: 'a: 1\n... b\n', kubernetes: { a: 1 } },
  { name: 'a separator with content', text: '--- {a: 1}\n', kubernetes: 'invalid YAML document separator: only blanks or a comment may follow --- on its line at `--- {a: 1}`', kustomization: { a: 1 } },
  { name: 'a separator that runs into a key', text: '---x: 1\n', kubernetes: 'invalid YAML document separator: only blanks or a comment may follow --- on its line at `---x: 1`', kustomization: { '---x': 1 } },
  { name: 'the same further down', text: 'a: 1\r\n--- {b: 1}\r\n', kubernetes: 'invalid YAML document separator: only blanks or a comment may follow --- on its line at `--- {b: 1}`', kustomization: 'invalid YAML document separator: only blanks or a comment may follow --- on its line at `--- {b: 1}`' },
  { name: 'an indented --- separates nothing', text: 'a: 1\n ---\n', kubernetes: { a: '1 ---' } },
  { name: 'a byte order mark', text: '\uFEFFa: 1\n', kubernetes: { a: 1 } },
  { name: 'CRLF in block texts', text: 'a: |\r\n  b\r\n  c\r\n', kubernetes: { a: 'b\nc\n' } },
  { name: 'the escape \\/ is JSON only', text: 'a: "\\/"\n', kubernetes: 'the escape \\/ is JSON; in YAML the slash stands alone at `\\/`' },
  { name: 'JSON itself', text: '{"a": "\\/", "b": "\\ud83d\\ude00"}', kubernetes: { a: '/', b: '😀' } },
  { name: 'a colon with a bracket or comma at once behind it is text', text: 'a: [b:, c:]\nd: {e:}\nf: [g: ]\n', kubernetes: { a: ['b:', 'c:'], d: { 'e:': null }, f: [{ g: null }] } },
  { name: 'a NUL', text: 'a: b\x00c\n', kubernetes: 'a control character stands here, which YAML does not allow at `\x00`' },
  { name: 'nothing', text: '', kubernetes: null },
  { name: 'comments alone', text: '---\n# nothing\n', kubernetes: null },
];

for (const { name, text, kubernetes, kustomization } of rows) {
  test(name, () => {
    assert.deepEqual(read(text, 'kubernetes'), kubernetes);
    assert.deepEqual(read(text, 'kustomization'), kustomization ?? kubernetes, 'in a kustomization');
  });
}

test('syntax errors say in a user\'s words what is wrong, and where', () => {
  const wrong: [text: string, detail: string][] = [
    ['a: [1\n', 'a [ or { is not closed'],
    ['a: "b\nc: d\n', 'a " quote is not closed'],
    ["a: 'b\n", "a ' quote is not closed"],
    ['a: b: c\n', 'a second colon on the line of a key: quote the value if the colon belongs to it'],
    ['a: 1\nb\nc: 2\n', 'this key has no colon after it'],
    ['"a\n b": 1\n', 'a key spans several lines: a colon or a quote is missing above'],
    ['a: 1\nb\n', 'this key has no colon after it'],
    ['a:\n  b: 1\n c: 2\n', 'this does not stand in the same column as what it belongs to'],
    ['a: [1 2, {b}, "c" d]\n', 'a comma is missing before this'],
    ['a: "\\q"\n', 'an unknown escape in double quotes: a backslash is written \\\\'],
    ['a: @b\n', 'a value cannot start with this character: quote it'],
    ['a: 1\n}\n', 'unexpected `}`'],
    ['a: b #c\nd: "e"#f\n', 'a space is missing before the # of this comment'],
  ];
  for (const [text, detail] of wrong) {
    const { problem } = parseYaml(text, 'kubernetes');
    assert.equal(problem?.detail, detail, text);
    assert.equal(problem.reason, 'syntax');
    assert.ok(problem.span.start >= 0 && problem.span.start <= problem.span.end && problem.span.end <= text.length, `${text} ${JSON.stringify(problem.span)}`);
  }
});

test('aliased and merged values lie where they are used, and say where they are written', () => {
  const text = 'a: &x {b: c}\nd: *x\ne:\n  <<: *x\n';
  const { root } = parseYaml(text, 'kubernetes');
  const aliased = nodeAt(root, ['d', 'b'])!;
  assert.equal(text.slice(aliased.span.start, aliased.span.end), '*x');
  assert.equal(text.slice(aliased.origin!.start, aliased.origin!.end), 'c');
  const map = nodeAt(root, ['e']);
  assert.ok(map?.kind === 'map');
  const merged = entryOf(map, 'b')!;
  assert.equal(merged.merged, true);
  assert.equal(merged.keySpan.start, text.lastIndexOf('*x'));
  assert.equal(text.slice(merged.value.origin!.start, merged.value.origin!.end), 'c');
});

test('spans are those of the written values', () => {
  const text = 'a:\n  - b: "c d"  # e\n    f: |\n      g\n\n  -\nh:   # i\nj: {k: [l], m: }\n';
  const { root } = parseYaml(text, 'kubernetes');
  const written = (...path: (string | number)[]): string => { const { span } = nodeAt(root, path)!; return text.slice(span.start, span.end); };
  assert.equal(written('a', 0, 'b'), '"c d"');
  assert.equal(written('a', 0, 'f'), '|\n      g');
  assert.equal(written('a', 0), 'b: "c d"  # e\n    f: |\n      g');
  assert.equal(written('a'), '- b: "c d"  # e\n    f: |\n      g\n\n  -');
  assert.equal(written('j'), '{k: [l], m: }');
  assert.equal(written('j', 'k'), '[l]');
  const place = (...path: (string | number)[]): number => nodeAt(root, path)!.span.start;
  assert.equal(place('a', 1), text.indexOf('-\nh') + 1, 'an empty item stands behind its dash');
  assert.equal(place('h'), text.indexOf('h:') + 2, 'an empty value stands behind its colon');
  assert.equal(place('j', 'm'), text.indexOf('m:') + 2);
});
