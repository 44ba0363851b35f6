import type { AccountDefaultFact } from '../kubernetes/account-default.ts';
import type { AccountFact } from '../kubernetes/account.ts';
import { podCarrier } from '../kubernetes/podspec.ts';
import type { Fact, FactKind } from '../kubernetes/read.ts';
import type { WorkloadFact } from '../kubernetes/workload.ts';
import { known } from '../yaml/cursor.ts';
import { isCalled, namesInCluster } from './build.ts';
import { indexGrants, mayBeSame, type Grant, type PossibleGrant } from './grants.ts';
import { displayName, identityOf, symbol, untoldAccount, type GraphObject, type Location } from './objects.ts';
import type { Account, ObjectWith, Workload } from './parts.ts';
import { proximity, type Proximity } from './proximity.ts';
import { riskSaid, type RiskSettings } from './risk-classes.ts';
import { subjectAccounts, type SubjectAccounts } from './subjects.ts';

/** The identity graph of one scope: objects linked by who runs as whom and who is granted what. */
export interface Graph {
  readonly objects: readonly GraphObject[];
  readonly workloads: readonly Workload[];
  readonly accounts: readonly Account[];
  readonly proximity: Proximity;
  /** All facts of one kind with their objects. */
  all<K extends FactKind>(kind: K): readonly ObjectWith<Extract<Fact, { fact: K }>>[];
  accountOf(workload: Workload): Account;
  /** Which account a subject of kind ServiceAccount means. */
  readonly subjectAccount: SubjectAccounts;
  /** The bindings that reach an account, seen from a file: by name, by user name, by implied group (semantics.md 4.4). */
  grantsOf(account: Account): readonly Grant[];
  /** A binding that may reach an account as well, if there is one: a namespace that is not told, a template's name, a variant of the files. */
  possibleGrantOf(account: Account): PossibleGrant | undefined;
}

/** Links the objects of one scope, with what kubewho.yaml says of their risk. Pure; the cost is linear in the number of objects. */
export function buildGraph(objects: readonly GraphObject[], risk: readonly RiskSettings[] = []): Graph {
  const byKind = new Map<FactKind, ObjectWith<Fact>[]>();
  for (const object of objects) {
    for (const fact of object.resource.facts) {
      const list = byKind.get(fact.fact);
      if (list) list.push({ object, fact });
      else byKind.set(fact.fact, [{ object, fact }]);
    }
  }
  const all = <K extends FactKind>(kind: K) => (byKind.get(kind) ?? []) as unknown as ObjectWith<Extract<Fact, { fact: K }>>[];
  const near = proximity(objects);
  const workloads = linkOwners(all('workload').filter(({ object }) => !object.context), objects, accountDefaults(all('accountDefault')), risk);
  const accounts = linkAccounts(workloads, all('account'), near);
  const subjects = subjectAccounts(all('account'));
  const grants = indexGrants(all('binding'), near, subjects);
  return {
    objects,
    workloads,
    accounts: [...accounts.byKey.values()],
    proximity: near,
    all,
    accountOf: (workload) => accounts.ofWorkload.get(workload.key)!,
    subjectAccount: subjects,
    grantsOf: grants.of,
    possibleGrantOf: grants.possiblyOf,
  };
}

/** Follows owner references up through the objects at hand, and says who stands for pods that several objects describe. */
function linkOwners(found: readonly ObjectWith<WorkloadFact>[], objects: readonly GraphObject[], defaults: ReadonlyMap<string, string>, risk: readonly RiskSettings[]): Workload[] {
  const byIdentity = new Map(objects.map((object) => [identityOf(object), object]));
  const chains = new Map(found.map(({ object }) => [object, controllersOf(object, byIdentity)]));
  // What an operator made of an object tells more of its pods than the object does.
  const written = found.filter(({ fact }) => !fact.generated);
  const made = new Set(written.flatMap(({ object }) => chains.get(object)!));
  const present = new Set(found.map(({ object }) => identityOf(object)));
  const presentInFull = new Set(written.map(({ object }) => identityOf(object)));
  const first = new Map<string, GraphObject>();
  return found.map(({ object, fact }) => {
    const chain = chains.get(object)!;
    const owner = chain.at(-1) ?? (object.name === '' ? object.key : identityOf(object));
    const leader = first.get(owner);
    if (!leader && !fact.generated) first.set(owner, object);
    // Without a controller of its own it is a variant or another pod template of its owner, never a repetition.
    const repeated = fact.generated
      ? made.has(identityOf(object)) || chain.some((identity) => present.has(identity))
      : chain.some((identity) => presentInFull.has(identity)) || (chain.length > 0 && leader !== undefined && leader !== object);
    return { ...workloadOf(object, fact, owner, repeated, defaults), risk: risk.length === 0 ? undefined : riskSaid(risk, object) };
  });
}

