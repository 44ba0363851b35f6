import { known, type Cursor, type Value } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { entryOf, guardOf, listIn, loginIn, refIn, type AddressList, type EdgeFact, type GuardFact, type Login, type ObjectRef } from './fact.ts';

export const traefikMiddlewares = ['traefik.io/Middleware', 'traefik.containo.us/Middleware'];
const tcpMiddlewares = ['traefik.io/MiddlewareTCP', 'traefik.containo.us/MiddlewareTCP'];
const tlsOptions = ['traefik.io/TLSOption', 'traefik.containo.us/TLSOption'];

/** A middleware as annotations name it: `namespace-name@kubernetescrd`; another provider's is in no manifest. */
export function joinedRef(kinds: readonly string[], value: Value<string>): ObjectRef {
  const crd = /^(.*)@kubernetescrd$/.exec(known(value) ?? '');
  const name: Value<string> = value.state === 'known' && crd ? { ...value, value: crd[1]! } : value;
  return { kinds, name, namespace: { state: 'absent', at: value.at }, at: value.at, form: crd ? 'joined' : 'outside' };
}

/** Reads an IngressRoute or IngressRouteTCP: all middlewares of a route are AND-ed. */
export function readIngressRoute(cursor: Cursor, { kind }: Header): EdgeFact[] {
  const spec = cursor.get('spec');
  const tcp = kind === 'IngressRouteTCP';
  const tls = spec.at('tls', 'options');
  return [{
    fact: 'edge',
    entries: spec.get('routes').items().map((route) => entryOf(route.place(), {
      refs: [
        ...route.get('middlewares').items().map((one) => middlewareRef(tcp ? tcpMiddlewares : traefikMiddlewares, one)),
        ...(tls.get('name').exists ? [refIn(tlsOptions, tls)] : []),
      ],
      logins: hidden(route.get('middlewares')),
      backends: route.get('services').items().map((at) => ({ service: at.get('name').string(), namespace: at.get('namespace').string() })),
      passthrough: tcp,
      tls: spec.get('tls').exists && known(spec.at('tls', 'passthrough').boolean()) !== true,
    })),
  }];
}

function middlewareRef(kinds: readonly string[], cursor: Cursor): ObjectRef {
  const name = cursor.get('name').string();
  return (known(name) ?? '').includes('@') ? joinedRef(kinds, name) : refIn(kinds, cursor);
}

/** Items that a template adds may ask for a login. */
function hidden(list: Cursor): Login[] {
  return list.open ? [{ means: 'unknown', demanded: 'unknown', at: list.place() }] : [];
}

/** Middlewares that are about other things than who calls (traefik pkg/config/dynamic/middlewares.go). */
const others = new Set([
  'addPrefix', 'stripPrefix', 'stripPrefixRegex', 'replacePath', 'replacePathRegex', 'headers', 'encodedCharacters', 'errors', 'rateLimit', 'redirectRegex', 'redirectScheme', 'inFlightReq', 'inFlightConn', 'buffering', 'circuitBreaker', 'compress', 'passTLSClientCert', 'retry', 'contentType', 'grpcWeb',
]);

/** Reads a Middleware or MiddlewareTCP. */
export function readMiddleware(cursor: Cursor): GuardFact[] {
  const spec = cursor.get('spec');
  const logins = spec.fields().flatMap(({ key, value }): Login[] => {
    if (key === 'basicAuth' || key === 'digestAuth') return loginIn('basic authentication', value);
    if (key === 'forwardAuth') return loginIn('external authorisation', value);
    return others.has(key) || key === 'ipAllowList' || key === 'ipWhiteList' || key === 'chain' ? [] : loginIn('unknown', value, 'unknown');
  });
  return [guardOf('Traefik', {
    lists: ['ipAllowList', 'ipWhiteList'].flatMap((key) => listOf(spec.get(key))),
    logins: [...logins, ...(spec.open ? [{ means: 'unknown' as const, demanded: 'unknown' as const, at: spec.place() }] : [])],
    refs: spec.at('chain', 'middlewares').items().map((one) => middlewareRef(traefikMiddlewares, one)),
  })];
}

/** With `ipStrategy` the address is one of X-Forwarded-For (traefik pkg/ip/strategy.go); a depth of 0 is none. */
function listOf(block: Cursor): AddressList[] {
  const strategy = block.get('ipStrategy');
  const depth = known(strategy.get('depth').number()) ?? 0;
  const byHeader = depth > 0 ? strategy.get('depth').place() : strategy.get('excludedIPs').items().length > 0 ? strategy.get('excludedIPs').keyPlace() : undefined;
  return listIn('Traefik', block.get('sourceRange')).map((list) => ({ ...list, ...(byHeader ? { byHeader } : {}) }));
}

/** Client certificates that are verified whether or not they are given (`VerifyClientCertIfGiven`) are no login (traefik pkg/tls/tls.go). */
export function readTlsOption(cursor: Cursor): GuardFact[] {
  const auth = cursor.at('spec', 'clientAuth');
  const type = auth.get('clientAuthType').string();
  const demanded = type.state === 'hole' ? 'unknown' : known(type) === 'RequireAndVerifyClientCert';
  return [guardOf('Traefik', { logins: loginIn('client certificate', auth, demanded) })];
}
