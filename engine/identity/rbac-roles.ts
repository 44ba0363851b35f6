import { known, type Place } from '../yaml/cursor.ts';
import type { DefaultRole, Defaults } from '../kubernetes/default-roles.ts';
import type { Labels } from '../kubernetes/header.ts';
import type { BindingFact, RoleFact } from '../kubernetes/rbac.ts';
import { matches, type LabelSelector } from '../kubernetes/selector.ts';
import { isCalled, joinBuilds, namesInCluster, type Build } from './build.ts';
import type { Graph } from './graph.ts';
import type { ObjectWith } from './parts.ts';
import { symbol } from './objects.ts';
import { accessRule, type AccessRule } from './rbac-rules.ts';

/** A role as it stands in a cluster: written in a file, built in, or both (a file that redefines a built-in role). */
export interface Role {
  readonly key: string;
  /** ClusterRole, else Role. */
  readonly cluster: boolean;
  /** "" for a ClusterRole. */
  readonly namespace: string;
  readonly name: string;
  readonly object: ObjectWith<RoleFact> | undefined;
  readonly builtin: boolean;
}

/** What a role gives, after aggregation. */
export interface EffectiveRules {
  readonly rules: readonly AccessRule[];
  /** Whether a template may add rules, or roles to an aggregation, that cannot be seen. */
  readonly open: boolean;
}

/** What a binding's roleRef means. `unknown`: it cannot be read, or the role is in no file read and not built in. */
export interface ResolvedRole extends EffectiveRules {
  /** The role, or its equally near variants, each with what it gives; none where it is unknown. */
  readonly variants: readonly (EffectiveRules & { readonly role: Role })[];
  readonly unknown: boolean;
}

export interface Roles {
  readonly all: readonly Role[];
  /** The role that a reference means, seen from a file (nearest wins); `namespace` is that of the RoleBinding, for references to a Role. */
  resolve(reference: { kind: string; name: string; namespace: string }, from: string): ResolvedRole;
  /** The rules of a role, seen from a file: aggregation joins what is applied together with it. */
  rulesOf(role: Role, from: string): EffectiveRules;
}

interface MutableRole extends Role {
  readonly labels: Labels;
  readonly own: readonly AccessRule[];
  readonly open: boolean;
  /** Defined where the aggregation controller overwrites the rules. */
  readonly selectors: readonly LabelSelector[] | undefined;
}

const nowhere: Place = { path: [], stable: '', span: { start: 0, end: 0 } };

/** The roles of a scope together with the built-in ones, if these count. */
export function rolesOf(graph: Graph, defaults: Defaults | undefined): Roles {
  const builtin = builtinRoles(defaults);
  const written = new Map<string, MutableRole[]>();
  for (const one of graph.all('role')) {
    const role = fromObject(one, builtin.get(keyOf(one.fact.cluster, one.object.namespace, one.object.name)));
    for (const name of new Set([one.object.name, ...namesInCluster(one.object)])) {
      const key = keyOf(one.fact.cluster, one.object.namespace, name);
      const list = written.get(key);
      if (list) list.push(role);
      else written.set(key, [role]);
    }
  }
  const builds = buildsByFile(graph);
  const all = [...new Set([...written.values()].flat()), ...[...builtin].filter(([key]) => !written.has(key)).map(([, role]) => role)];
  const rulesOf = effectiveRules(all.filter((role) => role.cluster), graph.proximity.alternatives);

  const find = (key: string, name: string, from: string): MutableRole[] => {
    const candidates = (written.get(key) ?? []).filter((role) => isCalled(role.object!.object, name, builds.get(from)));
    const near = new Set(graph.proximity.nearest(from, candidates.map((role) => role.object!.object)));
    const found = candidates.filter((role) => near.has(role.object!.object));
    const fallback = builtin.get(key);
    return found.length > 0 || !fallback ? found : [fallback];
  };
  const resolve: Roles['resolve'] = ({ kind, name, namespace }, from) => {
    const roles = name === '' ? [] : find(keyOf(kind === 'ClusterRole', namespace, name), name, from);
    const variants = roles.map((role) => ({ role, ...rulesOf(role, from) }));
    return { variants, rules: variants.flatMap((one) => one.rules), open: variants.some((one) => one.open), unknown: roles.length === 0 };
  };
  return { all, resolve, rulesOf: (role, from) => rulesOf(role as MutableRole, from) };
}

/** What builds make of each file: where they put its objects into several namespaces, all of that. */
function buildsByFile({ objects }: Graph): ReadonlyMap<string, Build | undefined> {
  const builds = new Map<string, Build | undefined>();
  for (const { document: { file }, build } of objects) {
    const before = builds.get(file);
    builds.set(file, before && build && before !== build ? joinBuilds([before, build]) : build);
  }
  return builds;
}