/** The identities of an object's controllers, nearest first. Controllers stand in the object's own namespace (meta/v1, OwnerReference). */
function controllersOf(object: GraphObject, byIdentity: ReadonlyMap<string, GraphObject>): string[] {
  const chain: string[] = [];
  let at: GraphObject | undefined = object;
  while (at?.resource.header.owner) {
    const { group, kind, name } = at.resource.header.owner;
    const identity = `${group}/${kind}/${object.namespace}/${name}`;
    if (chain.includes(identity)) break;
    chain.push(identity);
    at = byIdentity.get(identity);
  }
  return chain;
}

/** By API group, the account of pods that name none, where the configurations among the files agree on one. */
function accountDefaults(found: readonly ObjectWith<AccountDefaultFact>[]): Map<string, string> {
  const names = new Map<string, Set<string>>();
  for (const { fact } of found) names.set(fact.group, (names.get(fact.group) ?? new Set()).add(symbol(fact.name)));
  return new Map([...names].flatMap(([group, [name, another]]): [string, string][] => (another === undefined ? [[group, name!]] : [])));
}

function workloadOf(object: GraphObject, fact: WorkloadFact, owner: string, repeated: boolean, defaults: ReadonlyMap<string, string>): Omit<Workload, 'risk'> {
  // serviceAccountName wins over the alias when both are set; empty names mean `default` (semantics.md 2.1, 2.2).
  const said = fact.serviceAccountName.state !== 'absent' ? fact.serviceAccountName : fact.serviceAccount;
  const { group, kind } = object.resource.header;
  return {
    key: `${object.key}#${fact.part}`,
    object,
    fact,
    // A cluster-scoped template makes pods wherever it is used.
    namespace: podCarrier(group, kind)?.cluster ? '{{namespace of its user}}' : object.namespace,
    accountName: said.state === 'absent' ? fact.fallback ?? defaults.get(group) ?? `${untoldAccount}${object.name === '' ? `a ${kind} in ${object.key}` : `${kind} ${displayName(object)}`}}}` : symbol(said),
    accountAt: said.state === 'absent' ? fact.spec : said.at,
    owner,
    repeated,
  };
}

interface MutableAccount extends Account {
  readonly workloads: Workload[];
}

/** Links workloads to the accounts that their names mean, nearest first, and lists the accounts that nothing runs as. */
function linkAccounts(workloads: readonly Workload[], objects: readonly ObjectWith<AccountFact>[], near: Proximity) {
  const named = indexAccounts(objects);
  const byKey = new Map<string, MutableAccount>();
  const ofWorkload = new Map<string, Account>();
  const claimed = new Set<string>();
  const account = (namespace: string, name: string, found: readonly ObjectWith<AccountFact>[], perhaps: readonly ObjectWith<AccountFact>[], alone: string): MutableAccount => {
    const key = found.length > 0 ? found.map((one) => one.object.key).join('|') : `${namespace}/${name}@${alone}`;
    let one = byKey.get(key);
    if (!one) byKey.set(key, (one = { key, namespace, name, objects: found, perhaps, workloads: [] }));
    for (const { object } of found) claimed.add(object.key);
    return one;
  };
  for (const workload of workloads) {
    const { file } = workload.object.document;
    const all = named.in(workload.namespace, workload.accountName);
    const own = all.filter(({ object }) => isCalled(object, workload.accountName, workload.object.build));
    const nearest = new Set(near.nearest(file, own.map((one) => one.object)));
    const found = own.filter(({ object }) => nearest.has(object));
    const perhaps = [...(found.length === 0 ? own : []), ...all.filter((one) => !own.includes(one)), ...named.maybeIn(workload.namespace, workload.accountName)];
    // An account in no file read is one and the same within a namespace that is told; else only within its file is that certain.
    const one = account(workload.namespace, found[0]?.object.name ?? workload.accountName, found, perhaps, workload.namespace === '' ? file : '');
    one.workloads.push(workload);
    ofWorkload.set(workload.key, one);
  }
  for (const one of objects) if (!claimed.has(one.object.key) && !one.object.context) account(one.object.namespace, one.object.name, [one], [], '');
  return { byKey, ofWorkload };
}

