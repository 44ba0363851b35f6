import type { Cursor, Place, Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';

/* Readers of consul.hashicorp.com/v1alpha1 (consul-k8s control-plane/api/v1alpha1@a507b1d1e306). What follows from it is engine/trust/consul.ts. */

/** Who may call a service, by service identity. */
export interface ConsulIntentionsFact {
  readonly fact: 'consulIntentions';
  readonly destination: ConsulService;
  readonly sources: readonly ConsulSource[];
  /** Whether every request needs a token as well (`spec.jwt`). */
  readonly token: boolean;
  readonly open: boolean;
}

/** A service by name; `*` is every one. Without a namespace it is of the default, or of the object's own. */
export interface ConsulService {
  readonly name: Value<string>;
  readonly namespace: Value<string>;
}

export interface ConsulSource extends ConsulService {
  /** Other clusters and partitions whose services are meant. */
  readonly elsewhere: boolean;
  readonly action: Value<string>;
  /** In written order; the first that matches decides. Instead of an action. */
  readonly permissions: readonly ConsulPermission[];
  readonly open: boolean;
  readonly at: Place;
}

export interface ConsulPermission {
  readonly action: Value<string>;
  readonly token: boolean;
  /** Whether it is about requests of some shape only; without `http` it is about all. */
  readonly http: boolean;
  readonly paths: readonly Value<string>[];
  readonly at: Place;
}

/** Whether a sidecar takes plaintext on the service's port: for all services (ProxyDefaults) or one (ServiceDefaults, by its name). */
export interface ConsulMutualTlsFact {
  readonly fact: 'consulMutualTls';
  /** Undefined for every service. */
  readonly service: Value<string> | undefined;
  readonly mode: Value<string>;
}

/** The Mesh entry: whether permissive mutual TLS may be switched on at all. */
export interface ConsulMeshFact {
  readonly fact: 'consulMesh';
  readonly allowsPermissive: Value<boolean>;
}

/** Reads ServiceIntentions. */
export function readConsulIntentions(cursor: Cursor): ConsulIntentionsFact[] {
  const spec = cursor.get('spec');
  const sources = spec.get('sources');
  return [{
    fact: 'consulIntentions',
    destination: { name: spec.at('destination', 'name').string(), namespace: spec.at('destination', 'namespace').string() },
    sources: sources.items().map(readSource),
    token: spec.at('jwt', 'providers').items().length > 0,
    open: spec.open || sources.open,
  }];
}

function readSource(source: Cursor): ConsulSource {
  const permissions = source.get('permissions');
  return {
    name: source.get('name').string(),
    namespace: source.get('namespace').string(),
    elsewhere: ['peer', 'partition', 'samenessGroup'].some((key) => source.get(key).string().state !== 'absent'),
    action: source.get('action').string(),
    permissions: permissions.items().map(readPermission),
    open: source.open || permissions.open,
    at: source.get('name').place(),
  };
}

function readPermission(permission: Cursor): ConsulPermission {
  const http = permission.get('http');
  return {
    action: permission.get('action').string(),
    token: permission.at('jwt', 'providers').items().length > 0,
    http: http.isMap && http.fields().length > 0,
    paths: ['pathExact', 'pathPrefix', 'pathRegex'].map((key) => http.get(key)).filter((path) => path.exists).map((path) => path.string()),
    at: permission.place(),
  };
}

/** Reads ProxyDefaults (always called `global`) and ServiceDefaults as far as mutual TLS goes. */
export function readConsulDefaults(cursor: Cursor, { kind, name }: Header): ConsulMutualTlsFact[] {
  return [{ fact: 'consulMutualTls', service: kind === 'ServiceDefaults' ? name : undefined, mode: cursor.at('spec', 'mutualTLSMode').string() }];
}

/** Reads a Mesh entry. */
export function readConsulMesh(cursor: Cursor): ConsulMeshFact[] {
  return [{ fact: 'consulMesh', allowsPermissive: cursor.at('spec', 'allowEnablingPermissiveMutualTLS').boolean() }];
}
