import type { AccessRule } from '../../engine/identity/rbac-rules.ts';
import { hasName, type Granted } from '../../engine/identity/rights.ts';
import type { GraphObject } from '../../engine/identity/objects.ts';
import type { FixStep } from '../../engine/lint/rule.ts';

/** The verbs of requests for resources (kubernetes.io/docs/reference/access-authn-authz/authorization/#request-verb-resource): what a star is without the rights taken away. */
const standard = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

type Steps = (object: GraphObject) => FixStep[];

/**
 * A rule without some of its rights and with all others, split where its lists are no product any more. Undefined where
 * a star stands for resources, or a template decides: what else is used cannot be told then.
 */
export function withoutRights(rule: AccessRule, granted: readonly Granted[]): Steps | undefined {
  return rewrite(rule, granted, (_, kept) => [{ verbs: kept }]);
}

/** A rule whose rights hold for some names only, and which verbs that takes away: those whose requests have no name. */
export function limited(rule: AccessRule, granted: readonly Granted[], names: readonly string[]): { readonly steps: Steps; readonly lost: readonly string[] } | undefined {
  if (rule.resourceNames.length > 0) return undefined;
  const lost = new Set<string>();
  let some = false;
  const steps = rewrite(rule, granted, (resource, kept, taken) => {
    const named = taken.filter((verb) => hasName(verb, resource.split('/')[1] ?? ''));
    some ||= named.length > 0;
    for (const verb of taken) if (!named.includes(verb)) lost.add(verb);
    return [{ verbs: kept }, { verbs: named, names }];
  });
  return steps && some ? { steps, lost: [...lost] } : undefined;
}

interface Part { readonly verbs: readonly string[]; readonly names?: readonly string[] }

/** Splits off what becomes of each resource that rights are about; what stays the same stays in place. */
function rewrite(rule: AccessRule, granted: readonly Granted[], partsOf: (resource: string, kept: readonly string[], taken: readonly string[]) => Part[]): Steps | undefined {
  const touched = [...new Set(granted.flatMap(({ pairs }) => pairs.map(({ resource }) => resource)))].sort((a, b) => a - b);
  if (!rule.source || rule.open.length > 0 || rule.nonResourceURLs.length > 0 || touched.some((i) => rule.resources[i] === '*')) return undefined;
  const parts = new Map<string, { part: Part; resources: number[] }>();
  for (const i of touched) {
    const taken = takenFrom(rule, granted, i);
    for (const part of partsOf(rule.resources[i]!, verbsOf(rule).filter((verb) => !taken.includes(verb)), taken)) {
      if (part.verbs.length === 0) continue;
      const key = JSON.stringify(part);
      const before = parts.get(key);
      if (before) before.resources.push(i);
      else parts.set(key, { part, resources: [i] });
    }
  }
  return (object) => stepsFor(object, rule, touched, [...parts.values()]);
}

function verbsOf({ verbs }: AccessRule): readonly string[] {
  return verbs.includes('*') ? [...new Set([...standard, ...verbs.filter((verb) => verb !== '*')])] : [...new Set(verbs)];
}

/** The verbs of one resource that rights are about, stars spelled out. */
function takenFrom(rule: AccessRule, granted: readonly Granted[], resource: number): string[] {
  const all = verbsOf(rule);
  const taken = granted.flatMap(({ right, pairs }) => pairs.filter((pair) => pair.resource === resource).flatMap(({ verb }) => {
    const word = rule.verbs[verb]!;
    if (word !== '*') return [word];
    return right.verbs.includes('*') ? all : right.verbs;
  }));
  return [...new Set(taken)].filter((verb) => all.includes(verb) || rule.verbs.includes('*'));
}

function stepsFor(object: GraphObject, rule: AccessRule, touched: readonly number[], parts: readonly { part: Part; resources: readonly number[] }[]): FixStep[] {
  const { rule: written } = rule.source!;
  const { path } = written.at;
  const removeWords = (list: 'resources' | 'verbs', indexes: readonly number[]): FixStep[] => indexes.map((i) => ({ object, change: { op: 'remove', path: written[list][i]!.at.path } }));
  const added = (some: typeof parts): FixStep[] => some.map(({ part, resources }) => ({
    object,
    change: { op: 'append', path: path.slice(0, -1), value: { apiGroups: rule.apiGroups, resources: resources.map((i) => rule.resources[i]), verbs: part.verbs, ...namesOf(rule, part) } },
  }));
  if (touched.length < rule.resources.length) return [...removeWords('resources', touched), ...added(parts)];
  const [first, ...others] = parts;
  if (!first) return [{ object, change: { op: 'remove', path } }];
  const { part, resources } = first;
  const verbs: FixStep[] = rule.verbs.includes('*')
    ? [{ object, change: { op: 'set', path: [...path, 'verbs'], value: part.verbs } }]
    : removeWords('verbs', rule.verbs.flatMap((verb, i) => (part.verbs.includes(verb) ? [] : [i])));
  const names: FixStep[] = part.names ? [{ object, change: { op: 'set', path: [...path, 'resourceNames'], value: part.names, after: 'verbs' } }] : [];
  return [...verbs, ...names, ...removeWords('resources', touched.filter((i) => !resources.includes(i))), ...added(others)];
}

function namesOf(rule: AccessRule, part: Part): { resourceNames?: readonly string[] } {
  const names = part.names ?? rule.resourceNames;
  return names.length > 0 ? { resourceNames: names } : {};
}
