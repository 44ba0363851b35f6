import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import { readLabels, type Labels } from './header.ts';

export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** A metav1.LabelSelector: matchLabels AND matchExpressions. Empty selects everything. */
export interface LabelSelector {
  readonly matchLabels: Labels;
  readonly matchExpressions: readonly Requirement[];
  /** Whether part of it cannot be read, or a template may add to it. A label whose value is a hole is one that can be compared with itself. */
  readonly open: boolean;
  readonly at: Place;
}

const operators = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/**
 * Reads a LabelSelector (apimachinery meta/v1). What the API server would refuse (an unknown operator, a value that is no
 * string, `In` without values) makes the selector `open`: such an object is never applied as it stands.
 */
export function readSelector(cursor: Cursor): LabelSelector {
  const written = readLabels(cursor.get('matchLabels'));
  const refused = cursor.get('matchLabels').fields().filter(({ value }) => value.hiddenBy === undefined && text(value) === undefined).map(({ key }) => key);
  const expressions = cursor.get('matchExpressions');
  let open = cursor.open || written.open || expressions.open || refused.length > 0;
  const matchExpressions: Requirement[] = [];
  for (const item of expressions.items()) {
    const requirement = readRequirement(item);
    if (requirement) matchExpressions.push(requirement);
    else open = true;
  }
  const matchLabels = refused.length === 0 ? written : { ...written, entries: Object.fromEntries(Object.entries(written.entries).filter(([key]) => !refused.includes(key))) };
  return { matchLabels, matchExpressions, open, at: cursor.place() };
}

/** Validated as in apimachinery meta/v1/validation: In and NotIn need values, the others refuse them. */
function readRequirement(item: Cursor): Requirement | undefined {
  const key = known(item.get('key').string());
  const operator = known(item.get('operator').string());
  const list = item.get('values');
  const values = list.items().map(text);
  if (key === undefined || operator === undefined || !operators.has(operator) || list.open || values.includes(undefined)) return undefined;
  if ((operator === 'In' || operator === 'NotIn') !== values.length > 0) return undefined;
  return { key, operator: operator as Requirement['operator'], values: values as string[] };
}

/** A label value as text: "" and null are the empty value, which is a value like any other. Undefined for what is no string. */
function text(cursor: Cursor): string | undefined {
  const { node } = cursor;
  if (cursor.hiddenBy !== undefined || node?.kind !== 'scalar') return undefined;
  return node.value === null ? '' : typeof node.value === 'string' ? node.value : undefined;
}

/** Whether a selector is written and selects everything, whatever its labels. */
export function selectsAll(selector: LabelSelector): boolean {
  return !selector.open && selector.matchExpressions.length === 0 && Object.keys(selector.matchLabels.entries).length === 0;
}

/** Whether a selector matches labels; `unknown` where a hole on either side decides. Empty matches everything (apimachinery labels.Everything). */
export function matches(selector: LabelSelector, labels: Labels): boolean | 'unknown' {
  let unknown = selector.open;
  const answers = [
    ...Object.entries(selector.matchLabels.entries).map(([key, want]) => (want.state === 'hole' ? sameHole(want.expression, labels.entries[key]) : compare(labels, key, (have) => have === (known(want) ?? '')))),
    ...selector.matchExpressions.map((requirement) => answer(requirement, labels)),
  ];
  for (const one of answers) {
    if (one === false) return false;
    if (one === 'unknown') unknown = true;
  }
  return unknown ? 'unknown' : true;
}

/** An expression is equal to itself, whatever it gives. */
function sameHole(expression: string, have: Value<string> | undefined): boolean | 'unknown' {
  return (have?.state === 'hole' && have.expression === expression) || 'unknown';
}

function answer({ key, operator, values }: Requirement, labels: Labels): boolean | 'unknown' {
  switch (operator) {
    case 'In': return compare(labels, key, (have) => have !== undefined && values.includes(have));
    case 'NotIn': return compare(labels, key, (have) => have === undefined || !values.includes(have));
    case 'Exists': return compare(labels, key, (have) => have !== undefined);
    case 'DoesNotExist': return compare(labels, key, (have) => have === undefined);
  }
}

function compare(labels: Labels, key: string, test: (have: string | undefined) => boolean): boolean | 'unknown' {
  const value = labels.entries[key];
  if (value?.state === 'hole') return 'unknown';
  if (value === undefined && labels.open) return 'unknown';
  // An empty label value reads as absent in Value, but the label is there.
  return test(value === undefined ? undefined : known(value) ?? '');
}

/** Whether the value of a label is a template's expression. */
export function hasHoles({ matchLabels }: LabelSelector): boolean {
  return Object.values(matchLabels.entries).some(({ state }) => state === 'hole');
}

/** A selector as it is written in a manifest; undefined where part of it cannot be read. */
export function selectorData(selector: LabelSelector): { matchLabels?: Record<string, string>; matchExpressions?: object[] } | undefined {
  if (selector.open || hasHoles(selector)) return undefined;
  const labels = Object.entries(selector.matchLabels.entries).map(([key, value]) => [key, known(value) ?? ''] as const);
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(selector.matchExpressions.length > 0 ? { matchExpressions: selector.matchExpressions.map(({ key, operator, values }) => ({ key, operator, ...(values.length > 0 ? { values } : {}) })) } : {}),
  };
}

/** What a selector asks for, as messages show it: `app=api`, `tier In front, back`, `team Exists`. */
export function selectorWords({ matchLabels, matchExpressions }: LabelSelector): string[] {
  return [
    ...Object.entries(matchLabels.entries).map(([key, value]) => `${key}=${known(value) ?? ''}`),
    ...matchExpressions.map(({ key, operator, values }) => (operator === 'In' && values.length === 1 ? `${key}=${values[0]!}` : [key, operator, values.join(', ')].join(' ').trim())),
  ];
}
