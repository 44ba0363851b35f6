import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { assemble } from '../../engine/helm/chart.ts';
import { expand } from '../../engine/helm/expand.ts';
import { isMarked } from '../../engine/helm/value.ts';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { root, temporaryFolder, writeFiles } from './support.ts';

/*
 * What an expression of a template gives is what Helm 3 and Helm 4 make of it, letter by letter, or it is unknown. Where
 * Helm stops, it is unknown too. The expressions of helm-functions.txt, and some that are put together by chance.
 */

const helms = (kubernetesTools as { dir: string }[]).map(({ dir }) => join(dir, 'helm'));

const values = `million: 1e6
octal: 0644
big: 12345678901234567890
int: 1000000
bigint: 123456789012
smallfloat: 0.1
f: 3.0
neg: -5
hexa: 0x1F
date: 2024-01-02
yes: yes
s: "str"
empty: ""
zero: 0
no: false
nul: null
list: [a, b, c]
lm: [{name: a, v: 1}, {name: b, v: 2}]
elist: []
emap: {}
m: {b: 2, a: 1, z: {y: 1, x: [1, {q: null}]}}
multi: |
  line1
  line2
multi2: "a\\nb\\n\\n"
emoji: "😀 ü"
numstr: "123"
tstr: "true"
ver: "1.2.3-alpha.1+b"
float15: 1.5
largef: 1.5e21
sp: " x "
minusZero: -0.0
minusZeroInt: -0
`;
const chartYaml = 'apiVersion: v2\nname: some\nversion: 1.0.0\n';

