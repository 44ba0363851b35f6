import assert from 'node:assert/strict';
import test from 'node:test';
import { editYaml } from '../../../engine/yaml/edit.ts';
import type { Change } from '../../../engine/yaml/change.ts';
import { applyEdits } from '../../../engine/lint/fix.ts';
import type { Dialect } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

// How changes are written: each example shows a document, a change and the document afterwards. Nothing but the change moves.

/** The text after a change, or the reason why it is refused. */
function edit(text: string, change: Change, dialect: Dialect = 'kubernetes'): string {
  const { root, problem } = parseYaml(text, dialect);
  assert.equal(problem, undefined, problem?.detail);
  const result = editYaml(text, root, change);
  return 'refused' in result ? `refused: ${result.refused}` : applyEdits(text, result.edits)!;
}

/** A document without the indentation it has in this file. */
function doc(text: string): string {
  const lines = text.replace(/^\n/, '').split('\n');
  const indent = /^ */.exec(lines[0]!)![0].length;
  return lines.map((line) => line.slice(indent)).join('\n');
}

interface Example {
  readonly name: string;
  readonly before: string;
  readonly change: Change;
  readonly after: string;
}

const pod = doc(`
  # A pod.
  apiVersion: v1
  kind: Pod
  metadata:
    name: web   # its name
    labels: {app: web}
  spec:
    # Who it is.
    serviceAccountName: default
    containers:
    - name: web
      image: "web:1"
    # The second.
    - name: log
      command: [log, "-v"]
`);

