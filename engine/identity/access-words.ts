import { displayName, namespaceWords as toldNamespace } from './objects.ts';
import type { Binding, Doubt, Identity, Permission, SubjectName } from './permissions.ts';
import type { ResolvedRole } from './rbac-roles.ts';
import type { AccessRequest, AccessRule } from './rbac-rules.ts';
import type { Power } from './reach.ts';

/** How a binding is called: `RoleBinding "shop/readers"`. */
export function bindingLabel({ cluster, namespace, name }: Binding): string {
  return `${cluster ? 'ClusterRoleBinding' : 'RoleBinding'} "${displayName({ namespace, name })}"`;
}

/** How the role of a permission is called. */
export function roleLabel({ binding, role }: { readonly binding: Binding; readonly role: Pick<ResolvedRole, 'variants'> }): string {
  const found = role.variants[0]?.role;
  const builtin = found && !found.object ? 'built-in ' : '';
  return `${builtin}${binding.roleKind || 'role'} "${displayName({ namespace: found?.namespace ?? '', name: binding.roleName })}"`;
}

/** How a subject is called: `ServiceAccount "shop/web"`. */
export function subjectNameLabel({ kind, namespace, name }: SubjectName): string {
  return `${kind} "${displayName({ namespace, name })}"`;
}

/** How somebody who asks is called: accounts by namespace and name. */
export function identityLabel({ user, groups }: Identity): string {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account) return `ServiceAccount "${account[1]}/${account[2]}"`;
  return user === '' ? `a member of ${groups.map((group) => `"${group}"`).join(', ')}` : `User "${user}"`;
}

/** A rule in words: `get, list on secrets, pods/log; names: tls`. Groups stand behind their resources, the core group's alone. */
export function ruleWords({ verbs, resources, apiGroups, resourceNames, nonResourceURLs }: Pick<AccessRule, 'verbs' | 'resources' | 'apiGroups' | 'resourceNames' | 'nonResourceURLs'>): string {
  if (nonResourceURLs.length > 0) return `${verbs.join(', ')} on ${nonResourceURLs.join(', ')}`;
  const groups = apiGroups.map((group) => (group === '' ? 'core' : group)).join(', ');
  const where = apiGroups.length === 1 && apiGroups[0] === '' ? '' : ` of ${groups}`;
  return `${verbs.join(', ')} on ${resources.join(', ')}${where}${resourceNames.length > 0 ? `; names: ${resourceNames.map((name) => `"${name}"`).join(', ')}` : ''}`;
}

/** A request in words: `get secrets "tls" in namespace "shop"`. */
export function requestWords(request: AccessRequest): string {
  if ('url' in request) return `${request.verb} ${request.url}`;
  const { verb, group, resource, subresource, name, namespace } = request;
  const what = `${resource}${group === '' ? '' : `.${group}`}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${what}${name ? ` "${name}"` : ''}${namespace === undefined ? '' : ` in namespace "${namespace}"`}`;
}

/** Why a request is granted, in one sentence. */
export function grantWords(by: Permission, subject: SubjectName | undefined): string {
  const whom = subject ? ` to ${subjectNameLabel(subject)}` : '';
  return `${bindingLabel(by.binding)} gives ${roleLabel(by)}${whom}`;
}

/** Why a binding may grant more than can be seen. */
export function doubtWords({ binding, reason }: Doubt): string {
  if (reason === 'template') return `a template hides part of ${bindingLabel(binding)} or of its role`;
  if (binding.cluster && binding.roleKind !== 'ClusterRole') return `${bindingLabel(binding)} names a ${binding.roleKind || 'role'}, which the API server refuses`;
  return `${binding.roleKind || 'the role'} "${binding.roleName}" of ${bindingLabel(binding)} is not among the files read`;
}

/** What a power is called: `cluster-admin`, `account "shop/web"`, `any account of namespace "shop"`. */
export function powerLabel(power: Power): string {
  switch (power.kind) {
    case 'cluster-admin': return 'cluster-admin';
    case 'account': return `account "${displayName(power.account)}"`;
    case 'accounts': return `any account of ${namespaceWords(power.namespace)}`;
    case 'pods': return `the running pods of ${namespaceWords(power.namespace)}`;
    case 'nodes': return 'the nodes and every pod on them';
    case 'role': return `whoever has ClusterRole "${power.name}" in ${namespaceWords(power.namespace)}`;
  }
}

function namespaceWords(namespace: string | undefined): string {
  return namespace === undefined ? 'the cluster' : toldNamespace(namespace);
}
