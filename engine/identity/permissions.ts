import { known } from '../yaml/cursor.ts';
import { defaultsOf, type DefaultBinding } from '../kubernetes/default-roles.ts';
import type { BindingFact, Subject } from '../kubernetes/rbac.ts';
import type { Graph } from './graph.ts';
import { impliedGroups } from './grants.ts';
import type { Account, ObjectWith } from './parts.ts';
import { symbol } from './objects.ts';
import { roleReference, rolesOf, type ResolvedRole, type Roles } from './rbac-roles.ts';
import { nameMeans, namesOfAccount, namesOfSubject, type SubjectAccounts } from './subjects.ts';
import { ruleAllows, type AccessRequest, type AccessRule } from './rbac-rules.ts';

/** Who asks: a user name and the groups it is in, exactly as given. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A binding as it stands in a cluster: written in a file, or built in. */
export interface Binding {
  readonly cluster: boolean;
  /** "" for a ClusterRoleBinding, and for a RoleBinding whose namespace the files do not tell. */
  readonly namespace: string;
  readonly name: string;
  readonly roleKind: string;
  readonly roleName: string;
  /** Absent for built-in bindings. */
  readonly object?: ObjectWith<BindingFact>;
  /** Whom its subjects mean; none is in here that the API server refuses. */
  readonly meant?: ReadonlyMap<Subject, SubjectName>;
}

/** One rule that an identity has, through which binding, and where it holds. */
export interface Permission {
  readonly binding: Binding;
  /** The subject of the binding that means the identity; absent for built-in bindings. */
  readonly subject?: Subject;
  readonly role: ResolvedRole;
  readonly rule: AccessRule;
}

/** A binding that might grant more than can be seen, and why that is not known. */
export interface Doubt {
  readonly binding: Binding;
  /** `role`: its role is in no file read and not built in. `template`: a template hides part of the binding or of its role. */
  readonly reason: 'role' | 'template';
}

/** An answer as RBAC gives it. What is not allowed may still be in doubt, never the other way round. */
export type Answer =
  | { readonly allowed: true; readonly by: Permission | 'system:masters' }
  | { readonly allowed: false; readonly doubts: readonly Doubt[] };

export interface Authorizer {
  readonly roles: Roles;
  /** The Kubernetes minor whose API server this is. */
  readonly minor: number;
  /** Whether a request is allowed, and by what (semantics.md 4.1). Other authorizers than RBAC are not in the files. */
  allows(identity: Identity, request: AccessRequest): Answer;
  /** Everything that RBAC gives an identity; `from` leaves out what is never applied together with that file. */
  permissionsOf(identity: Identity, from?: string): readonly Permission[];
  /** Bindings that might give an identity more than can be seen; `from` as above. */
  doubtsOf(identity: Identity, from?: string): readonly Doubt[];
  /** Everything that RBAC gives an account, by name, user name and implied groups. */
  permissionsOfAccount(account: Account): readonly Permission[];
  /** Bindings that might give an account more than can be seen. */
  doubtsOfAccount(account: Account): readonly Doubt[];
  /** Every subject to which a binding grants a request. */
  whoCan(request: AccessRequest): readonly { readonly subject: SubjectName; readonly by: Permission }[];
  /** Bindings that might grant a request to someone whom `whoCan` does not name. */
  whoMight(request: AccessRequest): readonly Doubt[];
  /** The role of a binding that is written in a file. */
  roleOf(binding: ObjectWith<BindingFact>): ResolvedRole;
}

/** A subject without its place: what bindings in files and built-in ones have in common. */
export interface SubjectName {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly namespace: string;
  readonly name: string;
}

export interface AuthorizerOptions {
  /** Whether the built-in roles and bindings count. */
  readonly defaults: boolean;
  /** The Kubernetes minor whose built-in roles these are, such as 36. */
  readonly minor: number;
}

