import { known, type Cursor, type Value } from '../yaml/cursor.ts';
import { readLabels, type Header, type Labels } from './header.ts';

/** A Service: which pods it stands for, and from where it can be reached. */
export interface ServiceFact {
  readonly fact: 'service';
  /** ClusterIP where it is not said. */
  readonly type: Value<string>;
  /** Equality only; a Service without a selector stands for no pods by itself. */
  readonly selector: Labels | undefined;
  readonly externalIPs: readonly Value<string>[];
  /** Cluster where it is not said: the nodes put their own address in place of the caller's. */
  readonly externalTrafficPolicy: Value<string>;
  readonly loadBalancerSourceRanges: readonly Value<string>[];
  readonly ports: readonly { readonly port: Value<number>; readonly targetPort: Value<number> | Value<string>; readonly nodePort: Value<number> }[];
}

/** Something that leads traffic from outside to Services: an Ingress, a Gateway API route, an OpenShift Route, a Traefik IngressRoute. */
export interface RouteFact {
  readonly fact: 'route';
  readonly backends: readonly { readonly service: Value<string>; readonly namespace: Value<string> }[];
}

/** Reads a Service. */
export function readService(cursor: Cursor): ServiceFact[] {
  const spec = cursor.get('spec');
  const selector = spec.get('selector');
  return [{
    fact: 'service',
    type: spec.get('type').string(),
    selector: selector.fields().length > 0 || selector.open ? readLabels(selector) : undefined,
    externalIPs: spec.get('externalIPs').strings(),
    externalTrafficPolicy: spec.get('externalTrafficPolicy').string(),
    loadBalancerSourceRanges: spec.get('loadBalancerSourceRanges').strings(),
    ports: spec.get('ports').items().map((port) => {
      const number = port.get('targetPort').number();
      return { port: port.get('port').number(), targetPort: number.state === 'known' ? number : port.get('targetPort').string(), nodePort: port.get('nodePort').number() };
    }),
  }];
}

/** Reads what routes to Services; the place of the backend's name differs by kind. */
export function readRoute(cursor: Cursor, { group, kind }: Header): RouteFact[] {
  const spec = cursor.get('spec');
  const backends = group === 'gateway.networking.k8s.io' ? gatewayBackends(spec) : group === 'route.openshift.io' ? openshiftBackends(spec) : kind === 'IngressRoute' || kind === 'IngressRouteTCP' ? traefikBackends(spec) : ingressBackends(spec);
  return [{ fact: 'route', backends: backends.map((backend) => ({ service: backend.name.string(), namespace: backend.at.get('namespace').string() })) }];
}

interface Backend {
  readonly at: Cursor;
  readonly name: Cursor;
}

function ingressBackends(spec: Cursor): Backend[] {
  const paths = spec.get('rules').items().flatMap((rule) => rule.at('http', 'paths').items()).map((path) => path.get('backend'));
  return [spec.get('defaultBackend'), spec.get('backend'), ...paths].filter((backend) => backend.exists)
    .map((at) => ({ at, name: at.get('service').isMap ? at.at('service', 'name') : at.get('serviceName') }));
}

function gatewayBackends(spec: Cursor): Backend[] {
  return spec.get('rules').items().flatMap((rule) => rule.get('backendRefs').items())
    .filter((at) => (known(at.get('kind').string()) ?? 'Service') === 'Service').map((at) => ({ at, name: at.get('name') }));
}

function openshiftBackends(spec: Cursor): Backend[] {
  return [spec.get('to'), ...spec.get('alternateBackends').items()].filter((at) => at.exists).map((at) => ({ at, name: at.get('name') }));
}

function traefikBackends(spec: Cursor): Backend[] {
  return spec.get('routes').items().flatMap((route) => route.get('services').items()).map((at) => ({ at, name: at.get('name') }));
}