const examples: Example[] = [
  { name: 'set replaces a scalar and leaves the comment', before: pod, change: { op: 'set', path: ['metadata', 'name'], value: 'shop' }, after: pod.replace('name: web   #', 'name: shop   #') },
  { name: 'quotes stay', before: pod, change: { op: 'set', path: ['spec', 'containers', 0, 'image'], value: 'web:2' }, after: pod.replace('"web:1"', '"web:2"') },
  { name: 'a new key comes last', before: pod, change: { op: 'set', path: ['spec', 'automountServiceAccountToken'], value: false }, after: `${pod}  automountServiceAccountToken: false\n` },
  { name: 'or behind a sibling', before: pod, change: { op: 'set', path: ['spec', 'automountServiceAccountToken'], value: false, after: 'serviceAccountName' }, after: pod.replace('default\n', 'default\n  automountServiceAccountToken: false\n') },
  { name: 'behind a sibling with its comment', before: pod, change: { op: 'set', path: ['metadata', 'namespace'], value: 'shop', after: 'name' }, after: pod.replace('# its name\n', '# its name\n  namespace: shop\n') },
  { name: 'behind a sibling that holds a list', before: pod, change: { op: 'set', path: ['spec', 'volumes'], value: [{ name: 'a', emptyDir: {} }], after: 'containers' }, after: `${pod}  volumes:\n  - name: a\n    emptyDir: {}\n` },
  { name: 'missing parents are created', before: pod, change: { op: 'set', path: ['spec', 'containers', 1, 'securityContext', 'capabilities', 'drop', 0], value: 'ALL' }, after: `${pod}    securityContext:\n      capabilities:\n        drop:\n        - ALL\n` },
  { name: 'in flow style', before: pod, change: { op: 'set', path: ['metadata', 'labels', 'tier'], value: 'front' }, after: pod.replace('{app: web}', '{app: web, tier: front}') },
  { name: 'what would be read as something else is quoted', before: 'a: b\n', change: { op: 'set', path: ['c'], value: ['on', '1', 'null', 'y', '0o17', '2001-01-01', 'a: b', '- x', '#', '', ' ', 'x ', '{{ .x }}', 'system:node', '--flag', '-', 'é'] }, after: 'a: b\nc:\n- "on"\n- "1"\n- "null"\n- "y"\n- "0o17"\n- "2001-01-01"\n- "a: b"\n- "- x"\n- "#"\n- ""\n- " "\n- "x "\n- "{{ .x }}"\n- system:node\n- --flag\n- "-"\n- é\n' },
  { name: 'numbers, booleans and null', before: 'a: b\n', change: { op: 'set', path: ['c'], value: { on: 1, no: true, x: null } }, after: 'a: b\nc:\n  "on": 1\n  "no": true\n  x: null\n' },
  { name: 'a string of several lines is a block text', before: 'a: b\n', change: { op: 'set', path: ['c'], value: 'd\n  e\n' }, after: 'a: b\nc: |\n  d\n    e\n' },
  { name: 'the document\'s own indentation is kept', before: 'a:\n    b:\n      - c\n', change: { op: 'set', path: ['d'], value: { e: ['f'], g: { h: 1 } } }, after: 'a:\n    b:\n      - c\nd:\n    e:\n      - f\n    g:\n        h: 1\n' },
  { name: 'null becomes a mapping', before: 'a:   # empty\nb: 1\n', change: { op: 'set', path: ['a', 'c'], value: 1 }, after: 'a:   # empty\n  c: 1\nb: 1\n' },
  { name: 'so do ~ and {}', before: 'a: ~\nb: {}  # all\n', change: { op: 'set', path: ['b', 'c'], value: 1 }, after: 'a: ~\nb:  # all\n  c: 1\n' },
  { name: 'a scalar becomes a list', before: 'a: 1 # one\nb: 2\n', change: { op: 'set', path: ['a'], value: [1, 2] }, after: 'a: # one\n- 1\n- 2\nb: 2\n' },
  { name: 'a list becomes a mapping, one level in', before: 'a:\n- 1\n- 2\nb: 2\n', change: { op: 'set', path: ['a'], value: { c: 1 } }, after: 'a:\n  c: 1\nb: 2\n' },
  { name: 'a mapping becomes a scalar', before: 'a: # this\n  b: 1\n  # and that\nc: 2\n', change: { op: 'set', path: ['a'], value: 'x' }, after: 'a: x # this\nc: 2\n' },
  { name: 'an item becomes a mapping', before: 'a:\n  - 1\n  - # none\n  - 3\n', change: { op: 'set', path: ['a', 1], value: { b: 1, c: 2 } }, after: 'a:\n  - 1\n  - # none\n    b: 1\n    c: 2\n  - 3\n' },
  { name: 'what is there already is no change', before: 'a: {b: [1, "x"]}\n', change: { op: 'set', path: ['a'], value: { b: [1, 'x'] } }, after: 'a: {b: [1, "x"]}\n' },
  { name: 'no final line end', before: 'a: 1', change: { op: 'set', path: ['b'], value: 2 }, after: 'a: 1\nb: 2' },
  { name: 'CRLF', before: 'a:\r\n  b: 1\r\n', change: { op: 'set', path: ['a', 'c'], value: { d: 1 } }, after: 'a:\r\n  b: 1\r\n  c:\r\n    d: 1\r\n' },
  { name: 'behind a text that keeps its blank lines', before: 'a: |+\n  x\n\nb: 1\n', change: { op: 'set', path: ['c'], value: 2, after: 'a' }, after: 'a: |+\n  x\n\nc: 2\nb: 1\n' },
  { name: 'a new list stands in brackets as those beside it do', before: 'rules:\n- apiGroups: [""]\n  verbs: [get]\n', change: { op: 'set', path: ['rules', 0, 'resourceNames'], value: ['tls', 'on'] }, after: 'rules:\n- apiGroups: [""]\n  verbs: [get]\n  resourceNames: [tls, "on"]\n' },
  { name: 'in quotes and without blanks where they have it so', before: 'verbs: ["get","list"]\n', change: { op: 'set', path: ['resourceNames'], value: ['tls', 'ca'] }, after: 'verbs: ["get","list"]\nresourceNames: ["tls","ca"]\n' },
  { name: 'not where one of them stands in lines', before: 'apiGroups: [""]\nverbs:\n- get\n', change: { op: 'set', path: ['resourceNames'], value: ['tls'] }, after: 'apiGroups: [""]\nverbs:\n- get\nresourceNames:\n- tls\n' },
  { name: 'a list of mappings stands in lines', before: 'verbs: [get]\n', change: { op: 'set', path: ['secrets'], value: [{ name: 'a' }] }, after: 'verbs: [get]\nsecrets:\n- name: a\n' },
  { name: 'into an item of a list', before: '- a: 1\n- b: 2\n', change: { op: 'set', path: [0, 'c'], value: 3 }, after: '- a: 1\n  c: 3\n- b: 2\n' },

  { name: 'remove takes the comments along', before: pod, change: { op: 'remove', path: ['spec', 'serviceAccountName'] }, after: pod.replace('  # Who it is.\n  serviceAccountName: default\n', '') },
  { name: 'remove an item', before: pod, change: { op: 'remove', path: ['spec', 'containers', 1] }, after: pod.slice(0, pod.indexOf('  # The second.')) },
  { name: 'remove the first item', before: pod, change: { op: 'remove', path: ['spec', 'containers', 0] }, after: pod.replace('  - name: web\n    image: "web:1"\n', '') },
  { name: 'remove the first key of an item', before: pod, change: { op: 'remove', path: ['spec', 'containers', 0, 'name'] }, after: pod.replace('- name: web\n    image', '- image') },
  { name: 'remove the last of a mapping', before: 'a:\n  b: 1  # one\nc: 2\n', change: { op: 'remove', path: ['a', 'b'] }, after: 'a: {}\nc: 2\n' },
  { name: 'remove the last of a list', before: 'a:\n- 1\nc: 2\n', change: { op: 'remove', path: ['a', 0] }, after: 'a: []\nc: 2\n' },
  { name: 'remove at the end of a file without final line end', before: 'a: 1\r\nb: 2', change: { op: 'remove', path: ['b'] }, after: 'a: 1' },
  { name: 'remove in flow style', before: 'a: {b: 1, c: 2, d: 3}\n', change: { op: 'remove', path: ['a', 'c'] }, after: 'a: {b: 1, d: 3}\n' },
  { name: 'remove the last in flow style', before: 'a: [1, 2, 3]\n', change: { op: 'remove', path: ['a', 2] }, after: 'a: [1, 2]\n' },
  { name: 'remove the only one in flow style', before: 'a: [1]\n', change: { op: 'remove', path: ['a', 0] }, after: 'a: []\n' },
  { name: 'remove a key that stands twice', before: 'a: 1\nb: 2\na: 3\n', change: { op: 'remove', path: ['a'] }, after: 'b: 2\n' },
  { name: 'remove what is not there', before: 'a: 1\n', change: { op: 'remove', path: ['b', 'c'] }, after: 'a: 1\n' },
  { name: 'the comment above a file stays', before: '# Copyright\na: 1\nb: 2\n', change: { op: 'remove', path: ['a'] }, after: '# Copyright\nb: 2\n' },

  { name: 'append', before: pod, change: { op: 'append', path: ['spec', 'containers'], value: { name: 'x', image: 'y' } }, after: `${pod}  - name: x\n    image: "y"\n` },
  { name: 'append in flow style', before: pod, change: { op: 'append', path: ['spec', 'containers', 1, 'command'], value: '-q' }, after: pod.replace('"-v"]', '"-v", -q]') },
  { name: 'append creates the list', before: 'a:\n  b: 1\n', change: { op: 'append', path: ['a', 'c'], value: { d: 1 } }, after: 'a:\n  b: 1\n  c:\n  - d: 1\n' },
  { name: 'append to an empty list', before: 'a: []\n', change: { op: 'append', path: ['a'], value: 1 }, after: 'a:\n- 1\n' },
  { name: 'append to null', before: 'a:\n', change: { op: 'append', path: ['a'], value: 1 }, after: 'a:\n- 1\n' },

  { name: 'rename', before: 'spec:\n  serviceAccount: a  # old\n', change: { op: 'rename', path: ['spec', 'serviceAccount'], key: 'serviceAccountName' }, after: 'spec:\n  serviceAccountName: a  # old\n' },
  { name: 'rename keeps quotes and quotes what needs it', before: "'a': {b: 1}\n", change: { op: 'rename', path: ['a', 'b'], key: 'on' }, after: "'a': {\"on\": 1}\n" },
];