interface Entry {
  readonly binding: Binding;
  /** `built`: what Kustomize makes of an account's name. */
  readonly names: readonly { readonly subject?: Subject; readonly name: SubjectName; readonly built?: readonly string[] }[];
  /** Whether a template may add subjects. */
  readonly open: boolean;
  readonly file: string | undefined;
}

/** A binding and the one of its subjects that means somebody. */
interface Named {
  readonly entry: Entry;
  readonly subject: Subject | undefined;
}

const cache = new WeakMap<Graph, Map<string, Authorizer>>();

/**
 * Decides as RBAC does, over the roles and bindings of one scope: grants add up, there is no deny, RoleBindings count
 * only for requests with a namespace (k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go,
 * pkg/registry/rbac/validation/rule.go). Kept per graph; a question costs what the identity's own bindings hold.
 */
export function authorizer(graph: Graph, options: AuthorizerOptions): Authorizer {
  const key = `${options.defaults} ${options.minor}`;
  const made = cache.get(graph) ?? new Map<string, Authorizer>();
  cache.set(graph, made);
  let one = made.get(key);
  if (!one) made.set(key, (one = build(graph, options)));
  return one;
}

/** The identity of an account: its user name and the three groups it is in. */
export function accountIdentity({ namespace, name }: { namespace: string; name: string }): Identity {
  return { user: userName(namespace, name), groups: impliedGroups(namespace) };
}

