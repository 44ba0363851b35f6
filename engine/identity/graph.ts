import type { AccountFact } from '../kubernetes/account.ts';
import type { BindingFact, Subject } from '../kubernetes/rbac.ts';
import type { Fact, FactKind } from '../kubernetes/read.ts';
import type { WorkloadFact } from '../kubernetes/workload.ts';
import { known, type Place } from '../yaml/cursor.ts';
import { displayName, symbol, type GraphObject, type Location } from './objects.ts';
import { proximity, type Proximity } from './proximity.ts';

/** A pod template of an object, as a unit that rules ask about. */
export interface Workload {
  readonly key: string;
  readonly object: GraphObject;
  readonly fact: WorkloadFact;
  readonly namespace: string;
  /** The account it runs as: its name, and where that was decided. */
  readonly accountName: string;
  readonly accountAt: Place;
}

/** An account as workloads and bindings name it; its objects may be in no file read. */
export interface Account {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** The ServiceAccount objects that the name means here: none where it is in no file read, several for equally near variants. */
  readonly objects: readonly ObjectWith<AccountFact>[];
  readonly workloads: readonly Workload[];
}

/** An object together with the one fact that a question is about. */
export interface ObjectWith<F extends Fact> {
  readonly object: GraphObject;
  readonly fact: F;
}

/** A binding that names an account, or a group that every account is in. */
export interface Grant {
  readonly binding: ObjectWith<BindingFact>;
  readonly subject: Subject;
  /** How the subject means the account: itself, its user name, or one of the implied groups. */
  readonly via: 'account' | 'user' | 'group';
}

/** The identity graph of one scope: objects linked by who runs as whom and who is granted what. */
export interface Graph {
  readonly objects: readonly GraphObject[];
  readonly workloads: readonly Workload[];
  readonly accounts: readonly Account[];
  readonly proximity: Proximity;
  /** All facts of one kind with their objects. */
  all<K extends FactKind>(kind: K): readonly ObjectWith<Extract<Fact, { fact: K }>>[];
  accountOf(workload: Workload): Account;
  /** The bindings that reach an account, seen from a file: by name, by user name, by implied group (semantics.md 4.4). */
  grantsOf(account: Account): readonly Grant[];
}

/** Links the objects of one scope. Pure; the cost is linear in the number of objects. */
export function buildGraph(objects: readonly GraphObject[]): Graph {
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
  const workloads = all('workload').filter(({ object }) => !object.context).map(({ object, fact }) => workloadOf(object, fact));
  const accounts = linkAccounts(workloads, all('account'), near);
  const grants = new Map<string, readonly Grant[]>();
  return {
    objects,
    workloads,
    accounts: [...accounts.byKey.values()],
    proximity: near,
    all,
    accountOf: (workload) => accounts.ofWorkload.get(workload.key)!,
    grantsOf: (account) => {
      const cached = grants.get(account.key);
      if (cached) return cached;
      const found = findGrants(account, all('binding'), near);
      grants.set(account.key, found);
      return found;
    },
  };
}

function workloadOf(object: GraphObject, fact: WorkloadFact): Workload {
  // serviceAccountName wins over the alias when both are set; empty names mean `default` (semantics.md 2.1, 2.2).
  const said = fact.serviceAccountName.state !== 'absent' ? fact.serviceAccountName : fact.serviceAccount;
  return {
    key: `${object.key}#${fact.part}`,
    object,
    fact,
    namespace: object.namespace,
    accountName: said.state === 'absent' ? 'default' : symbol(said),
    accountAt: said.state === 'absent' ? fact.spec : said.at,
  };
}

interface MutableAccount extends Account {
  readonly workloads: Workload[];
}

