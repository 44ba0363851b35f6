import type { Cursor } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { readRoute, type RouteFact } from '../service.ts';
import { readApisixPlugins, readApisixRoute } from './apisix.ts';
import { readHttpProxy } from './contour.ts';
import { readClientTrafficPolicy, readSecurityPolicy } from './envoy-gateway.ts';
import type { EdgeFact, GuardFact } from './fact.ts';
import { readGatewayRoute } from './gateway-api.ts';
import { readBackendConfig, readBackendPolicy } from './gke.ts';
import { readIngress } from './ingress.ts';
import { readKongPlugin } from './kong.ts';
import { readNginxPolicy, readVirtualServer } from './nginx.ts';
import { readOpenshiftRoute } from './openshift.ts';
import type { AddressSourceFact } from './source.ts';
import { readIngressRoute, readMiddleware, readTlsOption } from './traefik.ts';

type Reader = (cursor: Cursor, header: Header) => (RouteFact | EdgeFact | GuardFact | AddressSourceFact)[];

/** Routes whose back ends `readRoute` knows; beside them, what is asked of callers. */
const routed = (read: (cursor: Cursor, header: Header) => (EdgeFact | AddressSourceFact)[]): Reader => (cursor, header) => [...readRoute(cursor, header), ...read(cursor, header)];

/** Routes whose back ends their own reader finds. */
const routing = (read: (cursor: Cursor, header: Header) => EdgeFact[]): Reader => (cursor, header) => {
  const edges = read(cursor, header);
  return [{ fact: 'route', backends: edges.flatMap(({ entries }) => entries.flatMap(({ backends }) => backends)) }, ...edges];
};

/** An HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute of the Gateway API. */
export const readGatewayApiRoute: Reader = routed(readGatewayRoute);

/** One line a kind that leads traffic in from outside, or that says who may come in there. Those that are more than that are listed in read.ts. */
export const edgeReaders: readonly (readonly [string, Reader])[] = [
  ['networking.k8s.io/Ingress', routed(readIngress)],
  ['extensions/Ingress', routed(readIngress)],
  ...['TLSRoute', 'TCPRoute', 'UDPRoute'].map((kind): readonly [string, Reader] => [`gateway.networking.k8s.io/${kind}`, readGatewayApiRoute]),
  ['route.openshift.io/Route', routed(readOpenshiftRoute)],
  ...['traefik.io', 'traefik.containo.us'].flatMap((group): (readonly [string, Reader])[] => [
    [`${group}/IngressRoute`, routed(readIngressRoute)],
    [`${group}/IngressRouteTCP`, routed(readIngressRoute)],
    [`${group}/Middleware`, readMiddleware],
    [`${group}/MiddlewareTCP`, readMiddleware],
    [`${group}/TLSOption`, readTlsOption],
  ]),
  ['configuration.konghq.com/KongPlugin', readKongPlugin],
  ['configuration.konghq.com/KongClusterPlugin', readKongPlugin],
  ['projectcontour.io/HTTPProxy', routing(readHttpProxy)],
  ['k8s.nginx.org/VirtualServer', routing(readVirtualServer)],
  ['k8s.nginx.org/VirtualServerRoute', routing(readVirtualServer)],
  ['k8s.nginx.org/Policy', readNginxPolicy],
  ['apisix.apache.org/ApisixRoute', routing(readApisixRoute)],
  ['apisix.apache.org/ApisixPluginConfig', readApisixPlugins],
  ['apisix.apache.org/ApisixGlobalRule', readApisixPlugins],
  ['cloud.google.com/BackendConfig', readBackendConfig],
  ['networking.gke.io/GCPBackendPolicy', readBackendPolicy],
  ['gateway.envoyproxy.io/SecurityPolicy', readSecurityPolicy],
  ['gateway.envoyproxy.io/ClientTrafficPolicy', readClientTrafficPolicy],
];