const builtins = new WeakMap<Defaults, ReadonlyMap<string, MutableRole>>();

/** The built-in roles by their keys: the same for every graph, and there is a graph for every edit. */
function builtinRoles(defaults: Defaults | undefined): ReadonlyMap<string, MutableRole> {
  if (!defaults) return new Map();
  const made = builtins.get(defaults) ?? new Map(defaults.roles.map((role) => [keyOf(role.namespace === '', role.namespace, role.name), fromDefault(role)]));
  builtins.set(defaults, made);
  return made;
}

/** The reference of a binding, with holes as symbols. */
export function roleReference({ object, fact }: ObjectWith<BindingFact>): { kind: string; name: string; namespace: string } {
  return { kind: known(fact.roleKind) ?? '', name: symbol(fact.roleName), namespace: object.namespace };
}

function keyOf(cluster: boolean, namespace: string, name: string): string {
  return cluster ? `ClusterRole ${name}` : `Role ${namespace}/${name}`;
}

/**
 * A file that names a built-in role adds to it: at its start the API server puts missing rules, labels and selectors back
 * and keeps the others (semantics.md 4.6), unless the object turns that off.
 */
function fromObject(one: ObjectWith<RoleFact>, builtin: MutableRole | undefined): MutableRole {
  const { object, fact } = one;
  const { labels, annotations } = object.resource.header;
  const reconciled = builtin && known(annotations.entries['rbac.authorization.kubernetes.io/autoupdate'] ?? { state: 'absent', at: nowhere }) !== 'false' ? builtin : undefined;
  const selectors = fact.aggregation || reconciled?.selectors ? [...(fact.aggregation ?? []), ...(reconciled?.selectors ?? [])] : undefined;
  return {
    key: object.key,
    cluster: fact.cluster,
    namespace: fact.cluster ? '' : object.namespace,
    name: object.name,
    object: one,
    builtin: builtin !== undefined,
    labels: reconciled ? { ...labels, entries: { ...reconciled.labels.entries, ...labels.entries } } : labels,
    own: [...fact.rules.map((rule) => accessRule(object, rule)), ...(reconciled?.own ?? [])],
    open: fact.open,
    selectors,
  };
}

function fromDefault(role: DefaultRole): MutableRole {
  return {
    key: `built-in ${role.namespace}/${role.name}`,
    cluster: role.namespace === '',
    namespace: role.namespace,
    name: role.name,
    object: undefined,
    builtin: true,
    labels: plainLabels(role.labels),
    own: role.rules.map((rule) => ({ ...rule, open: [] })),
    open: false,
    selectors: role.aggregates === undefined ? undefined : [{ matchLabels: plainLabels({ [role.aggregates]: 'true' }), matchExpressions: [], open: false, at: nowhere }],
  };
}

function plainLabels(labels: Readonly<Record<string, string>>): Labels {
  return { entries: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, { state: 'known', value, at: nowhere }])), open: false, at: nowhere };
}

/**
 * Aggregation to a fixpoint (semantics.md 4.7): a role with selectors has the rules of every other ClusterRole that one of
 * them matches, and what is written in it is overwritten. The least fixpoint: all roles without selectors that can be
 * reached. Parts that are never applied together with the asking file are left out.
 */
function effectiveRules(clusterRoles: readonly MutableRole[], alternatives: (a: string, b: string) => boolean) {
  const parts = new Map<string, { sure: MutableRole[]; open: boolean }>();
  const partsOf = (role: MutableRole) => {
    const cached = parts.get(role.key);
    if (cached) return cached;
    const found: { sure: MutableRole[]; open: boolean } = { sure: [], open: false };
    for (const other of clusterRoles) {
      // A namesake is the role itself, in another variant; names made up at creation are all different.
      if (other.key === role.key || (other.name !== '' && other.name === role.name)) continue;
      const answers = role.selectors!.map((selector) => matches(selector, other.labels));
      if (answers.includes(true)) found.sure.push(other);
      else if (answers.includes('unknown')) found.open = true;
    }
    parts.set(role.key, found);
    return found;
  };

  return (role: MutableRole, from: string): EffectiveRules => {
    if (!role.selectors) return { rules: role.own, open: role.open };
    const seen = new Set([role.key]);
    const rules: AccessRule[] = [];
    let open = role.open;
    const queue = [role];
    for (let next = queue.pop(); next; next = queue.pop()) {
      open ||= next.open;
      if (!next.selectors) { rules.push(...next.own); continue; }
      const found = partsOf(next);
      open ||= found.open;
      for (const part of found.sure) {
        if (seen.has(part.key) || (part.object && alternatives(from, part.object.object.document.file))) continue;
        seen.add(part.key);
        queue.push(part);
      }
    }
    return { rules, open };
  };
}
