import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { labelsAsked, matchesCalico, parseCalicoSelector, type CalicoExpression } from '../../../engine/kubernetes/calico-selector.ts';
import type { Labels } from '../../../engine/kubernetes/header.ts';
import type { Value } from '../../../engine/yaml/cursor.ts';

const at = { path: [], stable: '', span: { start: 0, end: 0 } };
const labels = (known: Record<string, string>, holes: readonly string[] = [], open = false): Labels => ({
  entries: Object.fromEntries([...Object.entries(known).map(([key, value]): [string, Value<string>] => [key, value === '' ? { state: 'absent', at } : { state: 'known', value, at }]), ...holes.map((key): [string, Value<string>] => [key, { state: 'hole', expression: 'x', at }])]),
  open,
  at,
});
const match = (selector: string, have: Labels) => {
  const expression = parseCalicoSelector(selector);
  assert.ok(expression, `${selector} is read`);
  return matchesCalico(expression, have);
};

describe('Calico’s selector language (libcalico-go/lib/selector)', () => {
  const rows: [selector: string, have: Record<string, string>, answer: boolean, why: string][] = [
    ['', {}, true, 'empty is everything'],
    ['all()', {}, true, 'everything'],
    ['global()', { a: 'x' }, true, 'everything; who it leaves out is for the namespace to say'],
    ["app == 'web'", { app: 'web' }, true, 'equal'],
    ["app=='web'", { app: 'web' }, true, 'without blanks'],
    ['app == "web"', { app: 'db' }, false, 'either quote'],
    ["app != 'web'", {}, true, 'an absent label is not equal'],
    ["app != 'web'", { app: 'web' }, false, 'not equal'],
    ["app in {'a', 'b'}", { app: 'b' }, true, 'one of'],
    ["app in {'a','b',}", { app: 'c' }, false, 'a comma may stand before the brace'],
    ["app in {}", { app: 'c' }, false, 'no value'],
    ["app not in {'a'}", {}, true, 'an absent label is none of them'],
    ["app notin {'a'}", { app: 'a' }, false, 'the blank is not needed'],
    ['has(app)', { app: '' }, true, 'whatever the value'],
    ['has( app )', {}, false, 'absent'],
    ['!has(app)', {}, true, 'not'],
    ['!!has(app)', {}, false, 'twice'],
    ["!app == 'web'", { app: 'db' }, true, 'not binds the comparison'],
    ["app contains 'we'", { app: 'web' }, true, 'contains'],
    ["app starts with 'we'", { app: 'web' }, true, 'starts with'],
    ["app ends with 'eb'", { app: 'web' }, true, 'ends with'],
    ["app ends with 'eb'", {}, false, 'an absent label ends with nothing'],
    ["a == '1' || a == '2' && b == '3'", { a: '1' }, true, 'and binds before or'],
    ["(a == '1' || a == '2') && b == '3'", { a: '1' }, false, 'parentheses'],
    ["projectcalico.org/namespace == 'shop'", { 'projectcalico.org/namespace': 'shop' }, true, 'keys with a prefix'],
    ["in == 'x'", { in: 'x' }, true, 'a word is a label where one may stand'],
  ];
  for (const [selector, have, answer, why] of rows) test(`${selector || '""'}: ${answer} (${why})`, () => assert.equal(match(selector, labels(have)), answer));

  for (const text of ["app = 'web'", 'app', "app == web", "app == 'web", "(app == 'web'", "app == 'web')", 'has()', 'has(app', 'all(', "app in 'web'", "app in {'a' 'b'}", "app like 'web'", '&&', "a == 'b' &&", '!', "a == 'b' c == 'd'", 'é == "x"', `${'('.repeat(5000)}all()${')'.repeat(5000)}`]) {
    test(`${text.slice(0, 30)} is refused`, () => assert.equal(parseCalicoSelector(text), undefined));
  }

  test('a template’s label is unknown where it decides, and only there', () => {
    assert.equal(match("a == '1'", labels({}, ['a'])), 'unknown');
    assert.equal(match("a == '1' && b == '2'", labels({}, ['a'])), false);
    assert.equal(match("a == '1' || b == '2'", labels({ b: '2' }, ['a'])), true);
    assert.equal(match("!(a == '1' || b == '2')", labels({ b: '2' }, ['a'])), false);
    assert.equal(match('has(a)', labels({}, [], true)), 'unknown');
  });

  test('the labels that whatever is selected has', () => {
    assert.deepEqual(labelsAsked(parseCalicoSelector("a == '1' && (b in {'2'} && has(c)) && d != '3'")!), { a: '1', b: '2' });
    assert.deepEqual(labelsAsked(parseCalicoSelector("a == '1' || b == '2'")!), {});
  });
});

