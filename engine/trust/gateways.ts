import type { Guard } from '../kubernetes/edge/fact.ts';
import type { GatewayFact, Listener } from '../kubernetes/edge/gateway.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { isSymbol, symbol, type GraphObject } from '../identity/objects.ts';
import { known, type Place } from '../yaml/cursor.ts';
import surfaces from './admin-surfaces.json' with { type: 'json' };
import { openProgramOf } from './programs.ts';
import { targetsBehind } from './address-only.ts';
import { edgesIn, type Edge, type EdgeLogin } from './edge.ts';
import { allTargets } from './index.ts';
import { demandsIdentity, trustIn } from './trust.ts';
import type { Target } from './target.ts';
import { perGraph } from '../identity/per-graph.ts';

/** A listener for few, or between clusters, that asks clients for no certificate and whose routes ask for no login. */
export interface OpenListener {
  readonly listener: Listener;
  readonly host: string;
  readonly eastWest: boolean;
}

const hosts = new Set(surfaces.hosts);

/** The listeners of a Gateway that are meant for few, by their host names, and ask clients for nothing. */
export function openListeners(graph: Graph, { object, fact }: ObjectWith<GatewayFact>): OpenListener[] {
  const candidates = fact.listeners.flatMap((listener): OpenListener[] => {
    if (!listener.terminates || listener.mutual !== false) return [];
    // Istio's hosts may say a namespace first: `ns/host`.
    const host = listener.hosts.map((value) => (known(value) ?? '').replace(/^.*\//, '')).find(isAdminHost);
    return host !== undefined || listener.eastWest ? [{ listener, host: host ?? '', eastWest: listener.eastWest }] : [];
  });
  if (candidates.length === 0) return [];
  const routes = routesOn(graph, object);
  // Where its routes ask for a login, or may, the certificate is not missed.
  return routes.length > 0 && routes.every(({ login }) => login !== false) ? [] : candidates;
}

/** `admin.example` and `grafana-admin.example`, but not `administer.example`: whole words of the labels before the domain. */
function isAdminHost(host: string): boolean {
  return host.split('.').slice(0, -1).some((label) => label.split('-').some((word) => hosts.has(word)));
}

/** The routes among the files that hang on a Gateway. */
function routesOn(graph: Graph, gateway: GraphObject): Edge[] {
  return byGateway(graph).get(`${gateway.namespace}/${gateway.name}`)?.filter(({ object }) => !graph.proximity.alternatives(gateway.document.file, object.document.file)) ?? [];
}

const byGateway = perGraph((graph): ReadonlyMap<string, readonly Edge[]> => {
  const made = new Map<string, Edge[]>();
  for (const { object } of graph.all('edge')) {
    for (const edge of edgesIn(graph, object)) {
      for (const { name, namespace } of edge.entry.parents) {
        const key = `${namespace.state === 'absent' ? object.namespace : symbol(namespace)}/${symbol(name)}`;
        made.set(key, [...(made.get(key) ?? []), edge]);
      }
    }
  }
  return made;
});

/** The namespaces whose routes hang on a Gateway, in order; undefined where there are none, or one is not told. */
export function namespacesOn(graph: Graph, gateway: GraphObject): string[] | undefined {
  const names = [...new Set(routesOn(graph, gateway).map(({ object }) => object.namespace))].sort();
  return names.length === 0 || names.some((name) => name === '' || isSymbol(name)) ? undefined : names;
}

/** Logins of an object by a password or key that every caller of it sends, where nothing stronger is asked for on that way in. */
export function staticLogins(graph: Graph, object: GraphObject): EdgeLogin[] {
  const own = object.resource.facts.flatMap((fact): readonly Guard[] => (fact.fact === 'edge' ? fact.entries : fact.fact === 'guard' ? [fact] : [])).flatMap(({ logins }) => logins).filter(isStatic);
  if (own.length === 0) return [];
  const used = usersOf(graph).get(object) ?? [];
  const weak = used.filter((edge) => edge.logins.every(({ login }) => isStatic(login)));
  const found = weak.flatMap((edge) => edge.logins).filter((one) => one.object === object);
  return found.filter((one, i) => found.findIndex(({ login }) => login.at.stable === one.login.at.stable) === i);
}

function isStatic({ means, demanded }: EdgeLogin['login']): boolean {
  return demanded === true && (means === 'basic authentication' || means === 'API key');
}

/** The ways in at which an object asks for a login. */
const usersOf = perGraph((graph): ReadonlyMap<GraphObject, readonly Edge[]> => {
  const made = new Map<GraphObject, Edge[]>();
  for (const { object } of graph.all('edge')) for (const edge of edgesIn(graph, object)) for (const one of new Set(edge.logins.map((login) => login.object))) made.set(one, [...(made.get(one) ?? []), edge]);
  return made;
});

/** A program without a login of its own that a route or a load balancer opens to callers from outside. */
export interface OpenDashboard {
  readonly edge: Edge;
  readonly target: Target;
  readonly of: string;
  /** Whether it has been told to ask nobody; else it does not ask by itself. */
  readonly told: boolean;
  readonly at: Place;
}

/** The programs without a login that the ways in of an object lead to, where nothing on the way asks for one. */
export function openDashboards(graph: Graph, object: GraphObject): OpenDashboard[] {
  if (!hasDashboards(graph)) return [];
  const found = edgesIn(graph, object).filter(({ login }) => login === false).flatMap((edge) => targetsBehind(graph, edge).flatMap((target) => {
    const program = openProgramOf(target);
    return program === undefined || demandsIdentity(trustIn(graph, target)).demanded !== false ? [] : [{ edge, target, ...program, at: edge.entry.backends[0]?.service.at ?? edge.entry.at }];
  }));
  return found.filter((one, i) => found.findIndex(({ target }) => target === one.target) === i);
}

/** Most trees hold none of these programs: then no way in is followed. */
const hasDashboards = perGraph((graph): boolean => allTargets(graph).some((target) => openProgramOf(target) !== undefined));