for (const { name, before, change, after } of examples) {
  test(name, () => {
    assert.equal(edit(before, change), after);
    if (change.op !== 'append' && typeof change.path.at(-1) === 'string') assert.equal(edit(after, change), after, 'a second time it changes nothing');
  });
}

const json = '{\n  "kind": "List",\n  "items": [\n    {\n      "kind": "Pod",\n      "spec": {}\n    }\n  ]\n}\n';
const kyaml = '---\n{\n  kind: "Pod",\n  metadata: {\n    name: "a", # its name\n  },\n  args: ["x",],\n}\n';

const flowExamples: Example[] = [
  { name: 'JSON: a key', before: json, change: { op: 'set', path: ['items', 0, 'metadata'], value: { name: 'a' } }, after: json.replace('"spec": {}\n', '"spec": {},\n      "metadata": {\n        "name": "a"\n      }\n') },
  { name: 'JSON: behind a sibling', before: json, change: { op: 'set', path: ['items', 0, 'apiVersion'], value: 'v1', after: 'kind' }, after: json.replace('"Pod",\n', '"Pod",\n      "apiVersion": "v1",\n') },
  { name: 'JSON: into an empty object', before: json, change: { op: 'set', path: ['items', 0, 'spec', 'on'], value: 'no' }, after: json.replace('{}', '{"on": "no"}') },
  { name: 'JSON: an item', before: json, change: { op: 'append', path: ['items'], value: { kind: 'Role', rules: [] } }, after: json.replace('    }\n  ]', '    },\n    {\n      "kind": "Role",\n      "rules": []\n    }\n  ]') },
  { name: 'JSON: remove the last takes the comma before it', before: json, change: { op: 'remove', path: ['items', 0, 'spec'] }, after: json.replace('"Pod",\n      "spec": {}\n', '"Pod"\n') },
  { name: 'JSON: remove the first', before: json, change: { op: 'remove', path: ['items', 0, 'kind'] }, after: json.replace('      "kind": "Pod",\n', '') },
  { name: 'JSON on one line', before: '{"a":1,"b":[]}', change: { op: 'set', path: ['c'], value: { d: [1, 'x'] } }, after: '{"a":1,"b":[],"c":{"d":[1,"x"]}}' },
  { name: 'KYAML: a key', before: kyaml, change: { op: 'set', path: ['metadata', 'namespace'], value: 'b' }, after: kyaml.replace('# its name\n', '# its name\n    namespace: "b",\n') },
  { name: 'KYAML: an item', before: kyaml, change: { op: 'append', path: ['args'], value: 'y' }, after: kyaml.replace('["x",]', '["x", "y",]') },
  { name: 'KYAML: a scalar', before: kyaml, change: { op: 'set', path: ['metadata', 'name'], value: 'b' }, after: kyaml.replace('"a"', '"b"') },
  { name: 'KYAML: remove', before: kyaml, change: { op: 'remove', path: ['kind'] }, after: kyaml.replace('  kind: "Pod",\n', '') },
  { name: 'flow over several lines, closed on the last', before: 'a: [1,\n    2,\n    3]\n', change: { op: 'append', path: ['a'], value: 4 }, after: 'a: [1,\n    2,\n    3, 4]\n' },
  { name: 'a list of brackets opened below its key', before: 'a:\n  [\n    1,\n    2\n  ]\n', change: { op: 'append', path: ['a'], value: 3 }, after: 'a:\n  [\n    1,\n    2,\n    3\n  ]\n' },
];

