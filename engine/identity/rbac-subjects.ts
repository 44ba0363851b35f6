import { known } from '../yaml/cursor.ts';
import type { BindingFact, Subject } from '../kubernetes/rbac.ts';
import type { Graph } from './graph.ts';
import type { Account, ObjectWith } from './parts.ts';
import { isTold } from './grants.ts';
import { displayName, symbol } from './objects.ts';
import { subjectName, type SubjectName } from './permissions.ts';
import { nameMeans, namesOfAccount, namesOfSubject } from './subjects.ts';

/** A subject of a binding with the accounts that it names, if it names one. */
export interface BoundSubject {
  readonly subject: Subject;
  /** Undefined where the API server refuses it. */
  readonly name: SubjectName | undefined;
  /** Accounts of that name and namespace, seen from the binding's file; an account may be in no file read. */
  readonly accounts: readonly Account[];
  /** Accounts of that name whose namespace the files do not tell, or that Kustomize gives several names: perhaps these. */
  readonly perhaps: readonly Account[];
}

const cache = new WeakMap<Graph, Map<string, Account[]>>();

/** The subjects of a binding, linked to the accounts of the graph. User names of accounts count as accounts. */
export function boundSubjects(graph: Graph, binding: ObjectWith<BindingFact>): BoundSubject[] {
  const { file } = binding.object.document;
  const together = (account: Account) => {
    const at = account.objects[0]?.object.document.file ?? account.workloads[0]?.object.document.file;
    return at === undefined || !graph.proximity.alternatives(file, at);
  };
  const accountsOf = (namespace: string, names: readonly string[]) => [...new Set(names.flatMap((name) => byName(graph).get(`${namespace}/${name}`) ?? []))].filter(together);
  return binding.fact.subjects.map((subject) => {
    const name = asAccount(subjectName(subject, binding, graph.subjectAccount));
    if (name?.kind !== 'ServiceAccount') return { subject, name, accounts: [], perhaps: [] };
    const followed = known(subject.kind) === 'ServiceAccount' ? graph.subjectAccount(binding, subject).followed : [];
    const named = { name: name.name, names: namesOfSubject(name.name, followed) };
    const means = (account: Account) => nameMeans(named, binding.object, account);
    const all = accountsOf(name.namespace, [named.name, ...named.names]);
    const untold = name.namespace === '' ? [] : accountsOf('', [named.name, ...named.names]);
    return { subject, name, accounts: all.filter((one) => means(one) === 'yes'), perhaps: [...all.filter((one) => means(one) === 'perhaps'), ...untold.filter((one) => means(one) !== 'no')] };
  });
}

function byName(graph: Graph): Map<string, Account[]> {
  const cached = cache.get(graph);
  if (cached) return cached;
  const index = new Map<string, Account[]>();
  for (const account of graph.accounts) {
    for (const name of new Set([account.name, ...namesOfAccount(account)])) {
      const key = `${account.namespace}/${name}`;
      const list = index.get(key);
      if (list) list.push(account);
      else index.set(key, [account]);
    }
  }
  cache.set(graph, index);
  return index;
}

/** `system:serviceaccount:ns:name` as a User is the account (semantics.md 4.4). */
function asAccount(name: SubjectName | undefined): SubjectName | undefined {
  if (name?.kind !== 'User') return name;
  const parts = name.name.split(':');
  if (parts.length !== 4 || parts[0] !== 'system' || parts[1] !== 'serviceaccount') return name;
  return { kind: 'ServiceAccount', namespace: parts[2]!, name: parts[3]! };
}

/**
 * Whether a binding's rights are in use, as far as the files tell. `used`: a workload runs as one of its accounts.
 * `unused`: all its subjects are accounts among the files, and nothing in them runs as these. Else `unknown`: people,
 * groups, accounts in no file read, namespaces not told.
 */
export function useOf(subjects: readonly BoundSubject[]): 'used' | 'unused' | 'unknown' {
  if (subjects.some(({ accounts }) => accounts.some((account) => account.workloads.length > 0))) return 'used';
  const idle = ({ accounts, perhaps }: BoundSubject) => accounts.some((account) => account.objects.length > 0) && perhaps.every((account) => account.workloads.length === 0);
  return subjects.length > 0 && subjects.every(idle) ? 'unused' : 'unknown';
}

/** Whether a binding is for one dedicated account: not a `default`, and nothing but one workload runs as it, as far as the files tell. */
export function isDedicated(subjects: readonly BoundSubject[]): boolean {
  const [only] = subjects;
  if (subjects.length !== 1 || known(only!.subject.kind) !== 'ServiceAccount' || known(only!.subject.name) === 'default') return false;
  return new Set(only!.accounts.flatMap((account) => account.workloads.map(({ owner }) => owner))).size <= 1;
}

/** The one namespace that all subjects live in; undefined where they are people, groups, or of several, untold or templated namespaces. */
export function commonNamespace(subjects: readonly BoundSubject[]): string | undefined {
  const namespaces = new Set(subjects.map(({ name }) => (name?.kind === 'ServiceAccount' ? name.namespace : '')));
  const [only] = namespaces;
  return namespaces.size === 1 && isTold(only!) ? only : undefined;
}

/** Groups that are no one's team: every account, everyone who is authenticated (OpenShift has a group for those who logged in), or everyone. Stars are plain characters. */
export function isEveryone(name: SubjectName): boolean {
  if (name.kind === 'User') return name.name === 'system:anonymous';
  return name.kind === 'Group' && /^system:(?:authenticated(?::oauth)?|unauthenticated|serviceaccounts(?::[^*?]+)?)$/.test(name.name);
}

/** How a subject is called in messages. */
export function subjectLabel({ subject, name }: BoundSubject): string {
  if (name?.kind === 'ServiceAccount') return `account "${displayName(name)}"`;
  if (name) return `${name.kind.toLowerCase()} "${name.name}"`;
  const written = symbol(subject.name);
  const kind = known(subject.kind) === 'ServiceAccount' ? 'account' : 'subject';
  // Empty also where a chart stops for want of the name (`fail`, `required`) and is read on.
  return written === '' ? `${kind === 'account' ? 'an' : 'a'} ${kind} whose name is not told` : `${kind} "${written}"`;
}

/** The subjects of a binding in words, at most three by name; `open` where a template may add others. */
export function subjectsLabel(subjects: readonly BoundSubject[], open = false): string {
  const names = subjects.slice(0, 3).map(subjectLabel);
  const more = subjects.length - names.length;
  return inWords([...names, ...(more > 0 ? [`${more} more`] : []), ...(open ? ['those whom a template names'] : [])]);
}

/** Words as a list: `a`, `a and b`, `a, b and c`. */
export function inWords(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Words as a list that stays short: of more than five, four and how many more there are. */
export function fewInWords(words: readonly string[]): string {
  return inWords(words.length > 5 ? [...words.slice(0, 4), `${words.length - 4} more`] : words);
}