/* What an expression means, said as plainly as possible: over labels that are all known. */
const key = fc.constantFrom('a', 'b', 'c/d');
const value = fc.constantFrom('', 'x', 'xy', 'y');
const { expression } = fc.letrec<{ expression: CalicoExpression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<CalicoExpression>({ op: 'all' }, { op: 'global' }),
    key.map((k): CalicoExpression => ({ op: 'has', key: k })),
    fc.tuple(fc.constantFrom('==', '!=', 'contains', 'starts with', 'ends with'), key, value).map(([op, k, v]) => ({ op, key: k, value: v }) as CalicoExpression),
    fc.tuple(fc.constantFrom('in', 'not in'), key, fc.array(value, { maxLength: 3 })).map(([op, k, values]) => ({ op, key: k, values }) as CalicoExpression),
    tie('expression').map((of): CalicoExpression => ({ op: 'not', of })),
    fc.tuple(fc.constantFrom('and', 'or'), fc.array(tie('expression'), { minLength: 2, maxLength: 3 })).map(([op, of]) => ({ op, of }) as CalicoExpression),
  ),
}));
const known = fc.dictionary(key, value);

function naive(one: CalicoExpression, have: Record<string, string>): boolean {
  switch (one.op) {
    case 'all': case 'global': return true;
    case 'not': return !naive(one.of, have);
    case 'and': return one.of.every((part) => naive(part, have));
    case 'or': return one.of.some((part) => naive(part, have));
    case 'has': return one.key in have;
    case '!=': return !(one.key in have) || have[one.key] !== one.value;
    case 'not in': return !(one.key in have) || !one.values.includes(have[one.key]!);
    case 'in': return one.key in have && one.values.includes(have[one.key]!);
    case '==': return one.key in have && have[one.key] === one.value;
    case 'contains': return one.key in have && have[one.key]!.includes(one.value);
    case 'starts with': return one.key in have && have[one.key]!.startsWith(one.value);
    case 'ends with': return one.key in have && have[one.key]!.endsWith(one.value);
  }
}

function written(one: CalicoExpression): string {
  switch (one.op) {
    case 'all': case 'global': return `${one.op}()`;
    case 'not': return `!(${written(one.of)})`;
    case 'and': return one.of.map((part) => `(${written(part)})`).join(' && ');
    case 'or': return one.of.map((part) => `(${written(part)})`).join('||');
    case 'has': return `has(${one.key})`;
    case 'in': case 'not in': return `${one.key} ${one.op} {${one.values.map((text) => `"${text}"`).join(', ')}}`;
    default: return `${one.key} ${one.op} '${one.value}'`;
  }
}

describe('any selector', () => {
  test('means what the naive evaluator says', () => fc.assert(fc.property(expression, known, (one, have) => match(written(one), labels(have)) === naive(one, have))));
  test('is unknown only where the values of hidden labels decide, and then whatever they are is allowed for', () => fc.assert(fc.property(expression, known, key, (one, have, hidden) => {
    const { [hidden]: _, ...rest } = have;
    const answer = match(written(one), labels(rest, [hidden]));
    for (const text of ['', 'x', 'xy', 'y', 'z']) if (answer !== 'unknown') assert.equal(naive(one, { ...rest, [hidden]: text }), answer);
  })));
  test('any text is read or refused', () => fc.assert(fc.property(fc.string(), (text) => { parseCalicoSelector(text); })));
});
