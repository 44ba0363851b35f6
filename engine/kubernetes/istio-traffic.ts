import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import { readLabels, type Header, type Labels } from './header.ts';
import { readTarget, type PolicyTarget } from './istio.ts';
import type { RouteFact } from './service.ts';

/* Readers of networking.istio.io and extensions.istio.io as far as they say who comes in, and on what token (istio/api networking/v1alpha3, extensions/v1alpha1). */

/** A route that is chosen by what a token says: `@request.auth.claims`, of a VirtualService or an HTTPRoute. */
export interface ClaimRouteFact {
  readonly fact: 'claimRoute';
  /** The claims that are matched, each where it is named. */
  readonly claims: readonly Place[];
  /** The gateways that the route is for; the sidecars of the mesh are none. */
  readonly gateways: readonly { readonly group: string; readonly name: Value<string>; readonly namespace: Value<string> }[];
}

/** A gateway by the labels of its pods: those that an Istio Gateway selects, or those that carry the name of a Gateway of the Gateway API. */
export interface GatewayPodsFact {
  readonly fact: 'gatewayPods';
  readonly labels: Labels;
}

/** A filter put into proxies by hand that may check who calls: external authorization, a login, a program. */
export interface ProxyFilterFact {
  readonly fact: 'proxyFilter';
  readonly target: PolicyTarget;
}

/** Reads a VirtualService. Without gateways it is for the sidecars of the mesh alone, and brings nobody in. */
export function readVirtualService(cursor: Cursor): (RouteFact | ClaimRouteFact)[] {
  const spec = cursor.get('spec');
  const gateways = spec.get('gateways').strings().filter((gateway) => known(gateway) !== 'mesh');
  const routes = ['http', 'tls', 'tcp'].flatMap((protocol) => spec.get(protocol).items());
  const hosts = routes.flatMap((route) => route.get('route').items()).map((one) => one.at('destination', 'host').string());
  const matches = spec.get('http').items().flatMap((route) => route.get('match').items());
  const claims = matches.flatMap((match) => [match.get('headers'), match.get('withoutHeaders')]).flatMap((headers) => headers.fields())
    .filter(({ key }) => isClaim(key)).map(({ value }) => value.keyPlace());
  return [
    ...(gateways.length > 0 && hosts.length > 0 ? [{ fact: 'route' as const, backends: hosts.map(serviceOf) }] : []),
    ...(claims.length > 0 ? [{ fact: 'claimRoute' as const, claims, gateways: gateways.map((gateway) => ({ group: 'networking.istio.io', ...namesOf(gateway) })) }] : []),
  ];
}

/** Reads the claims that an HTTPRoute is chosen by. */
export function readClaimRoute(cursor: Cursor): ClaimRouteFact[] {
  const spec = cursor.get('spec');
  const headers = spec.get('rules').items().flatMap((rule) => rule.get('matches').items()).flatMap((match) => match.get('headers').items());
  const claims = headers.map((header) => header.get('name').string()).filter((name) => isClaim(known(name) ?? '')).map(({ at }) => at);
  const parents = spec.get('parentRefs').items().filter((parent) => (known(parent.get('kind').string()) ?? 'Gateway') === 'Gateway');
  return claims.length === 0 ? [] : [{ fact: 'claimRoute', claims, gateways: parents.map((parent) => ({ group: 'gateway.networking.k8s.io', name: parent.get('name').string(), namespace: parent.get('namespace').string() })) }];
}

/** Claims are matched as headers of these names (istio pkg/jwt/routing.go). */
function isClaim(header: string): boolean {
  return /^@request\.auth\.claims[.[]/i.test(header);
}

/** The Service that a host means: a short name is one of the rule's own namespace, any other goes on with `svc`. */
function serviceOf(host: Value<string>): RouteFact['backends'][number] {
  const nowhere = { state: 'absent' as const, at: host.at };
  if (host.state !== 'known') return { service: host, namespace: nowhere };
  const [name = '', namespace, svc] = host.value.split('.');
  if (namespace !== undefined && svc !== 'svc') return { service: nowhere, namespace: nowhere };
  return { service: { ...host, value: name }, namespace: namespace === undefined ? nowhere : { ...host, value: namespace } };
}

/** `namespace/name` of a gateway, or its name alone, which is one of the rule's own namespace. */
function namesOf(gateway: Value<string>): { name: Value<string>; namespace: Value<string> } {
  const [first, second] = (known(gateway) ?? '').split('/');
  if (gateway.state !== 'known' || second === undefined) return { name: gateway, namespace: { state: 'absent', at: gateway.at } };
  return { name: { ...gateway, value: second }, namespace: { ...gateway, value: first! } };
}

/** Reads which pods a Gateway is: of Istio by its selector, of the Gateway API by the label that its pods get. */
export function readGatewayPods(cursor: Cursor, { group, name, at }: Header): GatewayPodsFact[] {
  if (group === 'networking.istio.io') return [{ fact: 'gatewayPods', labels: readLabels(cursor.at('spec', 'selector')) }];
  return [{ fact: 'gatewayPods', labels: { entries: { 'gateway.networking.k8s.io/gateway-name': name }, open: false, at } }];
}

/** The filters of Envoy that may turn a caller away by who it is. */
const checks = /ext_authz|oauth2|jwt_authn|basic_auth|api_key_auth|rbac|lua|wasm|golang|ext_proc/;

/** Reads an EnvoyFilter or a WasmPlugin, as far as it may check who calls. */
export function readProxyFilter(cursor: Cursor, { kind }: Header): ProxyFilterFact[] {
  const spec = cursor.get('spec');
  const labels = spec.at('workloadSelector', 'labels');
  const selector = { matchLabels: readLabels(labels), matchExpressions: [], open: labels.open, at: labels.place() };
  const target = readTarget(spec);
  const filter: ProxyFilterFact = { fact: 'proxyFilter', target: labels.isMap || labels.open ? { ...target, selector } : target };
  if (kind === 'WasmPlugin') return [filter];
  const names = spec.get('configPatches').items().map((item) => item.at('patch', 'value')).flatMap((value) => [value.get('name').string(), value.at('typed_config', '@type').string()]);
  return spec.get('configPatches').open || names.some((name) => name.state === 'hole' || checks.test(known(name) ?? '')) ? [filter] : [];
}