for (const { name, before, change, after } of flowExamples) test(name, () => assert.equal(edit(before, change), after));

const refusals: [name: string, text: string, change: Change, reason: string][] = [
  ['an aliased value', 'a: &x {b: 1}\nc: *x\n', { op: 'set', path: ['c', 'b'], value: 2 }, 'this value is written elsewhere and used here through an alias or a merge key'],
  ['a value that an alias uses', 'a: &x {b: 1}\nc: *x\n', { op: 'set', path: ['a', 'b'], value: 2 }, 'this value is also used elsewhere, through an alias or a merge key'],
  ['a value that holds one', 'a: {b: &x 1}\nc: *x\n', { op: 'remove', path: ['a'] }, 'this value is also used elsewhere, through an alias or a merge key'],
  ['a merged key', 'a: &x {b: 1}\nc:\n  <<: *x\n', { op: 'set', path: ['c', 'b'], value: 2 }, 'b comes in through a merge key'],
  ['a new key in an anchored mapping', 'a: &x\n  b: 1\nc: *x\n', { op: 'set', path: ['a', 'd'], value: 2 }, 'this value is also used elsewhere, through an alias or a merge key'],
  ['a tagged value', 'a: !!str 1\n', { op: 'set', path: ['a'], value: '2' }, 'this value carries a tag'],
  ['a key in a scalar', 'a: b\n', { op: 'set', path: ['a', 'c'], value: 1 }, 'there is no mapping here that could hold c'],
  ['an item far behind the last', 'a: [1]\n', { op: 'set', path: ['a', 5], value: 1 }, 'a list item can only be added behind the last one'],
  ['appending to a scalar', 'a: b\n', { op: 'append', path: ['a'], value: 1 }, 'this is no list'],
  ['renaming to a key that is there', 'a: 1\nb: 2\n', { op: 'rename', path: ['a'], key: 'b' }, 'a key b is already there'],
  ['the whole document', 'a: 1\n', { op: 'set', path: [], value: 1 }, 'a whole document is not replaced'],
  ['nothing to edit', '# a\n', { op: 'set', path: ['a'], value: 1 }, 'the document is empty'],
];

