import { known } from '../yaml/cursor.ts';
import { escalationsOf, type Escalation } from './escalation.ts';
import { tokenMount, type Graph } from './graph.ts';
import type { Account, Workload } from './parts.ts';
import { isTold } from './grants.ts';
import { displayName, type Location, namespaceWords, shownName, symbol } from './objects.ts';
import type { Authorizer, Permission } from './permissions.ts';
import { namesOfAccount } from './subjects.ts';
import { imagePath } from './token-consumers.ts';

/** What the holder of a token can become. A namespace that is undefined is the whole cluster. */
export type Power =
  | { readonly kind: 'account'; readonly account: Account }
  /** Any account of a namespace. */
  | { readonly kind: 'accounts'; readonly namespace: string | undefined; readonly near: string }
  /** The running pods of a namespace, and so the accounts whose tokens they mount. */
  | { readonly kind: 'pods'; readonly namespace: string | undefined; readonly near: string }
  /** The nodes, and so the accounts of the pods on them. */
  | { readonly kind: 'nodes' }
  /** Whoever has a role. */
  | { readonly kind: 'role'; readonly name: string; readonly namespace: string | undefined; readonly near: string }
  | { readonly kind: 'cluster-admin' };

/** One step of a path, with what makes it possible: an escalation, or a place that shows what follows from the power before. */
export interface Step {
  readonly to: Power;
  readonly escalation?: Escalation;
  readonly at?: Location;
  readonly reason: string;
}

export interface Reached {
  readonly power: Power;
  /** The shortest way to it. */
  readonly path: readonly Step[];
}

/** Answers what accounts of one graph reach; the steps of each power are found once. */
export interface Reach {
  /** Everything that the holder of an account's token can become, nearest first; cycles end where they close. */
  from(account: Account): readonly Reached[];
  /** What the holder can become in one step. */
  next(account: Account): readonly Step[];
  /** The nearest other account among the files that the holder can become, if there is one. */
  toOther(account: Account): Reached | undefined;
  /** The shortest way from an account to cluster-admin, if there is one. */
  toClusterAdmin(account: Account): Reached | undefined;
}

const cache = new WeakMap<Authorizer, Reach>();

/**
 * Follows permissions from account to account (semantics.md 5 and 5.1). A grant in a namespace reaches what that namespace
 * holds among the files, not the cluster. kube-system leads to cluster-admin: the accounts of Kubernetes' own controllers
 * live there, of which clusterrole-aggregation-controller has `escalate` on ClusterRoles. Kept as long as the authorizer.
 */
export function reachIn(graph: Graph, rbac: Authorizer): Reach {
  let reach = cache.get(rbac);
  if (!reach) cache.set(rbac, (reach = build(graph, rbac)));
  return reach;
}

const controllerOfKubeSystem = 'one of them is a controller of kube-system that can escalate';

