import { known } from '../yaml/cursor.ts';
import type { Graph } from './graph.ts';
import type { Account } from './parts.ts';
import { isTold } from './grants.ts';
import { isSymbol } from './objects.ts';
import { namesOfAccount } from './subjects.ts';

/** The SPIFFE ID that a mesh gives an account. */
export interface SpiffeId {
  readonly id: string;
  readonly trustDomain: string;
  /** Whether the files tell the trust domain; else it is the default, and any other is possible. */
  readonly known: boolean;
}

/** Of Istio (istio.io/latest/docs/reference/config/istio.mesh.v1alpha1, trustDomain) and, with the cluster's DNS name, of most installations. */
const defaultDomain = 'cluster.local';

/**
 * Predicts the SPIFFE ID of an account as Istio and the SPIRE controller manager form it: `spiffe://TRUST-DOMAIN/ns/NS/sa/NAME`.
 * Undefined where a template or no file tells the namespace or the name.
 */
export function spiffeIdOf(graph: Graph, account: Account): SpiffeId | undefined {
  const { namespace } = account;
  const [name, ...others] = namesOfAccount(account);
  if (!isTold(namespace) || name === undefined || others.length > 0 || isSymbol(name) || name === '') return undefined;
  const told = trustDomainIn(graph);
  const trustDomain = told ?? defaultDomain;
  return { id: `spiffe://${trustDomain}/ns/${namespace}/sa/${name}`, trustDomain, known: told !== undefined };
}

const cache = new WeakMap<Graph, string | undefined>();

/** The one trust domain that the principals of policies name. `cluster.local` names none: Istio reads it as the local one, whatever that is called. */
function trustDomainIn(graph: Graph): string | undefined {
  if (cache.has(graph)) return cache.get(graph);
  const domains = new Set(graph.all('istioAuthorizationPolicy').flatMap(({ fact }) => fact.rules).flatMap((rule) => rule.sources).flatMap(({ fields }) => fields.principals ?? []).flatMap((value) => /^([a-z0-9.-]+)\/ns\//.exec(known(value) ?? '')?.[1] ?? []));
  domains.delete(defaultDomain);
  const told = domains.size === 1 ? [...domains][0] : undefined;
  cache.set(graph, told);
  return told;
}