function userName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function build(graph: Graph, options: AuthorizerOptions): Authorizer {
  const defaults = options.defaults ? defaultsOf(options.minor) : undefined;
  const roles = rolesOf(graph, defaults);
  const entries = [...graph.all('binding').map((one) => writtenEntry(one, graph.subjectAccount)), ...(defaults?.bindings ?? []).map(builtinEntry)];
  const bySubject = indexSubjects(entries);
  const resolved = new Map<Entry, ResolvedRole>();
  const roleOf = (entry: Entry): ResolvedRole => {
    const before = resolved.get(entry);
    if (before) return before;
    const { cluster, roleKind, roleName, namespace } = entry.binding;
    // A ClusterRoleBinding to a Role is refused by the API server (rbac validation.go).
    const refused = cluster && roleKind !== 'ClusterRole';
    const role = roles.resolve({ kind: roleKind, name: refused ? '' : roleName, namespace }, entry.file ?? '');
    resolved.set(entry, role);
    return role;
  };
  const entryOf = new Map(entries.flatMap((entry) => (entry.binding.object ? [[entry.binding.object.fact, entry] as const] : [])));

  const matching = ({ user, groups }: Identity, from: string | undefined) => matchingKeys([`User ${user}`, ...groups.map((group) => `Group ${group}`)], from);
  const matchingKeys = (keys: readonly string[], from: string | undefined) => {
    const found: Named[] = [];
    const seen = new Set<Entry>();
    for (const key of keys) {
      for (const named of bySubject.get(key) ?? []) {
        const { entry } = named;
        if (seen.has(entry) || (from !== undefined && entry.file !== undefined && graph.proximity.alternatives(from, entry.file))) continue;
        seen.add(entry);
        found.push(named);
      }
    }
    return found;
  };
  // Groups are in everybody's permissions, so what a binding gives one of its subjects is made once.
  const given = new Map<Named, readonly Permission[]>();
  const permissionsBy = (named: Named): readonly Permission[] => {
    const before = given.get(named);
    if (before) return before;
    const { entry, subject } = named;
    const role = roleOf(entry);
    const permissions = role.rules.map((rule): Permission => ({ binding: entry.binding, ...(subject ? { subject } : {}), role, rule }));
    given.set(named, permissions);
    return permissions;
  };
  const permissionsOf = (identity: Identity, from?: string) => matching(identity, from).flatMap(permissionsBy);
  const ofAccount = new Map<Account, readonly Permission[]>();
  const named = new Map<Account, readonly Named[]>();
  const matchingAccount = (account: Account): readonly Named[] => {
    let found = named.get(account);
    if (!found) named.set(account, (found = [...new Set(keysOf(account).flatMap((keys) => matchingKeys(keys, placeOf(account))))].filter((one) => mayMean(one, account, graph.subjectAccount))));
    return found;
  };
  const openEntries = entries.filter((entry) => entry.open);
  const doubts = new Map<Entry, readonly Doubt[]>();
  const doubtsBy = (entry: Entry): readonly Doubt[] => {
    const before = doubts.get(entry);
    if (before) return before;
    const role = roleOf(entry);
    const reason = role.unknown ? 'role' : role.open || role.rules.some((rule) => rule.open.length > 0) ? 'template' : undefined;
    const found: Doubt[] = reason ? [{ binding: entry.binding, reason }] : [];
    doubts.set(entry, found);
    return found;
  };
  const openDoubts = openEntries.map((entry): Doubt => ({ binding: entry.binding, reason: 'template' }));
  const doubtsIn = (all: readonly Named[]): Doubt[] => [...all.flatMap(({ entry }) => doubtsBy(entry)), ...openDoubts];

  return {
    roles,
    minor: options.minor,
    allows(identity, request) {
      // Before any authorizer (k8s.io/kubernetes pkg/kubeapiserver/authorizer/reload.go).
      if (identity.groups.includes('system:masters')) return { allowed: true, by: 'system:masters' };
      const doubts: Doubt[] = [];
      for (const { entry, subject } of matching(identity, undefined)) {
        if (!holdsFor(entry.binding, request)) continue;
        const role = roleOf(entry);
        let doubtful = role.open;
        for (const rule of role.rules) {
          const answer = ruleAllows(rule, request);
          if (answer === true) return { allowed: true, by: { binding: entry.binding, ...(subject ? { subject } : {}), role, rule } };
          if (answer === 'unknown') doubtful = true;
        }
        if (role.unknown) doubts.push({ binding: entry.binding, reason: 'role' });
        else if (doubtful) doubts.push({ binding: entry.binding, reason: 'template' });
      }
      for (const entry of openEntries) if (holdsFor(entry.binding, request)) doubts.push({ binding: entry.binding, reason: 'template' });
      return { allowed: false, doubts };
    },
    permissionsOf,
    doubtsOf: (identity, from) => doubtsIn(matching(identity, from)),
    doubtsOfAccount: (account) => doubtsIn(matchingAccount(account)),
    permissionsOfAccount(account) {
      let permissions = ofAccount.get(account);
      if (!permissions) ofAccount.set(account, (permissions = matchingAccount(account).flatMap(permissionsBy)));
      return permissions;
    },
    whoCan: (request) =>
      entries.flatMap((entry) => {
        if (entry.names.length === 0 || !holdsFor(entry.binding, request)) return [];
        const role = roleOf(entry);
        const rule = role.rules.find((one) => ruleAllows(one, request) === true);
        return rule ? entry.names.flatMap(({ name, subject, built = [name.name] }) => built.map((one) => ({ subject: { ...name, name: one }, by: { binding: entry.binding, ...(subject ? { subject } : {}), role, rule } }))) : [];
      }),
    whoMight: (request) =>
      entries.flatMap((entry): Doubt[] => {
        if (!holdsFor(entry.binding, request)) return [];
        const role = roleOf(entry);
        if (role.unknown) return entry.names.length > 0 || entry.open ? [{ binding: entry.binding, reason: 'role' }] : [];
        const answers = role.rules.map((rule) => ruleAllows(rule, request));
        const doubtful = answers.includes(true) ? entry.open : role.open || answers.includes('unknown');
        return doubtful ? [{ binding: entry.binding, reason: 'template' }] : [];
      }),
    roleOf: (binding) => roleOf(entryOf.get(binding.fact)!),
  };
}

/** By the name that is written, and by those that Kustomize makes of it. */
function keysOf(account: Account): string[][] {
  const { namespace, name } = account;
  return [[writtenKey(namespace, name)], ...namesOfAccount(account).map((one) => [`User ${userName(namespace, one)}`, ...impliedGroups(namespace).map((group) => `Group ${group}`)])];
}