function build(graph: Graph, rbac: Authorizer): Reach {
  const estate = indexEstate(graph);
  const kept = new Map<string, readonly Step[]>();
  const stepsOf = (power: Power): readonly Step[] => {
    const key = keyOf(power);
    let steps = kept.get(key);
    if (steps) return steps;
    const all = findSteps(power);
    // Who is cluster-admin is everybody else by it: nothing is left to tell.
    const admin = all.find(({ to }) => to.kind === 'cluster-admin');
    kept.set(key, (steps = admin ? [admin] : all));
    return steps;
  };
  const findSteps = (power: Power): readonly Step[] => {
    switch (power.kind) {
      case 'cluster-admin': return [];
      case 'nodes': return estate.pods(undefined, '').map((workload) => runs(graph, workload));
      case 'pods': return estate.pods(power.namespace, power.near).filter((workload) => mountsToken(graph, workload)).map((workload) => runs(graph, workload));
      case 'accounts':
        if (power.namespace === undefined || power.namespace === 'kube-system') return [{ to: { kind: 'cluster-admin' }, reason: controllerOfKubeSystem }];
        return estate.accounts(power.namespace, power.near).map((account) => ({ to: { kind: 'account', account }, reason: `one of them is "${displayName(account)}"` }));
      case 'role': return escalationsOf(permissionsOfRole(rbac, power), rbac.minor).flatMap((escalation) => stepsBy(escalation, estate, graph));
      case 'account': return escalationsOf(rbac.permissionsOfAccount(power.account), rbac.minor).flatMap((escalation) => stepsBy(escalation, estate, graph));
    }
  };
  let distances: ReadonlyMap<string, number> | undefined;

  return {
    from: (account) => [...walk(graph, account, stepsOf)],
    next: (account) => stepsOf({ kind: 'account', account }),
    toOther: (account) => {
      for (const one of walk(graph, account, stepsOf)) if (one.power.kind === 'account') return one;
      return undefined;
    },
    toClusterAdmin(account) {
      distances ??= distancesToAdmin(graph.accounts, stepsOf);
      const found = shortest({ kind: 'account', account }, stepsOf, distances);
      if (!found || isTogether(graph, account, found)) return found;
      // The shortest way of all leads through a variant that is never applied together with this account.
      for (const one of walk(graph, account, stepsOf)) if (one.power.kind === 'cluster-admin') return one;
      return undefined;
    },
  };
}

/** Breadth first, so that the first way found is a shortest one. */
function* walk(graph: Graph, account: Account, stepsOf: (power: Power) => readonly Step[]): Generator<Reached> {
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

/** How many steps each power is from cluster-admin, for all accounts at once: backwards over their steps, each looked at once. */
function distancesToAdmin(accounts: readonly Account[], stepsOf: (power: Power) => readonly Step[]): ReadonlyMap<string, number> {
  const before = new Map<string, string[]>();
  const seen = new Set<string>();
  const queue: Power[] = accounts.map((account) => ({ kind: 'account', account }));
  for (let power = queue.pop(); power; power = queue.pop()) {
    const key = keyOf(power);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const { to } of stepsOf(power)) {
      const list = before.get(keyOf(to));
      if (list) list.push(key);
      else before.set(keyOf(to), [key]);
      queue.push(to);
    }
  }
  const distances = new Map([['cluster-admin', 0]]);
  let edge = ['cluster-admin'];
  for (let distance = 1; edge.length > 0; distance++) {
    const next = edge.flatMap((key) => (before.get(key) ?? []).filter((one) => !distances.has(one)));
    edge = [...new Set(next)];
    for (const key of edge) distances.set(key, distance);
  }
  return distances;
}

function shortest(from: Power, stepsOf: (power: Power) => readonly Step[], distances: ReadonlyMap<string, number>): Reached | undefined {
  const path: Step[] = [];
  let power = from;
  for (let left = distances.get(keyOf(from)); left !== 0; left--) {
    if (left === undefined) return undefined;
    const step = stepsOf(power).find(({ to }) => distances.get(keyOf(to)) === left! - 1)!;
    path.push(step);
    power = step.to;
  }
  return { power, path };
}

function isTogether(graph: Graph, account: Account, { path }: Reached): boolean {
  const file = fileOf(account);
  return path.every(({ to }) => to.kind !== 'account' || !apart(graph, file, fileOf(to.account)));
}

interface TokenSecret { readonly name: string; readonly account: Account; readonly at: Location }

/** What the files hold, by namespace. */
interface EstateIndex {
  /** The accounts of a namespace; where it is not told, those that are applied together with a file. */
  accounts(namespace: string | undefined, near: string): readonly Account[];
  pods(namespace: string | undefined, near: string): readonly Workload[];
  tokenSecrets(namespace: string | undefined, near: string): readonly TokenSecret[];
  /** Accounts of told namespaces that bindings name and that are in no file read. */
  absent(namespace: string | undefined): readonly Account[];
  /** A binding that names one of them. */
  boundAt(absent: Account): Location;
}

