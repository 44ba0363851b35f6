import type { Cursor, Place, Value } from '../yaml/cursor.ts';
import { readSelector, type LabelSelector } from './selector.ts';

/* Readers of policy.linkerd.io (linkerd2 policy-controller/k8s/api/src/policy@b24cd4059841). Kept as written: what follows from it is engine/trust/linkerd.ts. */

/** A port of some pods. Once it is there, the port lets in what is authorized, and what `accessPolicy` says. */
export interface LinkerdServerFact {
  readonly fact: 'linkerdServer';
  /** Undefined where it is about external workloads, which are no pods. */
  readonly podSelector: LabelSelector | undefined;
  readonly port: Value<number> | Value<string>;
  /** `deny` where it is not said. */
  readonly accessPolicy: Value<string>;
}

/** An object that a policy names. Without a namespace it is of the policy's own. */
export interface LinkerdRef {
  readonly group: Value<string>;
  readonly kind: Value<string>;
  readonly name: Value<string>;
  readonly namespace: Value<string>;
  readonly at: Place;
}

/** Lets callers who satisfy all its authentications in to a Server, a route, or every Server of its namespace. */
export interface LinkerdAuthorizationFact {
  readonly fact: 'linkerdAuthorization';
  readonly target: LinkerdRef;
  readonly required: readonly LinkerdRef[];
  /** The key of the list; its object where there is none. */
  readonly requiredAt: Place;
  /** Whether a template may add authentications that cannot be seen. */
  readonly open: boolean;
}

export interface LinkerdMeshTlsFact {
  readonly fact: 'linkerdMeshTls';
  readonly identities: readonly Value<string>[];
  readonly identityRefs: readonly LinkerdRef[];
  readonly open: boolean;
}

export interface LinkerdNetwork {
  readonly cidr: Value<string>;
  readonly except: readonly Value<string>[];
}

export interface LinkerdNetworksFact {
  readonly fact: 'linkerdNetworks';
  readonly networks: readonly LinkerdNetwork[];
  readonly open: boolean;
}

/** The older form of an authorization: Servers by name or label, and who may call them. */
export interface LinkerdServerAuthorizationFact {
  readonly fact: 'linkerdServerAuthorization';
  readonly serverName: Value<string>;
  readonly serverSelector: LabelSelector | undefined;
  readonly unauthenticated: Value<boolean>;
  /** Undefined where `client.meshTLS` is not written. */
  readonly meshTls: { readonly unauthenticated: Value<boolean>; readonly identities: readonly Value<string>[]; readonly accounts: readonly LinkerdRef[] } | undefined;
  /** Missing and empty alike mean the networks of the cluster, which no manifest tells. */
  readonly networks: readonly LinkerdNetwork[];
  readonly open: boolean;
  /** What says who is let in: `unauthenticated`, else the key of all it says. */
  readonly clientAt: Place;
}

/** Part of the traffic to some Servers: a route of which one is a parent. */
export interface LinkerdRouteFact {
  readonly fact: 'linkerdRoute';
  readonly servers: readonly Value<string>[];
  /** The paths of its matches; undefined for a match that asks for none. */
  readonly paths: readonly (Value<string> | undefined)[];
  readonly open: boolean;
}

/** Reads a Server. */
export function readLinkerdServer(cursor: Cursor): LinkerdServerFact[] {
  const spec = cursor.get('spec');
  const number = spec.get('port').number();
  return [{
    fact: 'linkerdServer',
    podSelector: spec.get('externalWorkloadSelector').exists ? undefined : readSelector(spec.get('podSelector')),
    port: number.state === 'known' ? number : spec.get('port').string(),
    accessPolicy: spec.get('accessPolicy').string(),
  }];
}

/**
 * Reads an AuthorizationPolicy. Without a list of required authentications, be it an empty one, the API server refuses it
 * (linkerd2, charts/linkerd-crds/templates/policy/authorization-policy.yaml: both fields are required): what it asks is not told.
 */