const written = readFileSync(join(root, 'test/integration/helm-functions.txt'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('# '));
assert.ok(written.length > 700);

/** Expressions that are put together by chance, always the same ones; each takes what its functions take. */
function chance(count: number): string[] {
  let state = 20_240;
  const below = (most: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % most;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(below(7919 * list.length) / 7919)]!;
  const fill = (depth: number, plain: readonly string[], shapes: readonly string[]): string => {
    if (depth <= 0) return pick(plain);
    return pick(shapes).replace(/\b[TNLAD]\b/g, (kind) => `(${({ T: text, N: number, L: list, A: anything, D: dict })[kind as 'T'](depth - 1)})`);
  };
  const text = (depth: number): string => fill(depth, ['"a-b_c d"', '"é,x"', '"1.0"', '" Foo Bar"', '.Values.s', '.Values.multi', '.Values.ver', '""', '"yes"', '"a: b"'], ['upper T', 'lower T', 'trim T', 'quote A', 'squote A', 'toString A', 'replace "a" "bb" T', 'trimSuffix "b" T', 'trimPrefix "a" T', 'join "-" L', 'printf "%s|%5s|%v" T T A', 'printf "%q %v" T N', 'print A A', 'cat A T N', 'toJson A', 'toYaml A', 'indent 2 T', 'default T A', 'regexReplaceAll "[a-c]+" T "<$0>"', 'regexFind "\\\\w+$" T', 'b64enc T', 'title T', 'nospace T', 'ternary T T (eq T T)', 'kindOf A', 'typeOf A', 'repeat 2 T', 'toPrettyJson L']);
  const number = (depth: number): string => fill(depth, ['1', '2.5', '.Values.int', '.Values.f', '-3', '1e6', '0'], ['add N N', 'sub N N', 'mul N 3', 'int A', 'int64 A', 'float64 A', 'max N N', 'min N N', 'len L', 'len D', 'floor N', 'ceil N', 'round N 1', 'div N 2', 'default N A']);
  const list = (depth: number): string => fill(depth, ['.Values.list', 'list 1 "a" nil', 'list', 'until 3', 'splitList "-" "a-b"'], ['list A A', 'append L A', 'prepend L A', 'concat L L', 'uniq L', 'without L A', 'reverse L', 'compact L', 'rest L', 'initial L', 'sortAlpha L', 'splitList "a" T', 'regexFindAll "[a-z]" T -1', 'keys D | sortAlpha']);
  const dict = (depth: number): string => fill(depth, ['.Values.m', 'dict', 'dict "a" 1 "b" "x"'], ['dict "k" A "l" A', 'merge (dict) D D', 'mergeOverwrite (dict "a" A) D', 'pick D "a" "k"', 'omit D "a"', 'set (dict "x" 1) "a" A', 'deepCopy D']);
  const anything = (depth: number): string => pick([text, number, list, dict])(depth);
  return [...new Set(Array.from({ length: count }, () => pick([text, text, text, number, list, dict])(1 + below(3))))];
}

const expressions = [...written, ...chance(500)];

/** What Helm writes for each expression; undefined where it stops. It stops at the first, so those are taken out one by one. */
function byHelm(helm: string): (string | undefined)[] {
  const folder = temporaryFolder();
  const left = new Set(expressions.keys());
  writeFiles(folder, { 'Chart.yaml': chartYaml, 'values.yaml': values, ...Object.fromEntries(expressions.map((expression, i) => [`templates/_e${i}.tpl`, `{{ define "e${i}" }}{{ ${expression} }}{{ end }}`])) });
  for (;;) {
    writeFiles(folder, { 'templates/all.yaml': [...left].map((i) => `e${i}: "{{ include "e${i}" . | b64enc }}"\n`).join('') });
    const { stdout, stderr, status } = spawnSync(helm, ['template', 'some', folder], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (status === 0) {
      const found = new Map([...stdout.matchAll(/^e(\d+): "(.*)"$/gm)].map(([, i, text]) => [Number(i), Buffer.from(text!, 'base64').toString('utf8')]));
      assert.equal(found.size, left.size);
      return expressions.map((_, i) => found.get(i));
    }
    // `required` and `fail` name the line that asks; all else names the template itself.
    const [own, line] = [[...stderr.matchAll(/_e(\d+)\.tpl/g)].at(-1)?.[1], /all\.yaml:(\d+)/.exec(stderr)?.[1]];
    assert.ok(own ?? line, stderr);
    const stopped = own === undefined ? [...left][Number(line) - 1]! : Number(own);
    writeFiles(folder, { [`templates/_e${stopped}.tpl`]: '' });
    left.delete(stopped);
  }
}

/** What kubewho makes of each; undefined where that is unknown. */
function byKubewho(): (string | undefined)[] {
  const files = [['Chart.yaml', chartYaml], ['values.yaml', values], ...expressions.map((expression, i) => [`templates/e${i}.yaml`, `{{ define "e${i}" }}{{ ${expression} }}{{ end }}{{ include "e${i}" . | b64enc }}`])].map(([path, text]) => ({ path: path!, file: path!, text: text! }));
  // The chart has no files but these.
  const release = { ...assemble(files)!, files: new Map<string, string>() };
  return expressions.map((_, i) => {
    const text = expand(release, `templates/e${i}.yaml`, release.instances[0]!, { namespace: 'default', release: 'some', kubernetesMinor: 33 })?.text;
    return text === undefined || isMarked(text) ? undefined : Buffer.from(text, 'base64').toString('utf8');
  });
}

const ours = byKubewho();

describe('expressions of templates', () => {
  for (const helm of helms) {
    test(`give what ${relative(root, helm)} gives, or are unknown`, (context) => {
      const theirs = byHelm(helm);
      const known = [...expressions.keys()].filter((i) => ours[i] !== undefined);
      const different = known.filter((i) => ours[i] !== theirs[i]);
      context.diagnostic(`${known.length - different.length} equal, ${expressions.length - known.length} unknown (at ${theirs.filter((text, i) => text === undefined && ours[i] === undefined).length} Helm stops), ${different.length} different`);
      assert.deepEqual(different.map((i) => ({ expression: expressions[i], helm: theirs[i] ?? 'stops', kubewho: ours[i] })), []);
      // What all of this is worth hangs on how much is known.
      assert.ok(known.length > expressions.length * 0.7);
    });
  }
});
