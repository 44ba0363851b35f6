import { known, type Cursor, type Place } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { entryOf, loginIn, type AddressList, type EdgeFact, type Login } from './fact.ts';

const proxies = ['projectcontour.io/HTTPProxy'];

/**
 * Reads an HTTPProxy (projectcontour apis/projectcontour/v1/httpproxy.go). A route's lists take the place of the virtual
 * host's. One without a virtual host is reached through those that include it, under their guard.
 */
export function readHttpProxy(cursor: Cursor, { at }: Header): EdgeFact[] {
  const spec = cursor.get('spec');
  const host = spec.get('virtualhost');
  const delegated = !host.exists && host.hiddenBy === undefined;
  const clients = host.at('tls', 'clientValidation');
  const weak = [clients.get('optionalClientCertificate'), clients.get('skipClientCertValidation')].map((flag) => flag.boolean());
  const certificate = weak.some((flag) => known(flag) === true) ? false : weak.some(({ state }) => state === 'hole') ? 'unknown' : true;
  const own: Login[] = [
    ...loginIn('client certificate', clients, certificate),
    ...(host.open || spec.open ? [{ means: 'unknown' as const, demanded: 'unknown' as const, at: host.place() }] : []),
  ];
  const lists = (cursorOf: Cursor): AddressList[] => listOf(cursorOf.get('ipAllowPolicy'));
  const routes = spec.get('routes').items().map((route) => {
    const replaced = route.get('ipAllowPolicy').exists || route.get('ipDenyPolicy').exists;
    return entryOf(route.place(), {
      lists: lists(replaced ? route : host),
      logins: [...own, ...externalOf(host, route), ...tokenOf(host, route)],
      backends: route.get('services').items().map((at) => ({ service: at.get('name').string(), namespace: { state: 'absent', at: at.place() } })),
      delegated,
      tls: host.at('tls', 'secretName').exists,
    });
  });
  const tcp = spec.get('tcpproxy');
  const includes = spec.get('includes').items().map((one) => ({ kinds: proxies, name: one.get('name').string(), namespace: one.get('namespace').string(), at: one.get('name').place() }));
  return [{
    fact: 'edge',
    entries: [
      ...routes,
      ...(tcp.exists ? [entryOf(tcp.place(), { lists: lists(host), logins: own, backends: tcp.get('services').items().map((one) => ({ service: one.get('name').string(), namespace: { state: 'absent', at: one.place() } })), passthrough: true, delegated })] : []),
      ...(includes.length > 0 ? [entryOf(at, { lists: lists(host), logins: [...own, ...externalOf(host, undefined), ...tokenOf(host, undefined)], delegates: includes, delegated })] : []),
    ],
  }];
}

/** Entries are `{source, cidr}`; what is not written is matched by the peer's address. */
function listOf(policy: Cursor): AddressList[] {
  const entries = policy.items().map((item) => item.get('cidr').string());
  if (entries.length > 0) return [{ technology: 'Contour', at: entries[0]!.at, entries }];
  return policy.open ? [{ technology: 'Contour', at: policy.place(), entries: [policy.string()] }] : [];
}

/** External authorisation is on for all routes unless the host or a route switches it off; a route of a disabled host may switch it on. */
function externalOf(host: Cursor, route: Cursor | undefined): Login[] {
  const disabled = [route?.at('authPolicy', 'disabled').boolean(), host.at('authorization', 'authPolicy', 'disabled').boolean()].find((flag) => flag !== undefined && flag.state !== 'absent');
  const failOpen = host.at('authorization', 'failOpen').boolean();
  const demanded = disabled?.state === 'hole' || failOpen.state === 'hole' ? 'unknown' : !(disabled && known(disabled)) && known(failOpen) !== true;
  return loginIn('external authorisation', host.get('authorization'), demanded);
}

/** A provider with `default: true` is about every route; another one, about those that require it. */
function tokenOf(host: Cursor, route: Cursor | undefined): Login[] {
  const policy = route?.get('jwtVerificationPolicy');
  const at = (place: Place, demanded: Login['demanded']): Login[] => [{ means: 'token', demanded, at: place }];
  if (policy?.open) return at(policy.place(), 'unknown');
  if (policy && known(policy.get('disabled').boolean()) === true) return [];
  if (policy && policy.get('require').string().state !== 'absent') return at(policy.get('require').place(), true);
  const standard = host.get('jwtProviders').items().find((one) => known(one.get('default').boolean()) === true);
  return standard ? at(standard.place(), true) : host.get('jwtProviders').open ? at(host.place(), 'unknown') : [];
}
