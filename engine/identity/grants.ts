import type { BindingFact, Subject } from '../kubernetes/rbac.ts';
import { known } from '../yaml/cursor.ts';
import type { Account, ObjectWith } from './parts.ts';
import { isFixed, isSymbol, mayBeCalled, standIn, symbol } from './objects.ts';
import type { Proximity } from './proximity.ts';
import { nameMeans, namesOfAccount, namesOfSubject, untold, type SubjectAccounts } from './subjects.ts';

/** A binding that names an account, or a group that every account is in. */
export interface Grant {
  readonly binding: ObjectWith<BindingFact>;
  readonly subject: Subject;
  /** How the subject means the account: itself, its user name, or one of the implied groups. */
  readonly via: 'account' | 'user' | 'group';
}

/** A binding that may mean an account; whether it does, the files do not tell. */
export interface PossibleGrant {
  readonly binding: ObjectWith<BindingFact>;
  /** Absent where a template may add subjects that cannot be seen. */
  readonly subject: Subject | undefined;
  /** `namespace`: the name is the account's, and one of the namespaces is not told. `template`: a template decides. `variant`: it stands in a variant of the files. `build`: Kustomize gives one of the two several names. */
  readonly reason: 'namespace' | 'template' | 'variant' | 'build';
}

/** Which bindings reach an account, answered from an index of their subjects: an account costs what names it. */
export interface Grants {
  of(account: Account): readonly Grant[];
  /** One that may, if there is any. */
  possiblyOf(account: Account): PossibleGrant | undefined;
}

interface Entry {
  readonly grant: Grant;
  readonly namespace: string;
  /** As it is written, and as it may be in the cluster. */
  readonly name: string;
  readonly names: readonly string[];
}

/** The groups every service account is in (semantics.md 3.7). */
export function impliedGroups(namespace: string): string[] {
  return ['system:serviceaccounts', 'system:authenticated', ...(namespace === '' ? [] : [`system:serviceaccounts:${namespace}`])];
}

/** Whether a namespace is known by name: not left out, not a template's, and not what stands in for a release's. */
export function isTold(namespace: string): boolean {
  return namespace !== '' && namespace !== standIn.namespace && !isSymbol(namespace);
}

/** Indexes bindings by their subjects, once. Answers are kept per account. */
export function indexGrants(bindings: readonly ObjectWith<BindingFact>[], near: Proximity, subjects: SubjectAccounts): Grants {
  // A ClusterRoleBinding has to tell the namespace; Kustomize may, later.
  const namespaceOf = (binding: ObjectWith<BindingFact>, subject: Subject) => subjects(binding, subject).namespace ?? untold;
  const accounts = new Map<string, Map<string, Entry[]>>();
  const groups = new Map<string, Grant[]>();
  const open: PossibleGrant[] = [];
  for (const binding of bindings) {
    if (binding.fact.open) open.push({ binding, subject: undefined, reason: 'template' });
    for (const subject of binding.fact.subjects) {
      const name = symbol(subject.name);
      const kind = known(subject.kind);
      // A template's name can be any, also that of an account which another action of a template names.
      if (isSymbol(name) || subject.kind.state === 'hole') open.push({ binding, subject, reason: 'template' });
      if (kind === 'Group') push(groups, name, { binding, subject, via: 'group' });
      else if (kind === 'ServiceAccount') {
        const names = namesOfSubject(name, subjects(binding, subject).followed);
        const entry = { grant: { binding, subject, via: 'account' }, namespace: namespaceOf(binding, subject), name, names } as const;
        for (const each of new Set([name, ...names])) add(accounts, each, entry);
      }
      else if (kind === 'User') {
        // A user name spells the account out (semantics.md 4.4); exact, no wildcards.
        const parts = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
        if (parts) add(accounts, parts[2]!, { grant: { binding, subject, via: 'user' }, namespace: parts[1]!, name: '', names: [parts[2]!] });
      }
    }
  }
  const together = (account: Account) => {
    const places = placesOf(account);
    return ({ binding }: { binding: ObjectWith<BindingFact> }) => places.length === 0 || places.some((file) => !near.alternatives(file, binding.object.document.file));
  };
  const exact = (account: Account): Grant[] => {
    const named = entriesNamed(accounts, account).flatMap((byNamespace) => byNamespace.get(account.namespace) ?? []);
    return [...[...new Set(named)].filter((entry) => means(entry, account) === 'yes').map((entry) => entry.grant), ...impliedGroups(account.namespace).flatMap((group) => groups.get(group) ?? [])];
  };
  const sure = remember((account) => exact(account).filter(together(account)));
  const possible = remember((account) => {
    const near = together(account);
    for (const one of open) if (inReach(one, account, namespaceOf) && near(one)) return one;
    for (const { grant } of elsewhere(accounts, account)) if (near(grant)) return { ...grant, reason: 'namespace' } as const;
    for (const byNamespace of entriesNamed(accounts, account)) for (const entry of byNamespace.get(account.namespace) ?? []) if (means(entry, account) === 'perhaps' && near(entry.grant)) return { ...entry.grant, reason: 'build' } as const;
    for (const grant of exact(account)) if (grant.via !== 'group' && !near(grant)) return { ...grant, reason: 'variant' } as const;
    return undefined;
  });
  return { of: sure, possiblyOf: possible };
}

