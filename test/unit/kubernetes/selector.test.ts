import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readLabels } from '../../../engine/kubernetes/header.ts';
import { matches, readSelector, selectsAll } from '../../../engine/kubernetes/selector.ts';
import { Cursor } from '../../../engine/yaml/cursor.ts';
import type { HoleNode, MapNode, YamlNode } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

const cursor = (yaml: string) => Cursor.root(parseYaml(yaml, 'kubernetes').root);
const match = (selector: string, labels: string) => matches(readSelector(cursor(selector)), readLabels(cursor(labels)));

describe('a label selector', () => {
  const rows: [selector: string, labels: string, answer: boolean | 'unknown', why: string][] = [
    ['{}', '{}', true, 'empty matches everything'],
    ['{matchLabels: {}}', '{app: a}', true, 'an empty part adds nothing'],
    ['{matchLabels: {app: a}}', '{app: a, tier: x}', true, 'more labels do not matter'],
    ['{matchLabels: {app: a, tier: z}}', '{app: a, tier: x}', false, 'labels are AND-ed'],
    ['{matchLabels: {app: a}}', '{}', false, 'an absent label is no value'],
    ['{matchLabels: {app: ""}}', '{app: ""}', true, 'the empty value is a value'],
    ['{matchLabels: {app: ""}}', '{}', false, 'and not the same as absent'],
    ['{matchExpressions: [{key: app, operator: In, values: [a, b]}]}', '{app: b}', true, 'In: one of'],
    ['{matchExpressions: [{key: app, operator: In, values: [a, b]}]}', '{}', false, 'In: the label has to be there'],
    ['{matchExpressions: [{key: app, operator: In, values: [""]}]}', '{app: ""}', true, 'In with the empty value'],
    ['{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}', '{}', true, 'NotIn: an absent label matches'],
    ['{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}', '{app: a}', false, 'NotIn'],
    ['{matchExpressions: [{key: app, operator: Exists}]}', '{app: ""}', true, 'Exists: whatever the value'],
    ['{matchExpressions: [{key: app, operator: DoesNotExist}]}', '{app: a}', false, 'DoesNotExist'],
    ['{matchLabels: {app: a}, matchExpressions: [{key: tier, operator: Exists}]}', '{app: a}', false, 'labels AND expressions'],
    ['{matchExpressions: [{key: a, operator: Exists}, {key: b, operator: Exists}]}', '{a: 1x}', false, 'expressions are AND-ed'],
    ['{matchExpressions: [{key: app, operator: Equals, values: [a]}]}', '{app: a}', 'unknown', 'an operator that the API server refuses'],
    ['{matchExpressions: [{key: app, operator: In}]}', '{app: a}', 'unknown', 'In without values is refused'],
    ['{matchExpressions: [{key: app, operator: Exists, values: [a]}]}', '{app: a}', 'unknown', 'Exists with values is refused'],
    ['{matchLabels: {app: 1}}', '{app: "1"}', 'unknown', 'a number is no label value'],
    ['{matchLabels: {app: 1, tier: x}}', '{tier: z}', false, 'what does not match in any case, does not match'],
  ];
  for (const [selector, labels, answer, why] of rows) test(`${selector} on ${labels}: ${answer} (${why})`, () => assert.equal(match(selector, labels), answer));

  test('everything is selected by what is empty, not by what is unreadable', () => {
    assert.ok(selectsAll(readSelector(cursor('{}'))));
    assert.ok(selectsAll(readSelector(cursor('{matchLabels: {}, matchExpressions: []}'))));
    assert.ok(!selectsAll(readSelector(cursor('{matchLabels: {app: a}}'))));
    assert.ok(!selectsAll(readSelector(cursor('{matchExpressions: [{key: app, operator: Exists}]}'))));
    assert.ok(!selectsAll(readSelector(cursor('{matchExpressions: [{key: app, operator: Sometimes}]}'))));
  });
});

/* Holes, as the template reader makes them. */
const span = { start: 0, end: 0 };
const hole = (expression: string): HoleNode => ({ kind: 'hole', expression, span });
const text = (value: string): YamlNode => ({ kind: 'scalar', value, source: value, style: 'plain', span });
const map = (entries: Record<string, YamlNode>, open?: string): MapNode => ({ kind: 'map', flow: false, span, entries: Object.entries(entries).map(([key, value]) => ({ key, keySpan: span, value, branch: [] })), ...(open === undefined ? {} : { open }) });

describe('a hole', () => {
  const on = (selector: YamlNode, labels: YamlNode) => matches(readSelector(Cursor.root(selector)), readLabels(Cursor.root(labels)));
  const app = map({ matchLabels: map({ app: text('a') }) });
  test('in a value decides nothing', () => {
    assert.equal(on(map({ matchLabels: map({ app: hole('.x') }) }), map({ app: text('a') })), 'unknown');
    assert.equal(on(app, map({ app: hole('.x') })), 'unknown');
  });
  test('beside a value that differs, the difference decides', () => {
    assert.equal(on(map({ matchLabels: map({ app: hole('.x'), tier: text('x') }) }), map({ app: text('a'), tier: text('y') })), false);
  });
  test('that may add labels leaves only what is seen', () => {
    assert.equal(on(app, map({}, 'toYaml .labels')), 'unknown');
    assert.equal(on(app, map({ app: text('b') }, 'toYaml .labels')), false);
    assert.equal(on(app, map({ app: text('a') }, 'toYaml .labels')), true);
    assert.equal(on(map({}, 'toYaml .selector'), map({ app: text('a') })), 'unknown');
  });
});

describe('against a naive evaluator', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const value = fc.constantFrom('', 'x', 'y');
  const expression = fc.oneof(
    fc.record({ key, operator: fc.constantFrom('In' as const, 'NotIn' as const), values: fc.array(value, { minLength: 1, maxLength: 2 }) }),
    fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant([]) }),
  );
  const labels = fc.dictionary(key, value);
  const selector = fc.record({ matchLabels: fc.dictionary(key, value, { maxKeys: 2 }), matchExpressions: fc.array(expression, { maxLength: 3 }) });

  /** The documentation of LabelSelectorRequirement, word by word. */
  const naive = (want: { matchLabels: Record<string, string>; matchExpressions: { key: string; operator: string; values: readonly string[] }[] }, have: Record<string, string>) => {
    const all = [...Object.entries(want.matchLabels).map(([k, v]) => ({ key: k, operator: 'In', values: [v] as readonly string[] })), ...want.matchExpressions];
    return all.every((one) => {
      const there = Object.hasOwn(have, one.key);
      if (one.operator === 'In') return there && one.values.includes(have[one.key]!);
      if (one.operator === 'NotIn') return !there || !one.values.includes(have[one.key]!);
      return one.operator === 'Exists' ? there : !there;
    });
  };

  test('the answers agree', () => {
    fc.assert(fc.property(selector, labels, (want, have) => {
      assert.equal(match(JSON.stringify(want), JSON.stringify(have)), naive(want, have));
    }), { numRuns: 500 });
  });

  test('hiding a label never turns an answer round, it only takes certainty away', () => {
    fc.assert(fc.property(selector, labels, key, (want, have, hidden) => {
      const seen = Object.fromEntries(Object.entries(have).map(([k, v]): [string, YamlNode] => [k, k === hidden ? hole('.v') : text(v)]));
      const answer = matches(readSelector(cursor(JSON.stringify(want))), readLabels(Cursor.root(map(seen))));
      if (answer !== 'unknown') assert.equal(answer, naive(want, have));
    }));
  });
});