for (const [name, text, change, reason] of refusals) test(`refused: ${name}`, () => assert.equal(edit(text, change), `refused: ${reason}`));

const template = doc(`
  {{- if .Values.serviceAccount.create }}
  apiVersion: v1
  kind: ServiceAccount
  metadata:
    name: {{ include "app.name" . }}
    labels:
      {{- include "app.labels" . | nindent 4 }}
  automountServiceAccountToken: true  # for now
  secrets:
    {{- range .Values.secrets }}
    - name: {{ . }}
    {{- end }}
  imagePullSecrets:
  - name: a
  {{- if .Values.extra }}
  extra: 1
  {{- end }}
  {{- end }}
`);

test('in a template what is plainly written can be changed', () => {
  assert.equal(edit(template, { op: 'set', path: ['automountServiceAccountToken'], value: false }, 'template'), template.replace('Token: true', 'Token: false'));
  assert.equal(edit(template, { op: 'append', path: ['imagePullSecrets'], value: { name: 'b' } }, 'template'), template.replace('- name: a\n', '- name: a\n- name: b\n'));
  assert.equal(edit(template, { op: 'set', path: ['metadata', 'namespace'], value: 'x', after: 'name' }, 'template'), template.replace('  labels:', '  namespace: x\n  labels:'));
});

const conditions = doc(`
  apiVersion: v1
  kind: Pod
  spec:
    containers:
      - name: wget
        {{- with .Values.resources }}
        resources: {{ toYaml . | nindent 10 }}
        {{- end }}
    restartPolicy: Never
    {{- with .Values.nodeSelector }}
    nodeSelector:
      {{- toYaml . | nindent 4 }}
    {{- end }}
`);

test('beside keys that hang on conditions a new one goes behind one that does not, or before the first', () => {
  const change: Change = { op: 'set', path: ['spec', 'automountServiceAccountToken'], value: false };
  assert.equal(edit(conditions, change, 'template'), conditions.replace('Never\n', 'Never\n  automountServiceAccountToken: false\n'));
  const alone = conditions.replace('  restartPolicy: Never\n', '');
  assert.equal(edit(alone, change, 'template'), alone.replace('  containers:', '  automountServiceAccountToken: false\n  containers:'));
  const named = conditions.replace('  containers:', '  {{- if .Values.priority }}\n  priority: 1\n  {{- end }}\n  serviceAccountName: {{ include "app.account" . }}\n  containers:');
  assert.equal(edit(named, { ...change, after: 'serviceAccountName' }, 'template'), named.replace('app.account" . }}\n', 'app.account" . }}\n  automountServiceAccountToken: false\n'));
});

test('a key is not put into an arm of a condition', () => {
  const trailing = conditions.replace('Never\n', 'Never {{- if .Values.quick }}\n  terminationGracePeriodSeconds: 0 {{- end }}\n');
  assert.equal(edit(trailing, { op: 'set', path: ['spec', 'automountServiceAccountToken'], value: false }, 'template'), trailing.replace('  containers:', '  automountServiceAccountToken: false\n  containers:'));
  const arms = doc('{{- if .Values.old }}\n  apiVersion: v1beta1\n  {{- else }}\n  apiVersion: v1\n  {{- end }}\n');
  assert.match(edit(arms, { op: 'set', path: ['kind'], value: 'Pod' }, 'template'), /^refused: /);
});

const templateRefusals: [name: string, change: Change, reason: RegExp][] = [
  ['an action', { op: 'set', path: ['metadata', 'name'], value: 'x' }, /^refused: a template action \(include "app\.name" \.\) stands here$/],
  ['below an action', { op: 'set', path: ['metadata', 'labels', 'x'], value: 'y' }, /^refused: a template action \(include "app\.labels" \. \| nindent 4\) stands here$/],
  ['what a condition decides', { op: 'remove', path: ['extra'] }, /^refused: a template action \(.*\) stands here$/],
  ['items that a range writes', { op: 'append', path: ['secrets'], value: { name: 'x' } }, /^refused: a template action \(.*\) may write items here that cannot be seen$/],
  ['removing what holds an action', { op: 'remove', path: ['metadata'] }, /^refused: /],
];

for (const [name, change, reason] of templateRefusals) test(`refused in a template: ${name}`, () => assert.match(edit(template, change, 'template'), reason));