function indexEstate(graph: Graph): EstateIndex {
  const accounts = groupBy(graph.accounts, (account) => account.namespace);
  const pods = groupBy(graph.workloads, (workload) => workload.namespace);
  const absent = absentAccounts(graph);
  const secrets = groupBy(tokenSecretsIn(graph, accounts), ({ at }) => at.object.namespace);
  const of = <T>(index: ReadonlyMap<string, readonly T[]>, everything: readonly T[], fileOfItem: (item: T) => string | undefined) => (namespace: string | undefined, near: string) => {
    if (namespace === undefined) return everything;
    const found = index.get(namespace) ?? [];
    return isTold(namespace) ? found : found.filter((item) => isNear(near, fileOfItem(item)));
  };
  return {
    accounts: of(accounts, graph.accounts, fileOf),
    pods: of(pods, graph.workloads, (workload) => workload.object.document.file),
    tokenSecrets: of(secrets, [...secrets.values()].flat(), ({ at }) => at.object.document.file),
    absent: (namespace) => [...absent.keys()].filter((account) => namespace === undefined || account.namespace === namespace),
    boundAt: (account) => absent.get(account)!,
  };
}

/** Secrets of the token type, each with the account that its annotation names (core/v1 types.go, SecretTypeServiceAccountToken). */
function tokenSecretsIn(graph: Graph, accounts: ReadonlyMap<string, readonly Account[]>): TokenSecret[] {
  return graph.all('secret').flatMap(({ object, fact }) => {
    const named = object.resource.header.annotations.entries['kubernetes.io/service-account.name'];
    if (known(fact.type) !== 'kubernetes.io/service-account-token' || !named) return [];
    const found = (accounts.get(object.namespace) ?? []).filter((account) => account.name === symbol(named) && !apart(graph, object.document.file, fileOf(account)) && (isTold(object.namespace) || isNear(object.document.file, fileOf(account))));
    return found.map((account) => ({ name: object.name, account, at: { object, place: named.at } }));
  });
}

/** Accounts that bindings give rights and that no workload and no ServiceAccount among the files stands for, each with the subject that names it. */
function absentAccounts(graph: Graph): Map<Account, Location> {
  const there = new Set(graph.accounts.flatMap((account) => namesOfAccount(account).map((name) => `${account.namespace}/${name}`)));
  const found = new Map<Account, Location>();
  for (const { object, fact } of graph.all('binding')) {
    if (object.build) continue;
    for (const subject of fact.subjects) {
      const name = known(subject.name);
      const { namespace } = graph.subjectAccount({ object, fact }, subject);
      if (known(subject.kind) !== 'ServiceAccount' || name === undefined || name === 'default' || namespace === undefined || !isTold(namespace) || there.has(`${namespace}/${name}`)) continue;
      there.add(`${namespace}/${name}`);
      found.set({ key: `${namespace}/${name}@bound`, namespace, name, objects: [], perhaps: [], workloads: [] }, { object, place: subject.at });
    }
  }
  return found;
}

/** Two directories whose objects name no namespace may well be applied to two: they are one only where one lies in the other. */
export function isNear(a: string, b: string | undefined): boolean {
  if (b === undefined) return false;
  const [left, right] = [a, b].map((file) => file.slice(0, file.lastIndexOf('/') + 1)) as [string, string];
  return left.startsWith(right) || right.startsWith(left);
}

/** Whether a token of the account is in the running pods: by automount, or projected for the API server. */
function mountsToken(graph: Graph, workload: Workload): boolean {
  if (tokenMount(workload, graph.accountOf(workload)).mounted !== false) return true;
  return workload.fact.volumes.some(({ tokens }) => tokens.some(({ audience }) => audience.state === 'absent'));
}

function runs(graph: Graph, workload: Workload): Step {
  const account = graph.accountOf(workload);
  return { to: { kind: 'account', account }, at: { object: workload.object, place: workload.accountAt }, reason: `${workload.object.resource.header.kind} "${shownName(workload.object.name)}" runs as "${displayName(account)}"` };
}

