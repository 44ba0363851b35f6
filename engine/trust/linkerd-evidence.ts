import type { LinkerdAuthorizationFact, LinkerdNetwork, LinkerdRef, LinkerdServerAuthorizationFact } from '../kubernetes/linkerd.ts';
import { known, type Value } from '../yaml/cursor.ts';
import { coversFamily, parseNetworkOrAddress, type Network } from './address.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { evidences, type Admission, type Evidence } from './layer.ts';

/** What an authorization asks of its callers. */
export type LinkerdEvidence = Pick<Admission, 'evidence' | 'addresses' | 'shared' | 'named'>;

const policyGroup = 'policy.linkerd.io';

/** Whether a reference is to a kind, as Linkerd compares them: the core group may be left out (linkerd2 policy-controller/k8s/api/src/policy.rs, targets_kind). */
export function isRefTo(ref: LinkerdRef, kind: string, group = policyGroup): boolean {
  const said = known(ref.group) ?? '';
  return known(ref.kind)?.toLowerCase() === kind.toLowerCase() && (said.toLowerCase() === group || (group === '' && said === 'core'));
}

/**
 * What an AuthorizationPolicy asks for: all of its authentications at once; of everyone, where there are none. Undefined for
 * one that Linkerd ignores: two authentications of a sort, one without members, one of a kind that there is not (linkerd2
 * policy-controller/k8s/index/src/inbound/index.rs, policy_client_authz).
 */
export function evidenceOfAuthorization(graph: Graph, { object, fact }: ObjectWith<LinkerdAuthorizationFact>): LinkerdEvidence | undefined {
  const callers: Callers[] = [];
  const networks: LinkerdEvidence[] = [];
  for (const ref of fact.required) {
    if (ref.kind.state === 'hole' || ref.group.state === 'hole') return { evidence: 'unknown', addresses: [] };
    if (isRefTo(ref, 'NetworkAuthentication')) {
      const evidence = evidenceOfNetworkRef(graph, object, ref);
      if (evidence === undefined) return undefined;
      networks.push(evidence);
    } else {
      const evidence = isRefTo(ref, 'ServiceAccount', '') ? accounts([ref], object) : isRefTo(ref, 'MeshTLSAuthentication') ? evidenceOfMeshTls(graph, object, ref) : undefined;
      if (evidence === undefined) return undefined;
      callers.push(evidence);
    }
  }
  if (callers.length > 1 || networks.length > 1) return undefined;
  if (callers[0]) return { addresses: [], ...callers[0] };
  if (fact.open) return { evidence: 'unknown', addresses: [] };
  return networks[0] ?? { evidence: 'nothing', addresses: [] };
}

/** Identities, one of which is enough. */
type Callers = Required<Pick<LinkerdEvidence, 'evidence' | 'named'>> & Pick<LinkerdEvidence, 'shared'>;

/** Accounts by `NAMESPACE/NAME`, where the files tell both. */
function accounts(refs: readonly LinkerdRef[], policy: GraphObject): Callers {
  return { evidence: 'identity', named: refs.map(({ name, namespace }) => {
    const home = namespace.state === 'absent' ? policy.namespace : known(namespace);
    return name.state === 'known' && home ? { ...name, value: `${home}/${name.value}` } : name;
  }) };
}

/** The weakest of its members, since one is enough. One that is in no file read proves an identity all the same. */
function evidenceOfMeshTls(graph: Graph, policy: GraphObject, ref: LinkerdRef): Callers | undefined {
  const found = named(graph, 'linkerdMeshTls', policy, ref);
  if (found.length === 0) return { evidence: 'identity', named: [] };
  const members = found.flatMap(({ fact }) => [...fact.identities.map(evidenceOfIdentity), ...fact.identityRefs.map((one): Evidence => (isRefTo(one, 'Namespace', '') ? 'namespace' : 'identity')), ...(fact.open ? ['identity' as const] : [])]);
  if (members.length === 0) return undefined;
  return { shared: { object: found[0]!.object, at: ref.at }, evidence: weakest(members), named: found.flatMap(({ object, fact }) => [...fact.identities, ...accounts(fact.identityRefs.filter((one) => isRefTo(one, 'ServiceAccount', '')), object).named]) };
}

