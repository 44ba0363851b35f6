import { defaultsOf } from '../engine/kubernetes/default-roles.ts';
import { scopeOf } from '../engine/kubernetes/cluster-scoped.ts';
import { accountIdentity, type Identity } from '../engine/identity/permissions.ts';
import type { AccessRequest } from '../engine/identity/rbac-rules.ts';
import { UsageError, type Arguments } from './args.ts';

/** Reads `VERB RESOURCE[.GROUP][/SUB] [NAME]`, or `VERB /path`. Throws a UsageError for anything else. */
export function requestOf(args: Arguments): AccessRequest {
  const [verb, what, name, ...more] = args.operands;
  if (!verb || !what) throw new UsageError(`say VERB and RESOURCE${args.has('in') ? ', before --in' : ''}: get secrets, create pods/exec, patch deployments.apps, get /metrics`);
  if (more.length > 0) throw new UsageError(`${more[0]!}: nothing comes after NAME`);
  if (what.startsWith('/')) {
    if (name !== undefined || args.has('namespace')) throw new UsageError(`${what}: a path has neither name nor namespace`);
    return { verb, url: what };
  }
  const slash = what.indexOf('/');
  const [path, subresource] = slash < 0 ? [what, ''] : [what.slice(0, slash), what.slice(slash + 1)];
  const dot = path.indexOf('.');
  const [resource, group] = dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
  if (resource === '' || (slash >= 0 && subresource === '')) throw new UsageError(`${what}: write RESOURCE[.GROUP][/SUB], such as deployments.apps/scale`);
  return { verb, group, resource, subresource, name: name ?? '', namespace: args.value('namespace') };
}

/** Who asks: `--as NAMESPACE/NAME` is an account with the groups that it is in, anything else a user name, and `--as-group` adds groups. */
export function identityOf(args: Arguments): Identity {
  const as = args.value('as');
  if (as === undefined) throw new UsageError('say who: --as NAMESPACE/NAME');
  const account = /^(?:system:serviceaccount:([^:/]+):|([^:/]+)\/)([^:/]+)$/.exec(as);
  if (!account && as.includes('/')) throw new UsageError(`--as ${as}: write NAMESPACE/NAME`);
  const { user, groups } = account ? accountIdentity({ namespace: account[1] ?? account[2]!, name: account[3]! }) : { user: as, groups: [] };
  return { user, groups: [...groups, ...args.all('as-group')] };
}

/** What is odd about a request, whatever the answer: a resource of another group than meant, a namespace for what has none. */
export function oddities(request: AccessRequest, minor: number): string[] {
  if ('url' in request) return [];
  const { group, resource, namespace } = request;
  const named = defaultsOf(minor).roles.flatMap(({ rules }) => rules.filter(({ resources }) => resources.includes(resource)).flatMap(({ apiGroups }) => apiGroups));
  const others = [...new Set(named)].filter((one) => one !== '*');
  return [
    ...(group === '' && others.length > 0 && !others.includes('') ? [`"${resource}" without a group is one of the core group; did you mean ${others.map((one) => `${resource}.${one}`).join(' or ')}?`] : []),
    // Requests for one Namespace carry its own name as namespace (semantics.md 4.1).
    ...(namespace !== undefined && resource !== 'namespaces' && scopeOf(group, resource) === 'cluster' ? [`"${resource}" is cluster-scoped: no request for it carries a namespace, so leave out -n`] : []),
  ];
}