/** What is built together finds its accounts by the names that are written, which nobody in the cluster has. */
function writtenKey(namespace: string, name: string): string {
  return `written ${userName(namespace, name)}`;
}

/** Whether a subject found by one of an account's names means this account: names within a build are others than those outside. */
function mayMean({ entry: { binding }, subject }: Named, account: Account, accountOf: SubjectAccounts): boolean {
  if (!binding.object || !subject || known(subject.kind) !== 'ServiceAccount') return true;
  const name = symbol(subject.name);
  return nameMeans({ name, names: namesOfSubject(name, accountOf(binding.object, subject).followed) }, binding.object.object, account) === 'yes';
}

/** The file that an account is seen from. */
function placeOf({ objects, workloads }: Account): string | undefined {
  return (objects[0] ?? workloads[0])?.object.document.file;
}

/** RoleBindings count only in their own namespace; so cluster-scoped rules and paths are lost through them. */
function holdsFor(binding: Binding, request: AccessRequest): boolean {
  if (binding.cluster) return true;
  return !('url' in request) && request.namespace !== undefined && request.namespace === binding.namespace;
}

function indexSubjects(entries: readonly Entry[]): Map<string, Named[]> {
  const index = new Map<string, Named[]>();
  for (const entry of entries) {
    for (const { name, subject, built = [name.name] } of entry.names) {
      // An account is matched by its user name, which a User subject may spell too (rbac.go appliesToUser).
      const keys = name.kind === 'ServiceAccount' ? [writtenKey(name.namespace, name.name), ...built.map((one) => `User ${userName(name.namespace, one)}`)] : [`${name.kind} ${name.name}`];
      // One, whatever it is found by.
      const named = { entry, subject };
      for (const key of keys) {
        const list = index.get(key);
        if (list) list.push(named);
        else index.set(key, [named]);
      }
    }
  }
  return index;
}

function writtenEntry(one: ObjectWith<BindingFact>, accountOf: SubjectAccounts): Entry {
  const { kind, name, namespace } = roleReference(one);
  const names = one.fact.subjects.flatMap((subject) => {
    const found = subjectName(subject, one, accountOf);
    return found ? [{ subject, name: found, ...(found.kind === 'ServiceAccount' ? { built: namesOfSubject(found.name, accountOf(one, subject).followed) } : {}) }] : [];
  });
  return {
    binding: { cluster: one.fact.cluster, namespace: one.fact.cluster ? '' : namespace, name: one.object.name, roleKind: kind, roleName: name, object: one, meant: new Map(names.map((each) => [each.subject, each.name])) },
    names,
    open: one.fact.open || one.fact.subjects.some((subject) => subject.kind.state === 'hole'),
    file: one.object.document.file,
  };
}

function builtinEntry({ namespace, name, roleName, subjects }: DefaultBinding): Entry {
  const cluster = namespace === '';
  return { binding: { cluster, namespace, name, roleKind: cluster ? 'ClusterRole' : 'Role', roleName }, names: subjects.map((subject) => ({ name: subject })), open: false, file: undefined };
}

/**
 * Whom a subject means (semantics.md 4.4): exact names, no wildcards. Undefined for what the API server refuses: an account
 * without namespace in a ClusterRoleBinding, a wrong apiGroup, another kind.
 */
export function subjectName(subject: Subject, binding: ObjectWith<BindingFact>, accountOf: SubjectAccounts): SubjectName | undefined {
  const kind = known(subject.kind);
  const name = symbol(subject.name);
  const group = symbol(subject.apiGroup);
  if (name === '') return undefined;
  if (kind === 'ServiceAccount') {
    if (group !== '' && subject.apiGroup.state === 'known') return undefined;
    const { namespace } = accountOf(binding, subject);
    return namespace === undefined ? undefined : { kind, name, namespace };
  }
  if (kind !== 'User' && kind !== 'Group') return undefined;
  return group === '' || group === 'rbac.authorization.k8s.io' || subject.apiGroup.state === 'hole' ? { kind, name, namespace: '' } : undefined;
}
