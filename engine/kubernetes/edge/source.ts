import { known, type Cursor, type Place, type Value } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import type { EdgeTechnology } from './fact.ts';

/** A setting by which a technology takes the caller's address from somewhere else than its connection. */
export interface AddressSourceFact {
  readonly fact: 'addressSource';
  readonly technology: EdgeTechnology;
  /** The header that is believed. */
  readonly header: string;
  /** Whom it is believed of; empty is everyone. */
  readonly trusted: readonly Value<string>[];
  /** The setting that switches it on. */
  readonly at: Place;
  /** Whether it is about the routes of its own object only. */
  readonly own: boolean;
  /** Whether the address is that of the proxy in front, told by PROXY protocol: no client writes that. */
  readonly proxied: boolean;
}

function sourceOf(technology: EdgeTechnology, header: string, at: Place, parts: Partial<AddressSourceFact> = {}): AddressSourceFact {
  return { fact: 'addressSource', technology, header, trusted: [], at, own: false, proxied: false, ...parts };
}

/** What an Ingress itself says of where addresses come from. */
export function sourcesOfIngress({ annotations: { entries } }: Header): AddressSourceFact[] {
  const lines: [string, EdgeTechnology][] = [
    // pkg/haproxy/rules/types.go: set-src comes before the deny rules, so lists see the header's address.
    ['haproxy.org/src-ip-header', 'HAProxy Kubernetes Ingress Controller'],
    ['haproxy.com/src-ip-header', 'HAProxy Kubernetes Ingress Controller'],
    // haproxy-ingress.github.io/docs/configuration/keys/#allowlist
    ['haproxy-ingress.github.io/allowlist-source-header', 'HAProxy Ingress'],
  ];
  return lines.flatMap(([key, technology]) => {
    const value = entries[key];
    return value?.state === 'known' ? [sourceOf(technology, value.value, value.at, { own: true })] : [];
  });
}

/** What the ConfigMap of a controller says of where addresses come from. */
export function sourcesOfConfigMap(data: Cursor): AddressSourceFact[] {
  const value = (key: string) => data.get(key).string();
  const isTrue = (key: string) => known(value(key))?.toLowerCase() === 'true' || known(data.get(key).boolean()) === true;
  const list = (key: string): Value<string>[] => (value(key).state === 'absent' ? [] : [value(key)]);
  const found: AddressSourceFact[] = [];
  // ingress-nginx rootfs/etc/nginx/template/nginx.tmpl: real_ip_header, set_real_ip_from (default 0.0.0.0/0).
  const forwarded = ['use-forwarded-headers', 'enable-real-ip'].find(isTrue);
  const proxied = isTrue('use-proxy-protocol');
  if (forwarded || proxied) found.push(sourceOf('ingress-nginx', known(value('forwarded-for-header')) ?? 'X-Forwarded-For', data.get(forwarded ?? 'use-proxy-protocol').place(), { trusted: list('proxy-real-ip-cidr'), proxied }));
  // nginx/kubernetes-ingress internal/configs/configmaps.go: set-real-ip-from has no default, nothing is believed without it.
  const header = known(value('real-ip-header'));
  if (header !== undefined && value('set-real-ip-from').state !== 'absent') found.push(sourceOf('NGINX Ingress Controller', header, data.get('set-real-ip-from').place(), { trusted: list('set-real-ip-from'), proxied: header === 'proxy_protocol' }));
  return found;
}

/** Envoy Gateway: a header of any name is believed of everyone; X-Forwarded-For, of those named (clienttrafficpolicy_types.go, ClientIPDetectionSettings). */
export function sourcesOfClientTraffic(cursor: Cursor): AddressSourceFact[] {
  const detection = cursor.at('spec', 'clientIPDetection');
  const custom = detection.at('customHeader', 'name').string();
  if (custom.state === 'known') return [sourceOf('Envoy Gateway', custom.value, custom.at)];
  const trusted = detection.at('xForwardedFor', 'trustedCIDRs').strings();
  return trusted.length === 0 ? [] : [sourceOf('Envoy Gateway', 'X-Forwarded-For', trusted[0]!.at, { trusted })];
}
