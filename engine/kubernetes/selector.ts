import { known, type Cursor, type Place } from '../yaml/cursor.ts';
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
  /** Whether part of it cannot be read: a hole, or a template that may add to it. */
  readonly open: boolean;
  readonly at: Place;
}

const operators = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** Reads a LabelSelector (apimachinery meta/v1). An expression that cannot be read makes the selector `open`. */
export function readSelector(cursor: Cursor): LabelSelector {
  const matchLabels = readLabels(cursor.get('matchLabels'));
  const expressions = cursor.get('matchExpressions');
  let open = cursor.open || matchLabels.open || expressions.open || Object.values(matchLabels.entries).some((value) => value.state === 'hole');
  const matchExpressions: Requirement[] = [];
  for (const item of expressions.items()) {
    const key = known(item.get('key').string());
    const operator = known(item.get('operator').string());
    const values = item.get('values').strings();
    if (key === undefined || operator === undefined || !operators.has(operator) || values.some((value) => value.state === 'hole')) open = true;
    else matchExpressions.push({ key, operator: operator as Requirement['operator'], values: values.map((value) => known(value) ?? '') });
  }
  return { matchLabels, matchExpressions, open, at: cursor.place() };
}

/** Whether a selector matches labels; `unknown` where a hole on either side decides. Empty matches everything (apimachinery labels.Everything). */
export function matches(selector: LabelSelector, labels: Labels): boolean | 'unknown' {
  let unknown = selector.open;
  const answers = [
    ...Object.entries(selector.matchLabels.entries).map(([key, want]) => (want.state === 'hole' ? 'unknown' : compare(labels, key, (have) => have === (known(want) ?? '')))),
    ...selector.matchExpressions.map((requirement) => answer(requirement, labels)),
  ];
  for (const one of answers) {
    if (one === false) return false;
    if (one === 'unknown') unknown = true;
  }
  return unknown ? 'unknown' : true;
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