/** `*` is every identity, `*.NS.serviceaccount.…` every account of a namespace, `*` before less every identity of a cluster (linkerd2 policy-controller/core/src/identity_match.rs). */
export function evidenceOfIdentity(identity: Value<string>): Evidence {
  const text = known(identity);
  if (text === undefined || !(text === '*' || text.startsWith('*.'))) return 'identity';
  return /^\*\.[^.*]+\.serviceaccount\./.test(text) ? 'namespace' : 'anyIdentity';
}

function weakest(all: readonly Evidence[]): Evidence {
  return evidences[Math.min(...all.map((one) => evidences.indexOf(one)))]!;
}

function evidenceOfNetworkRef(graph: Graph, policy: GraphObject, ref: LinkerdRef): LinkerdEvidence | undefined {
  const [first] = named(graph, 'linkerdNetworks', policy, ref);
  if (!first) return { evidence: 'unknown', addresses: [] };
  if (first.fact.networks.length === 0 && !first.fact.open) return undefined;
  return { ...evidenceOfNetworks(first.fact.networks, first.fact.open), shared: { object: first.object, at: ref.at } };
}

/** Addresses; nothing where they are all of a family and nothing is taken out of them. */
function evidenceOfNetworks(networks: readonly LinkerdNetwork[], open: boolean): LinkerdEvidence {
  const whole = networks.filter(({ except }) => except.length === 0).map(({ cidr }) => parseNetworkOrAddress(known(cidr) ?? ''));
  if (coversFamily(whole.filter((network): network is Network => network !== undefined))) return { evidence: 'nothing', addresses: networks.map(({ cidr }) => cidr) };
  if (open || networks.some(({ cidr }) => cidr.state !== 'known')) return { evidence: 'unknown', addresses: [] };
  return { evidence: 'address', addresses: networks.map(({ cidr }) => cidr) };
}

/**
 * What a ServerAuthorization asks for. Undefined for one that the API server refuses: neither with TLS nor without, or TLS
 * of nobody (linkerd2 policy-controller/k8s/index/src/inbound/server_authorization.rs). Without networks, those of the
 * cluster count (policy-controller/grpc/src/inbound.rs, to_authz), which are in no manifest.
 */
export function evidenceOfServerAuthorization({ object, fact: { unauthenticated, meshTls, networks, open } }: ObjectWith<LinkerdServerAuthorizationFact>): LinkerdEvidence | undefined {
  const where = networks.length > 0 ? evidenceOfNetworks(networks, open) : { evidence: open ? 'unknown' as const : 'address' as const, addresses: [] };
  if (unauthenticated.state === 'hole') return { evidence: 'unknown', addresses: [] };
  if (known(unauthenticated) === true || known(meshTls?.unauthenticated ?? unauthenticated) === true) return where;
  const members = meshTls ? [...meshTls.identities.map(evidenceOfIdentity), ...meshTls.accounts.map((): Evidence => 'identity')] : [];
  if (members.length === 0) return open ? { evidence: 'unknown', addresses: [] } : undefined;
  return { evidence: weakest(members), addresses: [], named: [...meshTls!.identities, ...accounts(meshTls!.accounts, object).named] };
}

type Authentication = 'linkerdMeshTls' | 'linkerdNetworks';

const indexes = new WeakMap<Graph, Map<string, readonly ObjectWith<never>[]>>();

/** The authentications that a reference means: those of its name in its namespace, else the policy's own; the nearest. */
function named<K extends Authentication>(graph: Graph, kind: K, policy: GraphObject, ref: LinkerdRef): ReturnType<typeof graph.all<K>> {
  const namespace = ref.namespace.state === 'absent' ? policy.namespace : symbol(ref.namespace);
  const found = (indexOf(graph).get(`${kind} ${namespace}/${symbol(ref.name)}`) ?? []) as unknown as ReturnType<typeof graph.all<K>>;
  const nearest = new Set(graph.proximity.nearest(policy.document.file, found.map(({ object }) => object)));
  return found.filter(({ object }) => nearest.has(object));
}

function indexOf(graph: Graph): Map<string, readonly ObjectWith<never>[]> {
  let index = indexes.get(graph);
  if (!index) {
    index = new Map();
    for (const kind of ['linkerdMeshTls', 'linkerdNetworks'] as const) {
      for (const one of graph.all(kind)) {
        const key = `${kind} ${one.object.namespace}/${one.object.name}`;
        index.set(key, [...(index.get(key) ?? []), one as never]);
      }
    }
    indexes.set(graph, index);
  }
  return index;
}
