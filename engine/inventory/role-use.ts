import type { BindingFact } from '../kubernetes/rbac.ts';
import { tierOf } from './tier.ts';
import type { Graph } from '../identity/graph.ts';
import type { Account, ObjectWith, Workload } from '../identity/parts.ts';
import { shownName, type GraphObject, type Location } from '../identity/objects.ts';
import type { Authorizer } from '../identity/permissions.ts';
import type { AccessRule } from '../identity/rbac-rules.ts';
import { boundSubjects, isEveryone, useOf, type BoundSubject } from '../identity/rbac-subjects.ts';
import { grantedBy, isWide, type Area } from '../identity/rights.ts';
import { riskOf } from '../identity/risk.ts';
import type { RiskClass } from '../identity/risk-classes.ts';
import { sharersOf } from './sharing.ts';

/** Who has a role, the gravest answer first: what of `wideUses` is worth telling everybody, the rest is good practice. */
const uses = ['everyone', 'exposed', 'default', 'shared', 'high-risk', 'catch-all', 'people', 'dedicated', 'unused', 'unbound'] as const;
export type Use = (typeof uses)[number];
const wideUses: ReadonlySet<Use> = new Set<Use>(['everyone', 'exposed', 'default', 'shared', 'high-risk', 'catch-all']);

/** How a role is used, as far as the files tell. */
export interface RoleUse {
  readonly use: Use;
  /** Those who make it this use. */
  readonly subjects: readonly BoundSubject[];
  /** Every binding that counts, directly or through a role that it is aggregated into. */
  readonly bindings: readonly ObjectWith<BindingFact>[];
  /** Whether these have it in every namespace; so has nobody in particular, where it is an unbound ClusterRole. */
  readonly cluster: boolean;
  /** Where else these have it, each in one or more of them. */
  readonly namespaces: readonly string[];
  /** Whether a template may add subjects. */
  readonly open: boolean;
  /** What shows the use, and how to say it. */
  readonly because: { readonly at: Location; readonly message: string } | undefined;
}

/** Whether a use is more than one operator's own account, or nobody's: rules.md, access. */
export function isWideUse({ use }: RoleUse): boolean {
  return wideUses.has(use);
}

/** What a right is asked about: its area, and whether only ClusterRoleBindings grant it. */
export interface Asked {
  readonly area: Area;
  readonly scope: 'namespace' | 'cluster';
}

/**
 * How a role that is written in a file is used for a right; undefined where every binding of it leaves the right without
 * effect (RoleBindings grant no cluster-scoped resources, semantics.md 4.1).
 */
export function useOfRole(graph: Graph, rbac: Authorizer, role: GraphObject, cluster: boolean, rules: readonly AccessRule[], asked: Asked): RoleUse | undefined {
  if (!cluster && asked.scope === 'cluster') return undefined;
  const before = answers.get(rbac) ?? new Map<string, RoleUse | undefined>();
  answers.set(rbac, before);
  const key = `${role.key} ${asked.area} ${asked.scope}`;
  if (!before.has(key)) before.set(key, findUse(graph, rbac, role, cluster, rules, asked));
  return before.get(key);
}

/** Several rules ask the same of one role, and a role may have thousands of bindings. */
const answers = new WeakMap<Authorizer, Map<string, RoleUse | undefined>>();

function findUse(graph: Graph, rbac: Authorizer, role: GraphObject, cluster: boolean, rules: readonly AccessRule[], asked: Asked): RoleUse | undefined {
  const all = bindingsOf(graph, rbac, role);
  const bindings = asked.scope === 'cluster' ? all.filter(({ fact }) => fact.cluster) : all;
  if (all.length === 0) return { use: 'unbound', subjects: [], bindings: [], cluster, namespaces: cluster ? [] : [role.namespace], open: false, because: undefined };
  if (bindings.length === 0) return undefined;
  const catchAll = isCatchAll(rules);
  const held = bindings.flatMap((binding) => subjectsOf(graph, rbac, binding).map((subject) => ({ binding, subject, ...useOfSubject(graph, subject, binding.fact.cluster, catchAll, asked) })));
  const rank = held.reduce((least, { use }) => Math.min(least, uses.indexOf(use)), uses.indexOf('unbound'));
  // Of those whom it is gravest for, those who have it everywhere.
  const gravest = held.filter(({ use }) => use === uses[rank]);
  const everywhere = gravest.filter(({ binding }) => binding.fact.cluster);
  const told = everywhere.length > 0 ? everywhere : gravest;
  const from = told.length > 0 ? told.map(({ binding }) => binding) : bindings;
  return {
    use: uses[rank]!,
    subjects: told.map(({ subject }) => subject),
    bindings,
    cluster: from.some(({ fact }) => fact.cluster),
    namespaces: [...new Set(from.flatMap(({ object, fact }) => (fact.cluster ? [] : [object.namespace])))],
    open: bindings.some(({ fact }) => fact.open),
    because: told.find(({ because }) => because)?.because,
  };
}

const subjects = new WeakMap<Authorizer, Map<BindingFact, BoundSubject[]>>();

/** The subjects of a binding, found once a graph. */
function subjectsOf(graph: Graph, rbac: Authorizer, binding: ObjectWith<BindingFact>): readonly BoundSubject[] {
  const before = subjects.get(rbac) ?? new Map<BindingFact, BoundSubject[]>();
  subjects.set(rbac, before);
  let found = before.get(binding.fact);
  if (!found) before.set(binding.fact, (found = boundSubjects(graph, binding)));
  return found;
}

type Judged = Pick<RoleUse, 'use' | 'because'>;

