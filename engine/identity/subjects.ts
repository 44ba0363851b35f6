import type { AccountFact } from '../kubernetes/account.ts';
import type { BindingFact, Subject } from '../kubernetes/rbac.ts';
import { known } from '../yaml/cursor.ts';
import { builtTogether, namesInCluster } from './build.ts';
import type { Account, ObjectWith } from './parts.ts';
import { symbol, type GraphObject } from './objects.ts';

/** Which account a ServiceAccount subject means. */
export interface SubjectAccount {
  /** Undefined where none is told and the API server refuses it: a ClusterRoleBinding has to tell it (rbac validation.go). */
  readonly namespace: string | undefined;
  /** The ServiceAccount objects of its own Kustomize build that the subject is written for: it follows them. */
  readonly followed: readonly ObjectWith<AccountFact>[];
}

/** A namespace that may be any, and is no one's for certain. */
export const untold = '{{namespace left out}}';

/** Says of a subject of kind ServiceAccount which account it means; the only place where that is decided. */
export type SubjectAccounts = (binding: ObjectWith<BindingFact>, subject: Subject) => SubjectAccount;

/**
 * An omitted namespace means the RoleBinding's own (rbac validation.go). In a Kustomize build, a subject follows the
 * account of the build that it names: with an omitted namespace any of that name, else one that is written for that
 * namespace (none written counts as `default`) or that ends there; and an account `default` is always the new namespace's
 * (semantics.md 10.2; kustomize api/filters/nameref/nameref.go filterMapCandidatesByNamespace, api/filters/namespace).
 */
export function subjectAccounts(accounts: readonly ObjectWith<AccountFact>[]): SubjectAccounts {
  const built = new Map<string, ObjectWith<AccountFact>[]>();
  for (const one of accounts) {
    if (!one.object.build) continue;
    const list = built.get(one.object.name);
    if (list) list.push(one);
    else built.set(one.object.name, [one]);
  }
  return ({ object, fact }, subject) => {
    const written = subject.namespace.state === 'absent' ? undefined : symbol(subject.namespace);
    const plain = written ?? (fact.cluster ? undefined : object.namespace);
    const { build } = object;
    if (!build) return { namespace: plain, followed: [] };
    const candidates = (built.get(symbol(subject.name)) ?? []).filter((one) => builtTogether(one.object.build, build));
    const followed = ofOneCopy(object, beside(object, candidatesIn(candidates, written)));
    if (known(subject.name) === 'default' && build.namespace !== undefined) return { namespace: build.namespace, followed };
    const told = new Set(followed.flatMap((one) => namespaceToldBy(one) ?? []));
    const [namespace] = told;
    return { namespace: told.size > 1 ? untold : namespace ?? plain, followed };
  };
}

/** An account that gets no namespace from the build and has none of its own tells none; nor does one that a patch has moved, which nothing follows. */
function namespaceToldBy({ object }: ObjectWith<AccountFact>): string | undefined {
  const { namespace } = object.resource.header;
  if (namespace.state === 'known' && namespace.at.home) return undefined;
  return object.build?.namespace ?? (symbol(object.resource.header.namespace) || undefined);
}

/** A kustomization resolves its own names before those above it do: what stands in one directory belongs together. */
function beside({ document }: GraphObject, accounts: readonly ObjectWith<AccountFact>[]): readonly ObjectWith<AccountFact>[] {
  const directory = directoryOf(document.file);
  const near = accounts.filter(({ object }) => directoryOf(object.document.file) === directory);
  return near.length > 0 ? near : accounts;
}

/** Of an account that the builds of a base put into several namespaces, the one that is put where the binding is. */
function ofOneCopy({ build }: GraphObject, accounts: readonly ObjectWith<AccountFact>[]): readonly ObjectWith<AccountFact>[] {
  const isCopied = accounts.length > 1 && accounts.every(({ object }) => object.document === accounts[0]!.object.document);
  const own = isCopied ? accounts.filter(({ object }) => object.build?.namespace === build?.namespace) : [];
  return own.length > 0 ? own : accounts;
}

function directoryOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

function candidatesIn(candidates: readonly ObjectWith<AccountFact>[], written: string | undefined): readonly ObjectWith<AccountFact>[] {
  if (written === undefined) return candidates;
  const original = candidates.filter((one) => (symbol(one.object.resource.header.namespace) || 'default') === written);
  return original.length > 0 ? original : candidates.filter((one) => one.object.namespace === written);
}

/** The names that an account may have in the cluster. One that is in no file read has the name that it is called by. */
export function namesOfAccount({ name, objects }: Account): readonly string[] {
  return objects.length === 0 ? [name] : [...new Set(objects.flatMap(({ object }) => namesInCluster(object)))];
}

/** The name that an account has in the cluster; where builds give it several, the one that is written. */
export function nameOfAccount(account: Account): string {
  const names = namesOfAccount(account);
  return names.length === 1 ? names[0]! : account.name;
}

/** What Kustomize makes of a name that accounts are written under and none has in the cluster; nothing for any other name. */
export function builtNames(accounts: readonly Account[], { namespace, name }: { readonly namespace: string; readonly name: string }): readonly string[] {
  const here = accounts.filter((one) => one.namespace === namespace);
  if (here.some((one) => namesOfAccount(one).includes(name))) return [];
  return [...new Set(here.filter((one) => one.name === name).flatMap(namesOfAccount))];
}

/** The names that a subject may have in the cluster: it is renamed with the account that it follows. */
export function namesOfSubject(name: string, followed: readonly ObjectWith<AccountFact>[]): readonly string[] {
  return followed.length === 0 ? [name] : [...new Set(followed.flatMap(({ object }) => namesInCluster(object)))];
}

/**
 * Whether a subject means an account, by their names: what is built together by what is written, all else by what comes
 * out; `perhaps` where builds give one of the two different names.
 */
export function nameMeans(subject: { readonly name: string; readonly names: readonly string[] }, binding: GraphObject, account: Account): 'yes' | 'perhaps' | 'no' {
  const from = (account.objects[0] ?? account.workloads[0])?.object.build;
  if (subject.name === account.name && builtTogether(from, binding.build)) return 'yes';
  const names = namesOfAccount(account);
  if (!names.some((name) => subject.names.includes(name))) return 'no';
  return names.length === 1 && subject.names.length === 1 ? 'yes' : 'perhaps';
}
