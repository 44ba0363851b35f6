import { known, type Cursor } from '../../yaml/cursor.ts';
import { entryOf, guardOf, joinGuards, listIn, noGuard, truth, type EdgeFact, type Guard, type GuardFact, type Login, type LoginMeans } from './fact.ts';

/*
 * APISIX (apache/apisix-ingress-controller api/v2/apisixroute_types.go, internal/adc/translator/apisixroute.go). Plugins
 * are configured in the same words everywhere: {name, enable, config}; enable defaults to true.
 */

/** APISIX' own plugins that ask for a login (apache/apisix apisix/plugins). */
const logins: Readonly<Record<string, LoginMeans>> = {
  'key-auth': 'API key', 'hmac-auth': 'API key', 'basic-auth': 'basic authentication', 'ldap-auth': 'basic authentication', 'jwt-auth': 'token', 'jwe-decrypt': 'token', 'openid-connect': 'OIDC', 'cas-auth': 'OIDC',
  'authz-keycloak': 'OIDC', 'authz-casdoor': 'OIDC', 'forward-auth': 'external authorisation', opa: 'external authorisation', 'wolf-rbac': 'token',
};

/** Plugins that are about other things than who calls: any other one may be a login. */
const others = new Set([
  'ip-restriction', 'limit-req', 'limit-conn', 'limit-count', 'cors', 'redirect', 'proxy-rewrite', 'response-rewrite', 'prometheus', 'zipkin', 'opentelemetry', 'skywalking', 'gzip', 'brotli', 'real-ip', 'request-id', 'echo',
  'http-logger', 'tcp-logger', 'file-logger', 'kafka-logger', 'syslog', 'proxy-cache', 'proxy-mirror', 'traffic-split', 'fault-injection', 'api-breaker', 'client-control', 'ua-restriction', 'referer-restriction', 'uri-blocker', 'request-validation', 'csrf', 'server-info',
]);

const types: Readonly<Record<string, LoginMeans>> = { keyAuth: 'API key', jwtAuth: 'token', hmacAuth: 'API key', ldapAuth: 'basic authentication', wolfRBAC: 'token' };

/** Reads an ApisixRoute. TCP and UDP routes have no login. */
export function readApisixRoute(cursor: Cursor): EdgeFact[] {
  const spec = cursor.get('spec');
  const http = spec.get('http').items().map((route) => {
    const config = route.get('plugin_config_name').string();
    const guard = joinGuards(pluginsOf(route.get('plugins')), { ...noGuard, logins: authenticationOf(route.get('authentication')) });
    return entryOf(route.place(), {
      ...guard,
      refs: config.state === 'absent' ? [] : [{ kinds: ['apisix.apache.org/ApisixPluginConfig'], name: config, namespace: route.get('plugin_config_namespace').string(), at: config.at }],
      backends: route.get('backends').items().map((one) => ({ service: one.get('serviceName').string(), namespace: { state: 'absent', at: one.place() } })),
    });
  });
  const stream = spec.get('stream').items().map((route) => entryOf(route.place(), {
    ...pluginsOf(route.get('plugins')), passthrough: true,
    backends: [{ service: route.at('backend', 'serviceName').string(), namespace: { state: 'absent', at: route.place() } }],
  }));
  return [{ fact: 'edge', entries: [...http, ...stream] }];
}

/** Reads an ApisixPluginConfig, or an ApisixGlobalRule, which is about every route. */
export function readApisixPlugins(cursor: Cursor, { kind }: { readonly kind: string }): GuardFact[] {
  return [guardOf('APISIX', { ...pluginsOf(cursor.at('spec', 'plugins')), global: kind === 'ApisixGlobalRule' })];
}

/** Without `enable: true` there is no login; an unknown type becomes basic authentication. */
function authenticationOf(block: Cursor): Login[] {
  const enabled = truth(block.get('enable').boolean());
  if (enabled === false) return [];
  return [{ means: types[known(block.get('type').string()) ?? ''] ?? 'basic authentication', demanded: enabled, at: block.keyPlace() }];
}

function pluginsOf(list: Cursor): Guard {
  const plugins = list.items().map((plugin): Guard => {
    const name = known(plugin.get('name').string());
    const enable = plugin.get('enable').boolean();
    if (known(enable) === false) return noGuard;
    const config = plugin.get('config');
    if (name === 'ip-restriction') return { ...noGuard, lists: listIn('APISIX', config.get('whitelist')) };
    if (name !== undefined && others.has(name)) return noGuard;
    return { ...noGuard, logins: [{ means: logins[name ?? ''] ?? 'unknown', demanded: name === undefined || logins[name] === undefined || enable.state === 'hole' ? 'unknown' : demandedBy(config), at: plugin.get('name').place() }] };
  });
  return joinGuards(...plugins, list.open ? { ...noGuard, logins: [{ means: 'unknown', demanded: 'unknown', at: list.place() }] } : noGuard);
}

/** `unauth_action: pass` of openid-connect lets callers through without a login; `anonymous_consumer` may or may not. */
function demandedBy(config: Cursor): Login['demanded'] {
  if (config.open || config.get('anonymous_consumer').exists) return 'unknown';
  return known(config.get('unauth_action').string()) !== 'pass';
}