export function readLinkerdAuthorization(cursor: Cursor): LinkerdAuthorizationFact[] {
  const required = cursor.at('spec', 'requiredAuthenticationRefs');
  return [{
    fact: 'linkerdAuthorization',
    target: readRef(cursor.at('spec', 'targetRef')),
    required: required.items().map(readRef),
    requiredAt: required.exists ? required.keyPlace() : cursor.get('spec').keyPlace(),
    open: required.open || required.node?.kind !== 'seq' || required.items().some((item) => item.open),
  }];
}

function readRef(ref: Cursor): LinkerdRef {
  return { group: ref.get('group').string(), kind: ref.get('kind').string(), name: ref.get('name').string(), namespace: ref.get('namespace').string(), at: ref.get('name').place() };
}

/** Reads a MeshTLSAuthentication. */
export function readLinkerdMeshTls(cursor: Cursor): LinkerdMeshTlsFact[] {
  const [identities, refs] = [cursor.at('spec', 'identities'), cursor.at('spec', 'identityRefs')];
  return [{ fact: 'linkerdMeshTls', identities: identities.strings(), identityRefs: refs.items().map(readRef), open: identities.open || refs.open }];
}

/** Reads a NetworkAuthentication. */
export function readLinkerdNetworks(cursor: Cursor): LinkerdNetworksFact[] {
  const networks = cursor.at('spec', 'networks');
  return [{ fact: 'linkerdNetworks', networks: readNetworks(networks), open: networks.open }];
}

function readNetworks(networks: Cursor): LinkerdNetwork[] {
  return networks.items().map((network) => ({ cidr: network.get('cidr').string(), except: network.get('except').strings() }));
}

/** Reads a ServerAuthorization. */
export function readLinkerdServerAuthorization(cursor: Cursor): LinkerdServerAuthorizationFact[] {
  const [server, client] = [cursor.at('spec', 'server'), cursor.at('spec', 'client')];
  const [meshTls, networks] = [client.get('meshTLS'), client.get('networks')];
  const lists = [meshTls.get('identities'), meshTls.get('serviceAccounts')] as const;
  return [{
    fact: 'linkerdServerAuthorization',
    serverName: server.get('name').string(),
    serverSelector: server.get('selector').isMap || server.get('selector').open ? readSelector(server.get('selector')) : undefined,
    unauthenticated: client.get('unauthenticated').boolean(),
    meshTls: meshTls.isMap ? { unauthenticated: meshTls.get('unauthenticatedTLS').boolean(), identities: lists[0].strings(), accounts: lists[1].items().map(readRef) } : undefined,
    networks: readNetworks(networks),
    open: client.open || meshTls.open || networks.open || lists.some((list) => list.open),
    clientAt: client.get('unauthenticated').exists ? client.get('unauthenticated').place() : client.exists ? client.keyPlace() : cursor.get('spec').keyPlace(),
  }];
}

/** Reads a route as far as it is about Servers: HTTPRoute of policy.linkerd.io, HTTPRoute and GRPCRoute of the Gateway API. */
export function readLinkerdRoute(cursor: Cursor): LinkerdRouteFact[] {
  const [parents, rules] = [cursor.at('spec', 'parentRefs'), cursor.at('spec', 'rules')];
  const servers = parents.items().filter((parent) => isServer(parent)).map((parent) => parent.get('name').string());
  if (servers.length === 0) return [];
  const paths = rules.items().flatMap((rule) => {
    const matches = rule.get('matches').items();
    return matches.length === 0 ? [undefined] : matches.map((match) => (match.at('path', 'value').exists ? match.at('path', 'value').string() : undefined));
  });
  return [{ fact: 'linkerdRoute', servers, paths, open: parents.open || rules.open }];
}

function isServer(parent: Cursor): boolean {
  const [group, kind] = [parent.get('group').string(), parent.get('kind').string()];
  return group.state === 'known' && group.value === 'policy.linkerd.io' && kind.state === 'known' && kind.value === 'Server';
}