function linkAccounts(workloads: readonly Workload[], objects: readonly ObjectWith<AccountFact>[], near: Proximity) {
  const named = new Map<string, ObjectWith<AccountFact>[]>();
  for (const one of objects) {
    const key = `${one.object.namespace}/${one.object.name}`;
    named.set(key, [...(named.get(key) ?? []), one]);
  }
  const byKey = new Map<string, MutableAccount>();
  const ofWorkload = new Map<string, Account>();
  const claimed = new Set<string>();
  const account = (namespace: string, name: string, found: readonly ObjectWith<AccountFact>[], alone: string): MutableAccount => {
    const key = found.length > 0 ? found.map((one) => one.object.key).join('|') : `${namespace}/${name}@${alone}`;
    let one = byKey.get(key);
    if (!one) byKey.set(key, (one = { key, namespace, name, objects: found, workloads: [] }));
    for (const { object } of found) claimed.add(object.key);
    return one;
  };
  for (const workload of workloads) {
    const candidates = named.get(`${workload.namespace}/${workload.accountName}`) ?? [];
    const nearest = new Set(near.nearest(workload.object.document.file, candidates.map((one) => one.object)));
    // An account in no file read is one and the same within a namespace that is told; else only within its file is that certain.
    const alone = workload.namespace === '' ? workload.object.document.file : '';
    const one = account(workload.namespace, workload.accountName, candidates.filter((candidate) => nearest.has(candidate.object)), alone);
    one.workloads.push(workload);
    ofWorkload.set(workload.key, one);
  }
  for (const one of objects) if (!claimed.has(one.object.key) && !one.object.context) account(one.object.namespace, one.object.name, [one], '');
  return { byKey, ofWorkload };
}

function findGrants(account: Account, bindings: readonly ObjectWith<BindingFact>[], near: Proximity): Grant[] {
  const from = account.objects[0]?.object.document.file ?? account.workloads[0]?.object.document.file ?? '';
  const found: Grant[] = [];
  for (const binding of bindings) {
    if (!binding.fact.cluster && binding.object.namespace !== account.namespace && !binding.fact.subjects.some((subject) => known(subject.namespace) === account.namespace)) continue;
    if (near.alternatives(from, binding.object.document.file)) continue;
    for (const subject of binding.fact.subjects) {
      const via = subjectMatches(subject, binding, account);
      if (via) found.push({ binding, subject, via });
    }
  }
  return found;
}

/** Semantics.md 4.4: exact names, no wildcards; an omitted subject namespace means the RoleBinding's own. */
function subjectMatches(subject: Subject, binding: ObjectWith<BindingFact>, account: Account): Grant['via'] | undefined {
  const name = symbol(subject.name);
  switch (known(subject.kind)) {
    case 'ServiceAccount': {
      const namespace = subject.namespace.state === 'absent' ? (binding.fact.cluster ? undefined : binding.object.namespace) : symbol(subject.namespace);
      return name === account.name && namespace === account.namespace ? 'account' : undefined;
    }
    case 'User':
      return account.namespace !== '' && name === `system:serviceaccount:${account.namespace}:${account.name}` ? 'user' : undefined;
    case 'Group':
      return impliedGroups(account.namespace).includes(name) ? 'group' : undefined;
    default:
      return undefined;
  }
}

/** The groups every service account is in (semantics.md 3.7). */
export function impliedGroups(namespace: string): string[] {
  return ['system:serviceaccounts', 'system:authenticated', ...(namespace === '' ? [] : [`system:serviceaccounts:${namespace}`])];
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
  if (said.size === 0) return { mounted: true, decidedBy: 'nothing', at };
  if (said.size > 1 || said.has('unknown')) return { mounted: 'unknown', decidedBy: 'account', at };
  const [mounted] = said as Set<boolean>;
  return { mounted: mounted!, decidedBy: optOut.some(({ value }) => value.state === 'known') ? 'account' : 'nothing', at };
}

/** How an account is called in messages: `namespace/name`, quoted by the caller. */
export function accountLabel(account: Account): string {
  return displayName(account);
}
