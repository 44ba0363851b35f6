import { escalationsOf, type Escalation } from './escalation.ts';
import type { Account, Graph } from './graph.ts';
import { displayName } from './objects.ts';
import type { Authorizer } from './permissions.ts';

/** What the holder of a token can become. */
export type Power =
  | { readonly kind: 'account'; readonly account: Account }
  /** Any account of a namespace. */
  | { readonly kind: 'accounts'; readonly namespace: string }
  /** The pods of a namespace, and so the accounts that they run as. */
  | { readonly kind: 'pods'; readonly namespace: string }
  /** Any account of the cluster. */
  | { readonly kind: 'all accounts' }
  /** The pods of every node. */
  | { readonly kind: 'all pods' }
  | { readonly kind: 'cluster-admin' };

/** One step of a path, with what makes it possible; without an escalation it follows from what the power before is. */
export interface Step {
  readonly to: Power;
  readonly escalation?: Escalation;
  readonly reason: string;
}

export interface Reached {
  readonly power: Power;
  /** The shortest way to it. */
  readonly path: readonly Step[];
}

/** Answers what accounts of one graph reach; the steps of an account are found once. */
export interface Reach {
  /** Everything that the holder of an account's token can become, nearest first; cycles end where they close. */
  from(account: Account): readonly Reached[];
  /** The shortest way from an account to cluster-admin, if there is one. */
  toClusterAdmin(account: Account): Reached | undefined;
}

/**
 * Follows permissions from account to account (semantics.md 5 and 5.1). A grant in a namespace reaches what that namespace
 * holds among the files, not the cluster. kube-system leads to cluster-admin: the accounts of Kubernetes' own controllers
 * live there, of which clusterrole-aggregation-controller has `escalate` on ClusterRoles.
 */
export function reachIn(graph: Graph, rbac: Authorizer): Reach {
  const accountsOf = groupBy(graph.accounts, (account) => account.namespace);
  const runningIn = groupBy(graph.workloads, (workload) => workload.namespace);
  const own = new Map<string, readonly Step[]>();

  const stepsOf = (power: Power): readonly Step[] => {
    switch (power.kind) {
      case 'cluster-admin': return [];
      case 'all accounts': return [{ to: { kind: 'cluster-admin' }, reason: 'one of them is a controller of kube-system that can escalate' }];
      case 'all pods': return graph.workloads.map((workload) => runs(graph, workload));
      case 'pods': return (runningIn.get(power.namespace) ?? []).map((workload) => runs(graph, workload));
      case 'accounts': return [
        ...(power.namespace === 'kube-system' ? [{ to: { kind: 'cluster-admin' } as const, reason: 'one of them is a controller of kube-system that can escalate' }] : []),
        ...(accountsOf.get(power.namespace) ?? []).map((account): Step => ({ to: { kind: 'account', account }, reason: `one of them is "${displayName(account)}"` })),
      ];
      case 'account': {
        const { account } = power;
        const cached = own.get(account.key);
        if (cached) return cached;
        const steps = escalationsOf(rbac.permissionsOfAccount(account)).flatMap((escalation) => stepsBy(escalation, accountsOf));
        own.set(account.key, steps);
        return steps;
      }
    }
  };

  function* walk(account: Account): Generator<Reached> {
    const file = fileOf(account);
    const seen = new Set([keyOf({ kind: 'account', account })]);
    let edge: Reached[] = [{ power: { kind: 'account', account }, path: [] }];
    while (edge.length > 0) {
      const next: Reached[] = [];
      for (const { power, path } of edge) {
        for (const step of stepsOf(power)) {
          const key = keyOf(step.to);
          if (seen.has(key) || (step.to.kind === 'account' && apart(graph, file, fileOf(step.to.account)))) continue;
          seen.add(key);
          const found = { power: step.to, path: [...path, step] };
          next.push(found);
          yield found;
        }
      }
      edge = next;
    }
  }

  return {
    from: (account) => [...walk(account)],
    toClusterAdmin: (account) => {
      for (const found of walk(account)) if (found.power.kind === 'cluster-admin') return found;
      return undefined;
    },
  };
}

function runs(graph: Graph, workload: Graph['workloads'][number]): Step {
  const account = graph.accountOf(workload);
  return { to: { kind: 'account', account }, reason: `${workload.object.resource.header.kind} "${workload.object.name}" runs as "${displayName(account)}"` };
}

function stepsBy(escalation: Escalation, accountsOf: ReadonlyMap<string, readonly Account[]>): Step[] {
  const { primitive, namespace, name } = escalation;
  const step = (to: Power, whom: string): Step => ({ to, escalation, reason: whom === '' ? primitive.reason : `${primitive.reason} ${whom}` });
  const where = namespace === undefined ? 'any namespace' : namespace === '' ? 'its namespace' : `namespace "${namespace}"`;
  switch (primitive.gain) {
    case 'cluster-admin': return [step({ kind: 'cluster-admin' }, '')];
    case 'node': return [step({ kind: 'all pods' }, '')];
    case 'running': return [step(namespace === undefined ? { kind: 'all pods' } : { kind: 'pods', namespace }, where)];
    case 'accounts': return [step(namespace === undefined ? { kind: 'all accounts' } : { kind: 'accounts', namespace }, primitive.scope === 'cluster' ? '' : where)];
    case 'named': {
      if (name === undefined) return [step(namespace === undefined ? { kind: 'all accounts' } : { kind: 'accounts', namespace }, `any account of ${where}`)];
      const namesakes = (namespace === undefined ? [...accountsOf.values()].flat() : accountsOf.get(namespace) ?? []).filter((account) => account.name === name);
      return namesakes.map((account) => step({ kind: 'account', account }, `"${displayName(account)}"`));
    }
  }
}

function keyOf(power: Power): string {
  if (power.kind === 'account') return `account ${power.account.key}`;
  return 'namespace' in power ? `${power.kind} ${power.namespace}` : power.kind;
}

function fileOf(account: Account): string | undefined {
  return account.objects[0]?.object.document.file ?? account.workloads[0]?.object.document.file;
}

function apart(graph: Graph, a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && graph.proximity.alternatives(a, b);
}

function groupBy<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const list = groups.get(keyOfItem(item));
    if (list) list.push(item);
    else groups.set(keyOfItem(item), [item]);
  }
  return groups;
}
