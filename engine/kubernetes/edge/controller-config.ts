import { known, type Cursor } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { guardOf, type GuardFact, type Login } from './fact.ts';
import { sourcesOfConfigMap, type AddressSourceFact } from './source.ts';

/** A ConfigMap that mentions none of these configures no ingress controller. */
export const controllerSettings: readonly string[] = ['use-forwarded-headers', 'enable-real-ip', 'use-proxy-protocol', 'real-ip-header', 'global-auth-url', 'haproxy'];

/** Reads the ConfigMap of an ingress controller, known by its keys: a login for all routes, and where addresses come from. */
export function readControllerConfig(cursor: Cursor, header: Header): (GuardFact | AddressSourceFact)[] {
  const data = cursor.get('data');
  return [...globalLogin(data, header), ...sourcesOfConfigMap(data)];
}

function globalLogin(data: Cursor, { name }: Header): GuardFact[] {
  // ingress-nginx docs/user-guide/nginx-configuration/configmap.md
  const url = data.get('global-auth-url').string();
  if (url.state !== 'absent') return [guardOf('ingress-nginx', { global: true, logins: [{ means: 'external authorisation', demanded: url.state === 'hole' ? 'unknown' : true, at: url.at }] })];
  // haproxytech/kubernetes-ingress documentation/annotations.md: these are read in the controller's own ConfigMap, whose name a flag tells.
  if (!(known(name) ?? '').includes('haproxy')) return [];
  const authority = data.get('client-ca').string();
  const optional = known(data.get('client-crt-optional').string()) === 'true';
  const type = data.get('auth-type').string();
  const logins: Login[] = [
    ...(authority.state === 'absent' ? [] : [{ means: 'client certificate' as const, demanded: !optional, at: authority.at }]),
    ...(known(type) === 'basic-auth' ? [{ means: 'basic authentication' as const, demanded: true, at: type.at }] : []),
  ];
  return logins.length === 0 ? [] : [guardOf('HAProxy Kubernetes Ingress Controller', { global: true, logins })];
}