/** ServiceAccount objects by their names, as written and as built, and namespace; `maybeIn` are those that may lie in a namespace, where one of the two is not told. */
function indexAccounts(objects: readonly ObjectWith<AccountFact>[]) {
  const named = new Map<string, Map<string, ObjectWith<AccountFact>[]>>();
  for (const one of objects) {
    for (const name of new Set([one.object.name, ...namesInCluster(one.object)])) {
      const byNamespace = named.get(name) ?? new Map<string, ObjectWith<AccountFact>[]>();
      named.set(name, byNamespace);
      const list = byNamespace.get(one.object.namespace);
      if (list) list.push(one);
      else byNamespace.set(one.object.namespace, [one]);
    }
  }
  const kept = new Map<string, readonly ObjectWith<AccountFact>[]>();
  return {
    in: (namespace: string, name: string): readonly ObjectWith<AccountFact>[] => named.get(name)?.get(namespace) ?? [],
    maybeIn: (namespace: string, name: string): readonly ObjectWith<AccountFact>[] => {
      const key = `${namespace}/${name}`;
      const before = kept.get(key);
      if (before) return before;
      const now = [...(named.get(name) ?? [])].flatMap(([other, list]) => (other !== namespace && mayBeSame(other, namespace) ? list : []));
      kept.set(key, now);
      return now;
    },
  };
}

/** How a token gets into a pod: `pod over account over true` (semantics.md 2.5), and where that was decided. */
export interface TokenMount {
  readonly mounted: boolean | 'unknown';
  readonly decidedBy: 'pod' | 'account' | 'nothing';
  readonly at: Location;
  /** The account's opt-out that the pod undoes. */
  readonly overrides?: Location;
}

/** Whether the API token is mounted into a workload's pods by the automount rule. Mounts by hand are another matter. */
export function tokenMount(workload: Workload, account: Account): TokenMount {
  const { fact, object } = workload;
  const optOut = account.objects.map(({ object: owner, fact: one }) => ({ object: owner, value: one.automount }));
  if (fact.automount.state !== 'absent') {
    const undone = optOut.find(({ value }) => known(value) === false);
    const mounted = fact.automount.state === 'hole' ? 'unknown' : fact.automount.value;
    return { mounted, decidedBy: 'pod', at: { object, place: fact.automount.at }, ...(mounted === true && undone ? { overrides: { object: undone.object, place: undone.value.at } } : {}) };
  }
  const at = { object, place: workload.accountAt };
  const said = new Set(optOut.map(({ value }) => (value.state === 'known' ? value.value : value.state === 'hole' ? 'unknown' : true)));
  if (fact.open) return { mounted: 'unknown', decidedBy: 'nothing', at };
  if (said.size === 0) return { mounted: account.perhaps.some(({ fact: one }) => known(one.automount) !== true && one.automount.state !== 'absent') ? 'unknown' : true, decidedBy: 'nothing', at };
  if (said.size > 1 || said.has('unknown')) return { mounted: 'unknown', decidedBy: 'account', at };
  const [mounted] = said as Set<boolean>;
  return { mounted: mounted!, decidedBy: optOut.some(({ value }) => value.state === 'known') ? 'account' : 'nothing', at };
}

/** Whether the files do not tell which account it is: an operator decides. */
export function isUntold({ name }: Account): boolean {
  return name.startsWith(untoldAccount);
}

/** How an account is called in messages: `namespace/name`, quoted by the caller; only the name where the namespace is not told or a template's. */
export function accountLabel({ namespace, name }: Account): string {
  return displayName({ namespace, name });
}
