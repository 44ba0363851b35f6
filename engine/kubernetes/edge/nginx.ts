import { known, type Cursor, type Value } from '../../yaml/cursor.ts';
import { entryOf, guardOf, listIn, loginIn, refIn, type Backend, type EdgeFact, type GuardFact, type Login, type ObjectRef } from './fact.ts';

/*
 * F5's NGINX Ingress Controller (nginx/kubernetes-ingress pkg/apis/configuration/v1/types.go). A Policy holds exactly one
 * block; one that is missing answers 500, so nothing is open for want of it.
 */

const policies = ['k8s.nginx.org/Policy'];

/** Reads a VirtualServer or VirtualServerRoute: policies of the server and of each of its routes or subroutes. */
export function readVirtualServer(cursor: Cursor): EdgeFact[] {
  const spec = cursor.get('spec');
  const upstreams = new Map(spec.get('upstreams').items().map((one) => [known(one.get('name').string()) ?? '', one.get('service').string()]));
  const routes = [...spec.get('routes').items(), ...spec.get('subroutes').items()];
  return [{
    fact: 'edge',
    entries: routes.map((route) => {
      const goesOn = route.get('route').string();
      return entryOf(route.place(), {
        refs: [...refsOf(spec), ...refsOf(route)],
        logins: [...opaque(spec.get('server-snippets')), ...opaque(route.get('location-snippets')), ...hidden(spec.get('policies')), ...hidden(route.get('policies'))],
        backends: backendsOf(route, upstreams),
        delegates: goesOn.state === 'absent' ? [] : [delegateOf(goesOn)],
        delegated: spec.get('subroutes').exists,
        tls: spec.at('tls', 'secret').exists,
      });
    }),
  }];
}

function refsOf(cursor: Cursor): ObjectRef[] {
  return cursor.get('policies').items().map((one) => refIn(policies, one));
}

function opaque(snippet: Cursor): Login[] {
  return loginIn('unknown', snippet, 'unknown');
}

function hidden(list: Cursor): Login[] {
  return list.open ? [{ means: 'unknown', demanded: 'unknown', at: list.place() }] : [];
}

/** `namespace/name`, or a name of the own namespace. */
function delegateOf(value: Value<string>): ObjectRef {
  const [first, second] = (known(value) ?? '').split('/');
  const name: Value<string> = value.state === 'known' ? { ...value, value: second ?? first! } : value;
  const namespace: Value<string> = value.state === 'known' && second !== undefined ? { ...value, value: first! } : { state: 'absent', at: value.at };
  return { kinds: ['k8s.nginx.org/VirtualServerRoute'], name, namespace, at: value.at };
}

/** The Services that a route's actions pass to; the names of actions are those of upstreams. */
function backendsOf(route: Cursor, upstreams: ReadonlyMap<string, Value<string>>): Backend[] {
  const actions = [route.get('action'), ...route.get('splits').items().map((split) => split.get('action')), ...route.get('matches').items().flatMap((match) => [match.get('action'), ...match.get('splits').items().map((split) => split.get('action'))])];
  return actions.flatMap((action) => [action.get('pass').string(), action.at('proxy', 'upstream').string()]).flatMap((name) => {
    const service = upstreams.get(known(name) ?? '');
    return service ? [{ service, namespace: { state: 'absent' as const, at: service.at } }] : [];
  });
}

/** Reads a Policy. */
export function readNginxPolicy(cursor: Cursor): GuardFact[] {
  const spec = cursor.get('spec');
  const clients = spec.get('ingressMTLS');
  const verify = clients.get('verifyClient').string();
  const certificate = verify.state === 'hole' ? 'unknown' : !['off', 'optional', 'optional_no_ca'].includes(known(verify) ?? 'on');
  return [guardOf('NGINX Ingress Controller', {
    lists: listIn('NGINX Ingress Controller', spec.at('accessControl', 'allow')),
    logins: [
      ...loginIn('token', spec.get('jwt')), ...loginIn('OIDC', spec.get('oidc')), ...loginIn('basic authentication', spec.get('basicAuth')), ...loginIn('API key', spec.get('apiKey')),
      ...loginIn('external authorisation', spec.get('externalAuth')), ...loginIn('client certificate', clients, certificate),
      ...(spec.open ? [{ means: 'unknown' as const, demanded: 'unknown' as const, at: spec.place() }] : []),
    ],
  })];
}