/** Entries that may turn out to name an account: its name in a namespace that may be its own, or any name where its own is a template's. */
function* elsewhere(accounts: ReadonlyMap<string, ReadonlyMap<string, readonly Entry[]>>, account: Account): Iterable<Entry> {
  const isAny = isSymbol(account.name);
  const names = isAny ? accounts.values() : entriesNamed(accounts, account);
  for (const byNamespace of names) {
    for (const [namespace, entries] of byNamespace) if (namespace !== account.namespace && mayBeSame(namespace, account.namespace)) yield* isAny ? entries : entries.filter((entry) => means(entry, account) !== 'no');
  }
}

/** Entries of the names that an account may be called by, by namespace. */
function entriesNamed(accounts: ReadonlyMap<string, ReadonlyMap<string, readonly Entry[]>>, account: Account): ReadonlyMap<string, readonly Entry[]>[] {
  return [...new Set([account.name, ...namesOfAccount(account)])].flatMap((name) => accounts.get(name) ?? []);
}

function means(entry: Entry, account: Account): 'yes' | 'perhaps' | 'no' {
  return nameMeans(entry, entry.grant.binding.object, account);
}

/** Whether what a template hides in a binding may be the account: not where all that can be seen speaks of another namespace. */
function inReach({ binding, subject }: PossibleGrant, account: Account, namespaceOf: (binding: ObjectWith<BindingFact>, subject: Subject) => string): boolean {
  if (subject === undefined) return binding.fact.cluster || mayBeSame(binding.object.namespace, account.namespace);
  const name = symbol(subject.name);
  if (known(subject.kind) === 'Group') return name.includes('serviceaccounts');
  if (known(subject.kind) === 'User') return name.includes('serviceaccount:');
  return mayBeCalled(name, account.name) && mayBeSame(namespaceOf(binding, subject), account.namespace);
}

/** Whether two namespaces may be one, as far as the files tell. */
export function mayBeSame(a: string, b: string): boolean {
  return a === b || !isFixed(a) || !isFixed(b);
}

/** The files from which an account is seen: those of its objects, else of what runs as it. */
function placesOf(account: Account): string[] {
  const from = account.objects.length > 0 ? account.objects : account.workloads;
  return [...new Set(from.map(({ object }) => object.document.file))];
}

function add(index: Map<string, Map<string, Entry[]>>, name: string, entry: Entry): void {
  const byNamespace = index.get(name);
  if (byNamespace) push(byNamespace, entry.namespace, entry);
  else index.set(name, new Map([[entry.namespace, [entry]]]));
}

function push<K, V>(index: Map<K, V[]>, key: K, value: V): void {
  const list = index.get(key);
  if (list) list.push(value);
  else index.set(key, [value]);
}

function remember<T>(answer: (account: Account) => T): (account: Account) => T {
  const kept = new Map<string, T>();
  return (account) => {
    if (!kept.has(account.key)) kept.set(account.key, answer(account));
    return kept.get(account.key)!;
  };
}