function useOfSubject(graph: Graph, subject: BoundSubject, cluster: boolean, catchAll: boolean, asked: Asked): Judged {
  const plain = (use: Use): Judged => ({ use, because: undefined });
  const { name, accounts } = subject;
  if (name && isEveryone(name)) return plain('everyone');
  if (name && name.kind !== 'ServiceAccount') {
    // Users and groups of Kubernetes' own components (semantics.md 4.4).
    if (name.name.startsWith('system:') && name.name !== 'system:masters') return plain('dedicated');
    return plain(cluster && catchAll ? 'catch-all' : 'people');
  }
  const found = accounts.flatMap((account) => useOfAccount(graph, account, cluster, asked));
  if (name?.name === 'default') found.push(plain('default'));
  found.push(plain(useOf([subject]) === 'unused' ? 'unused' : 'dedicated'));
  return found.reduce((a, b) => (uses.indexOf(b.use) < uses.indexOf(a.use) ? b : a));
}

function useOfAccount(graph: Graph, account: Account, cluster: boolean, asked: Asked): Judged[] {
  return standingOf(graph, account).flatMap(({ risk, exposed, shared }) => {
    const trade = risk !== undefined && isTrade(risk.class, asked.area, cluster);
    return [...(trade ? [] : [exposed, risk]), shared].filter((one) => one !== undefined);
  });
}

/** What one workload makes of the account that it runs as, whatever the right. */
interface Standing {
  readonly exposed: Judged | undefined;
  readonly risk: (Judged & { readonly class: RiskClass }) | undefined;
  readonly shared: Judged | undefined;
}

const standings = new WeakMap<Account, readonly Standing[]>();

function standingOf(graph: Graph, account: Account): readonly Standing[] {
  let found = standings.get(account);
  if (!found) standings.set(account, (found = account.workloads.map((workload) => standing(graph, account, workload))));
  return found;
}

function standing(graph: Graph, account: Account, workload: Workload): Standing {
  const { tier, at } = tierOf(workload, graph);
  const risk = riskOf(workload);
  const [stranger] = sharersOf(workload, account, graph).strangers();
  return {
    exposed: tier === 'exposed' && !runs.has(workload.object.resource.header.kind) ? { use: 'exposed', because: { at: at!, message: `this makes ${labelOf(workload)} reachable from outside the cluster` } } : undefined,
    risk: risk && { use: 'high-risk', class: risk.class, because: { at: risk.at, message: `${labelOf(workload)} counts as ${riskLabels[risk.class]}: ${risk.because}` } },
    shared: stranger && { use: 'shared', because: { at: { object: stranger.object, place: stranger.accountAt }, message: `${labelOf(stranger)} runs as the same account as ${labelOf(workload)}` } },
  };
}

/** What runs to its end listens to nobody, also where a Service selects its pods by a label that they share. */
const runs = new Set(['Job', 'CronJob', 'Workflow', 'CronWorkflow']);

/**
 * What some classes have by their trade is no news for being theirs: a secrets manager reads Secrets, a delivery
 * controller may do whatever it delivers, a runner starts pods beside itself, a data store elects its leader by endpoints.
 */
const trades: Readonly<Partial<Record<RiskClass, { readonly areas: readonly Area[] | 'all'; readonly cluster: boolean }>>> = {
  'secrets-manager': { areas: ['secrets', 'credentials', 'admission'], cluster: true },
  'gitops-controller': { areas: 'all', cluster: true },
  'ci-runner': { areas: ['workloads', 'secrets'], cluster: false },
  'data-store': { areas: ['trust', 'workloads'], cluster: false },
};

function isTrade(risk: RiskClass, area: Area, cluster: boolean): boolean {
  const trade = trades[risk];
  return trade !== undefined && (trade.cluster || !cluster) && (trade.areas === 'all' || trade.areas.includes(area));
}

/** Rights of these areas together are more than any one task of a person needs. */
const telling: ReadonlySet<Area> = new Set<Area>(['secrets', 'rbac', 'impersonation', 'credentials', 'workloads', 'nodes', 'admission', 'delivery']);

function isCatchAll(rules: readonly AccessRule[]): boolean {
  const areas = new Set(rules.flatMap((rule) => grantedBy(rule).filter(isWide).map(({ right }) => right.area)).filter((area) => telling.has(area)));
  return areas.size >= 3;
}

const cache = new WeakMap<Authorizer, ReadonlyMap<GraphObject, readonly ObjectWith<BindingFact>[]>>();

/**
 * The bindings that give the rules of a role, also where it is part of an aggregated one. One that may mean any of several
 * equally near roles of a name gives none of them for certain. Found once a graph.
 */
function bindingsOf(graph: Graph, rbac: Authorizer, role: GraphObject): readonly ObjectWith<BindingFact>[] {
  let index = cache.get(rbac);
  if (!index) {
    const made = new Map<GraphObject, ObjectWith<BindingFact>[]>();
    for (const binding of graph.all('binding')) {
      const { variants, rules } = rbac.roleOf(binding);
      if (variants.length !== 1 || (binding.fact.subjects.length === 0 && !binding.fact.open)) continue;
      for (const object of new Set(rules.flatMap(({ source }) => source?.object ?? []))) {
        const list = made.get(object);
        if (list) list.push(binding);
        else made.set(object, [binding]);
      }
    }
    cache.set(rbac, (index = made));
  }
  return index.get(role) ?? [];
}

function labelOf({ object }: Workload): string {
  return `${object.resource.header.kind} "${shownName(object.name)}"`;
}

const riskLabels: Readonly<Record<RiskClass, string>> = {
  'secrets-manager': 'a secrets manager', payment: 'part of payment', 'admin-api': 'an admin API', 'data-store': 'a data store', 'ci-runner': 'a CI runner', 'gitops-controller': 'a GitOps controller', agent: 'an agent',
};
