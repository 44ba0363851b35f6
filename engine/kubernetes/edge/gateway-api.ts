import { known, type Cursor, type Value } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { readRoute } from '../service.ts';
import { entryOf, guardOf, type EdgeFact, type GuardFact, type Login, type ObjectRef } from './fact.ts';
import { kongPlugins } from './kong.ts';

/*
 * Gateway API: routes have no login of their own. Policies are attached to them or to their Gateways, filters name
 * extensions, and a Gateway may verify client certificates.
 */

const group = 'gateway.networking.k8s.io';

/** Reads a route: what it hangs on, and the extensions that its filters name. */
export function readGatewayRoute(cursor: Cursor, header: Header): EdgeFact[] {
  const spec = cursor.get('spec');
  const extensions = spec.get('rules').items().flatMap((rule) => rule.get('filters').items()).map((filter) => filter.get('extensionRef')).filter((ref) => ref.exists);
  const [route] = readRoute(cursor, header);
  return [{
    fact: 'edge',
    entries: [entryOf(header.at, {
      refs: [...kongPlugins(header.annotations), ...extensions.map((ref) => extensionOf(ref, header))],
      logins: header.annotations.open || spec.open ? [{ means: 'unknown', demanded: 'unknown', at: header.at }] : [],
      backends: route!.backends,
      parents: spec.get('parentRefs').items().map((ref) => parentOf(ref, header)),
      passthrough: ['TLSRoute', 'TCPRoute', 'UDPRoute'].includes(header.kind),
    })],
  }];
}

/** Middlewares and plugins of the controllers that are read; another extension may be anything. */
function extensionOf(ref: Cursor, { namespace }: Header): ObjectRef {
  const kind = `${known(ref.get('group').string()) ?? ''}/${known(ref.get('kind').string()) ?? ''}`;
  return { kinds: [kind], name: ref.get('name').string(), namespace, at: ref.get('name').place() };
}

function parentOf(ref: Cursor, { namespace }: Header): ObjectRef {
  const own = ref.get('namespace').string();
  const kind = known(ref.get('kind').string()) ?? 'Gateway';
  return { kinds: [`${known(ref.get('group').string()) ?? group}/${kind}`], name: ref.get('name').string(), namespace: own.state === 'absent' ? namespace : own, at: ref.get('name').place() };
}

/**
 * Reads what a Gateway asks of the clients of all its routes: certificates, for every port, or per port
 * (gateway-api apis/v1/gateway_types.go, FrontendTLSValidation; gateway-api v1.2 and before: listeners[].tls.frontendValidation).
 */
export function readGatewayGuard(cursor: Cursor, header: Header): GuardFact[] {
  const spec = cursor.get('spec');
  const frontend = spec.at('tls', 'frontend');
  const ports = frontend.get('perPort').items().map((port) => validationOf(port.at('tls', 'validation')));
  const standard = validationOf(frontend.at('default', 'validation'));
  const listeners = spec.get('listeners').items().map((listener) => validationOf(listener.at('tls', 'frontendValidation')));
  const all = [standard, ...ports, ...listeners];
  if (all.every((demanded) => demanded === false) && !spec.open) return [];
  const certain = (standard === true && ports.every((demanded) => demanded === true)) || (listeners.length > 0 && listeners.every((demanded) => demanded === true));
  const login: Login = { means: 'client certificate', demanded: certain ? true : 'unknown', at: frontend.exists ? frontend.keyPlace() : spec.get('listeners').keyPlace() };
  const name: Value<string> = header.name;
  return [guardOf('Gateway API', { logins: [login], targets: [{ kinds: [`${group}/Gateway`], name, namespace: header.namespace, at: name.at }] })];
}

/** `AllowInsecureFallback` accepts a missing or failing certificate. */
function validationOf(validation: Cursor): Login['demanded'] {
  if (validation.open) return 'unknown';
  return validation.exists && known(validation.get('mode').string()) !== 'AllowInsecureFallback';
}