function permissionsOfRole(rbac: Authorizer, { name, namespace, near }: Extract<Power, { kind: 'role' }>): Permission[] {
  const role = rbac.roles.resolve({ kind: 'ClusterRole', name, namespace: '' }, near);
  const binding = { cluster: namespace === undefined, namespace: namespace ?? '', name: '', roleKind: 'ClusterRole', roleName: name };
  return role.rules.map((rule) => ({ binding, role, rule }));
}

function stepsBy(escalation: Escalation, estate: EstateIndex, graph: Graph): Step[] {
  const { primitive, namespace, name, permissions } = escalation;
  const near = permissions.find(({ binding }) => !binding.cluster)?.binding.object?.object.document.file ?? '';
  const step = (to: Power, whom: string, at?: Location): Step => ({ to, escalation, reason: whom === '' ? primitive.reason : `${primitive.reason} ${whom}`, ...(at ? { at } : {}) });
  const where = namespace === undefined ? 'any namespace' : namespaceWords(namespace);
  const who = (account: Account): string => `"${displayName(account)}"`;
  switch (primitive.gain) {
    case 'cluster-admin': return [step({ kind: 'cluster-admin' }, '')];
    case 'node': return [step({ kind: 'nodes' }, '')];
    case 'accounts': return [step({ kind: 'accounts', namespace, near }, primitive.scope === 'cluster' ? '' : where)];
    case 'named': {
      if (name === undefined) return [step({ kind: 'accounts', namespace, near }, `any account of ${where}`)];
      return estate.accounts(namespace, near).filter((account) => account.name === name).map((account) => step({ kind: 'account', account }, who(account)));
    }
    case 'secret': return estate.tokenSecrets(namespace, near).filter((secret) => name === undefined || secret.name === name).map(({ account, at }) => step({ kind: 'account', account }, who(account), at));
    case 'running': {
      if (name === undefined) return [step({ kind: 'pods', namespace, near }, where)];
      const named = estate.pods(namespace, near).filter((workload) => isPodOf(name, workload) && mountsToken(graph, workload));
      return named.map((workload) => step({ kind: 'account', account: graph.accountOf(workload) }, `${where}: "${name}" runs as ${who(graph.accountOf(workload))}`, { object: workload.object, place: workload.accountAt }));
    }
    case 'role': return name === undefined ? [] : [step({ kind: 'role', name, namespace, near }, `ClusterRole "${name}"${namespace === undefined ? '' : ` in ${where}`}`)];
    case 'absent': return estate.absent(namespace).map((account) => step({ kind: 'account', account }, `${who(account)}, which is not among the files read and has rights`, estate.boundAt(account)));
    case 'config': return name === 'aws-auth' && (namespace === undefined || namespace === 'kube-system') ? [step({ kind: 'cluster-admin' }, '')] : [];
    case 'controllers': {
      const { images, beside } = primitive.acts!;
      const acting = estate.pods(undefined, '').filter((workload) => (!beside || namespace === undefined || workload.namespace === namespace) && workload.fact.containers.some(({ image }) => images.test(imagePath(known(image) ?? ''))));
      return acting.map((workload) => step({ kind: 'account', account: graph.accountOf(workload) }, `${workload.object.resource.header.kind} "${shownName(workload.object.name)}" as ${who(graph.accountOf(workload))}`, { object: workload.object, place: workload.accountAt }));
    }
  }
}

/** Whether a pod of a name is one of a workload: itself, or a replica of a StatefulSet; other controllers make names up. */
function isPodOf(name: string, { object }: Workload): boolean {
  const { kind } = object.resource.header;
  if (kind === 'Pod') return object.name === name;
  return kind === 'StatefulSet' && object.name !== '' && name.startsWith(`${object.name}-`) && /^\d+$/.test(name.slice(object.name.length + 1));
}

function keyOf(power: Power): string {
  if (power.kind === 'account') return `account ${power.account.key}`;
  if (!('namespace' in power)) return power.kind;
  const place = power.namespace === undefined ? 'everywhere' : isTold(power.namespace) ? power.namespace : `${power.namespace} near ${power.near}`;
  return `${power.kind} ${power.kind === 'role' ? `${power.name} ` : ''}${place}`;
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
