import type { AuthorizationPolicyFact, SourceField } from '../kubernetes/istio.ts';
import type { LinkerdRef } from '../kubernetes/linkerd.ts';
import type { Fact } from '../kubernetes/read.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { danglingCaller, danglingName, danglingSelector, danglingTarget, type Dangling } from './dangling.ts';
import { rootNamespace } from './istio-mesh.ts';
import { accountsNamed } from './principals.ts';

/** What a policy of Istio or Linkerd names that is not there, as dangling.ts tells it. */
export function danglingIn(graph: Graph, { object, fact }: ObjectWith<Fact>, isComplete: boolean): Dangling[] {
  switch (fact.fact) {
    case 'istioAuthorizationPolicy': return [...danglingTarget(graph, object, fact.target, isComplete), ...namedCallers(graph, object, fact)];
    case 'istioRequestAuthentication': return danglingTarget(graph, object, fact.target, isComplete);
    // In the root namespace a selector makes it be ignored altogether.
    case 'istioPeerAuthentication': return object.namespace === rootNamespace ? [] : danglingTarget(graph, object, { selector: fact.selector, refs: [], open: false }, isComplete);
    case 'linkerdServer': return listed(fact.podSelector && danglingSelector(graph, { object, selector: fact.podSelector, anywhere: false }, isComplete));
    case 'linkerdAuthorization': return [fact.target, ...fact.required].flatMap((ref) => danglingRef(graph, object, ref));
    case 'linkerdServerAuthorization': return [
      ...listed(danglingName(graph, object, fact.serverName, 'linkerdServer')),
      ...(fact.meshTls?.identities ?? []).flatMap((identity) => danglingIdentity(graph, object, identity, 'account')),
      ...(fact.meshTls?.accounts ?? []).flatMap((ref) => danglingAccount(graph, object, ref)),
    ];
    case 'linkerdMeshTls': return [...fact.identities.flatMap((identity) => danglingIdentity(graph, object, identity, 'account')), ...fact.identityRefs.flatMap((ref) => danglingRef(graph, object, ref))];
    default: return [];
  }
}

function listed(one: Dangling | undefined): Dangling[] {
  return one ? [one] : [];
}

/** The fields of a source that name callers, and what a lone word in them is. */
const naming: readonly (readonly [SourceField, 'account' | 'namespace'])[] = [
  ['principals', 'account'], ['notPrincipals', 'account'], ['serviceAccounts', 'account'], ['notServiceAccounts', 'account'], ['namespaces', 'namespace'], ['notNamespaces', 'namespace'],
];

function namedCallers(graph: Graph, object: GraphObject, { rules }: AuthorizationPolicyFact): Dangling[] {
  return rules.flatMap(({ sources }) => sources).flatMap(({ fields }) => naming.flatMap(([field, lone]) => (fields[field] ?? []).flatMap((value) => danglingIdentity(graph, object, value, lone))));
}

function danglingIdentity(graph: Graph, object: GraphObject, value: Value<string>, lone: 'account' | 'namespace'): Dangling[] {
  const named = accountsNamed(known(value) ?? '', object.namespace, lone);
  return named?.namespace === undefined ? [] : listed(danglingCaller(graph, value, named.namespace, named.account));
}

/** What Linkerd's policies name, by kind. Routes of the Gateway API may be about anything, so only their own are looked for. */
const kinds = { Server: 'linkerdServer', MeshTLSAuthentication: 'linkerdMeshTls', NetworkAuthentication: 'linkerdNetworks' } as const;

function danglingRef(graph: Graph, object: GraphObject, { kind, name, namespace }: LinkerdRef): Dangling[] {
  if (known(kind) === 'ServiceAccount') return danglingAccount(graph, object, { name, namespace });
  const fact = kinds[known(kind) as keyof typeof kinds];
  return fact ? listed(danglingName(graph, object, name, fact, symbol(namespace) || object.namespace)) : [];
}

function danglingAccount(graph: Graph, object: GraphObject, { name, namespace }: Pick<LinkerdRef, 'name' | 'namespace'>): Dangling[] {
  const account = known(name);
  return account === undefined ? [] : listed(danglingCaller(graph, name, symbol(namespace) || object.namespace, account));
}
