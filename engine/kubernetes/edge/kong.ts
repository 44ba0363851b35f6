import { known, type Cursor } from '../../yaml/cursor.ts';
import type { Header, Labels } from '../header.ts';
import { guardOf, listIn, not, splitList, truth, type GuardFact, type Login, type LoginMeans, type ObjectRef } from './fact.ts';

/** The plugins that an annotation names (Kong/kubernetes-ingress-controller internal/annotations). */
export function kongPlugins({ entries }: Labels): ObjectRef[] {
  const value = entries['konghq.com/plugins'] ?? entries['plugins.konghq.com'];
  return value ? splitList(value, /,/).filter(({ state }) => state !== 'absent').map((name) => ({ kinds: ['configuration.konghq.com/KongPlugin', 'configuration.konghq.com/KongClusterPlugin'], name, namespace: { state: 'absent', at: name.at }, at: name.at })) : [];
}

/** Kong's own plugins that ask for a login (Kong/kong kong/plugins, and the plugin hub for those of the enterprise edition). */
const logins: Readonly<Record<string, LoginMeans>> = {
  'key-auth': 'API key', 'key-auth-enc': 'API key', 'hmac-auth': 'API key', 'basic-auth': 'basic authentication', 'ldap-auth': 'basic authentication', 'ldap-auth-advanced': 'basic authentication',
  jwt: 'token', 'jwt-signer': 'token', oauth2: 'token', 'oauth2-introspection': 'token', 'openid-connect': 'OIDC', saml: 'OIDC', 'mtls-auth': 'client certificate', 'header-cert-auth': 'client certificate',
};

/** Plugins that are about other things than who calls: any plugin that is in neither table may be a login. */
const others = new Set([
  'ip-restriction', 'rate-limiting', 'rate-limiting-advanced', 'response-ratelimiting', 'cors', 'bot-detection', 'request-size-limiting', 'request-transformer', 'request-transformer-advanced', 'response-transformer',
  'response-transformer-advanced', 'correlation-id', 'proxy-cache', 'prometheus', 'zipkin', 'opentelemetry', 'datadog', 'statsd', 'http-log', 'file-log', 'tcp-log', 'udp-log', 'syslog', 'loggly', 'acme', 'grpc-web', 'redirect',
]);

/** Reads a KongPlugin or KongClusterPlugin: its fields stand at the top level. */
export function readKongPlugin(cursor: Cursor, { kind, labels }: Header): GuardFact[] {
  const plugin = cursor.get('plugin').string();
  const name = known(plugin) ?? '';
  const off = truth(cursor.get('disabled').boolean());
  if (off === true) return [guardOf('Kong', {})];
  const config = cursor.get('config');
  const restricts = name === 'ip-restriction';
  const lists = restricts ? listIn('Kong', config.get('allow').exists ? config.get('allow') : config.get('whitelist')) : [];
  const login: Login | undefined = others.has(name) ? undefined : { means: logins[name] ?? 'unknown', demanded: demandedBy(name, config, off), at: plugin.at };
  return [guardOf('Kong', {
    lists,
    logins: login ? [login] : [],
    global: kind === 'KongClusterPlugin' && known(labels.entries['global'] ?? plugin) === 'true',
  })];
}

/** With `anonymous`, who fails to log in goes on as that consumer, whom another plugin may turn away (key-auth/schema.lua). */
function demandedBy(name: string, config: Cursor, off: boolean | 'unknown'): Login['demanded'] {
  if (logins[name] === undefined || config.get('anonymous').exists || config.open) return 'unknown';
  return not(off);
}
