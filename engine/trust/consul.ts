import type { ConsulIntentionsFact, ConsulMutualTlsFact, ConsulPermission, ConsulSource } from '../kubernetes/consul.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { servicesOf } from './exposure.ts';
import { isHealthPath } from './health.ts';
import { isNear } from './index.ts';
import { strongest, type Admission, type Evidence, type Layer } from './layer.ts';
import { areNeighbours, labelOf, type Target } from './target.ts';

export type Intentions = ObjectWith<ConsulIntentionsFact>;

const injectKey = 'consul.hashicorp.com/connect-inject';
/** What Go's strconv.ParseBool takes, as the webhook does. */
const yes = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const no = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** Whether a target is in Consul's mesh, as its annotation says; without one the installation decides (consul-k8s control-plane/connect-inject/webhook/mesh_webhook.go, shouldInject). */
export function consulMembership(target: Target): 'in' | 'out' | 'unknown' {
  if (target.namespace === 'kube-system' || target.namespace === 'kube-public') return 'out';
  const own = labelOf(target.annotations, injectKey);
  return own === undefined ? 'unknown' : yes.has(own) ? 'in' : no.has(own) ? 'out' : 'unknown';
}

/** Whether Consul is anywhere in the files that belong with a target: intentions, or an annotation that injects its proxy. */
export function consulIsUsed(graph: Graph, target: Target): boolean {
  return consulMembership(target) === 'in' || graph.all('consulIntentions').some(({ object }) => isNear(graph, object, target));
}

/**
 * The names by which Consul knows a target: those of its annotation, else of the Services that lead to it (consul-k8s
 * connect-inject/controllers/endpoints/endpoints_controller.go, serviceName). None where no file tells.
 */
export function consulNames(graph: Graph, target: Target): readonly string[] {
  const annotation = labelOf(target.annotations, 'consul.hashicorp.com/connect-service');
  return annotation !== undefined ? annotation.split(',').map((name) => name.trim()) : servicesOf(graph, target).map(({ object }) => object.name);
}

/** How intentions are about a target: by its name, as one of all, perhaps, or not. */
export function isDestination({ object, fact }: Intentions, names: readonly string[], target: Target): 'name' | 'all' | 'unknown' | false {
  const name = known(fact.destination.name);
  if (name === undefined) return fact.destination.name.state === 'hole' ? 'unknown' : false;
  if (name !== '*' && !names.includes(name)) return names.length === 0 && target.workload ? 'unknown' : false;
  // Without namespaces of Consul's own, names are one set over all of Kubernetes' namespaces; which it is, no manifest tells.
  const namespace = known(fact.destination.namespace) ?? object.namespace;
  if (name === '*') return namespace === target.namespace || namespace === '*' ? 'all' : 'unknown';
  return namespace === target.namespace || namespace === '*' || object.namespace === '' ? 'name' : 'unknown';
}

/**
 * What Consul lets in to a target (semantics.md 6.7). A sidecar turns away whoever shows no certificate of the mesh, so
 * that is the least; intentions say whose, and what no intention matches is for the default policy, which is in no
 * manifest. Permissive mutual TLS lets plaintext in beside all that.
 */
export function consulLayer(graph: Graph, target: Target): Layer {
  const nothing: Layer = { technology: 'Consul', policies: [], isolates: false, admissions: [], demands: [], unsure: false };
  const membership = consulMembership(target);
  if (target.workload && membership === 'out') return nothing;
  const names = consulNames(graph, target);
  const about = candidates(graph, names).filter(({ object }) => isNear(graph, object, target)).map((intentions) => ({ intentions, how: isDestination(intentions, names, target) }));
  const byName = about.filter(({ how }) => how === 'name');
  const unsure = about.some(({ how }) => how === 'unknown');
  // Whoever writes an intention for a service means it to be in the mesh; one for all services says nothing of this one.
  if (membership !== 'in' && byName.length === 0) return { ...nothing, unsure: unsure || about.some(({ how }) => how === 'all') };
  const deciding = [...byName, ...about.filter(({ how }) => how === 'all')].map(({ intentions }) => intentions);
  const permissive = permissiveAt(graph, target, names);
  const admitted = admissionsOf(deciding);
  return {
    technology: 'Consul',
    policies: [...new Set([...deciding, ...(permissive ? [permissive] : [])].map(({ object }) => object))],
    isolates: true,
    admissions: [...admitted, ...byDefault(target, deciding), ...(permissive ? [{ evidence: 'nothing' as const, extent: 'all' as const, addresses: [], policy: permissive.object, rule: permissive.fact.mode.at }] : [])],
    demands: [],
    unsure: unsure || (permissive !== undefined && (mayBePermissive(graph, target) === 'unknown' || !belongsWith(permissive, target))) || isBypassed(target),
  };
}

const indexes = new WeakMap<Graph, Map<string, Intentions[]>>();

/** The intentions that may be about a service of some names: by their destination, those for all, those that a template hides; any, where the names are not told. */
function candidates(graph: Graph, names: readonly string[]): readonly Intentions[] {
  if (names.length === 0) return graph.all('consulIntentions');
  let index = indexes.get(graph);
  if (!index) {
    index = new Map();
    for (const intentions of graph.all('consulIntentions')) {
      const name = known(intentions.fact.destination.name) ?? '';
      index.set(name, [...(index.get(name) ?? []), intentions]);
    }
    indexes.set(graph, index);
  }
  return [...new Set([...names, '*', ''])].flatMap((name) => index.get(name) ?? []);
}

/** What intentions let in by themselves. */
export function intentionsLayer(deciding: readonly Intentions[]): Layer {
  return { technology: 'Consul', policies: deciding.map(({ object }) => object), isolates: true, admissions: admissionsOf(deciding), demands: [], unsure: false };
}

/** Whether traffic may reach the application without its sidecar: transparent redirection is off, or leaves ports out. */
function isBypassed({ annotations }: Target): boolean {
  const redirect = labelOf(annotations, 'consul.hashicorp.com/transparent-proxy');
  return (redirect !== undefined && no.has(redirect)) || annotations.entries['consul.hashicorp.com/transparent-proxy-exclude-inbound-ports'] !== undefined;
}

const isEveryone = ({ name, elsewhere }: ConsulSource) => known(name) === '*' && !elsewhere;

/**
 * The ways in that intentions open, those of the service before those of all: a source `*` is the last that is asked of
 * its destination, and leaves nothing for the next (hashicorp/consul agent/structs/intention.go, UpdatePrecedence).
 */
function admissionsOf(deciding: readonly Intentions[]): Admission[] {
  const admissions: Admission[] = [];
  for (const { object, fact } of deciding) {
    admissions.push(...fact.sources.flatMap((source) => waysOf(source, fact.token).map((way) => ({ ...way, policy: object, rule: source.at }))));
    if (fact.open) admissions.push({ evidence: 'identity', extent: 'all', addresses: [], policy: object, rule: object.resource.header.at });
    if (fact.sources.some(isEveryone)) break;
  }
  return admissions;
}

function waysOf(source: ConsulSource, token: boolean): Pick<Admission, 'evidence' | 'extent' | 'addresses'>[] {
  const identity: Evidence = known(source.name) === '*' ? 'anyIdentity' : 'identity';
  const evidence = (more: boolean): Evidence => strongest([identity, ...(token || more ? ['identity' as const] : [])]);
  if (source.permissions.length === 0 && !source.open) return known(source.action) === 'allow' ? [{ evidence: evidence(false), extent: 'all', addresses: [] }] : [];
  return source.permissions.filter(({ action }) => known(action) !== 'deny').map((permission, i) => ({ evidence: evidence(permission.token), extent: extentOf(permission, i), addresses: [] }));
}

function extentOf({ http, paths }: ConsulPermission, index: number): Admission['extent'] {
  if (!http) return index === 0 ? 'all' : 'some';
  return paths.length > 0 && paths.every((path) => isHealthPath(known(path) ?? '')) ? 'health' : 'some';
}

/** What is left to the default policy: whoever no intention matches, with an identity all the same. */
function byDefault(target: Target, deciding: readonly Intentions[]): Admission[] {
  if (!target.workload || deciding.some(({ fact }) => fact.sources.some(isEveryone))) return [];
  const { object, fact } = target.workload;
  return [{ evidence: 'anyIdentity', extent: 'all', addresses: [], policy: object, rule: target.annotations.entries[injectKey]?.at ?? fact.spec }];
}

export type ConsulDefaults = ObjectWith<ConsulMutualTlsFact>;

/** What makes a target take plaintext: its own ServiceDefaults, else the ProxyDefaults. */
export function permissiveAt(graph: Graph, target: Target, names: readonly string[]): ConsulDefaults | undefined {
  const near = graph.all('consulMutualTls').filter(({ object, fact }) => isNear(graph, object, target) && fact.mode.state !== 'absent');
  const own = near.find(({ fact }) => fact.service && names.includes(known(fact.service) ?? ''));
  const decided = own ?? near.find(({ fact }) => fact.service === undefined);
  return decided && known(decided.fact.mode) === 'permissive' ? decided : undefined;
}

/** Whether defaults are surely about a target: those of every service, and those of one that stand beside it; names of services are the same in many places. */
export function belongsWith({ object, fact }: ConsulDefaults, target: Target): boolean {
  return (target.workload !== undefined && fact.service === undefined) || areNeighbours(object.document.file, target.file);
}

/** Whether permissive mutual TLS is accepted at all: only where the Mesh entry allows it (semantics.md 6.7). Unknown where it is in no file read. */
export function mayBePermissive(graph: Graph, near: { readonly file: string }): boolean | 'unknown' {
  const meshes = graph.all('consulMesh').filter(({ object }) => !graph.proximity.alternatives(near.file, object.document.file));
  if (meshes.length === 0) return 'unknown';
  return meshes.some(({ fact }) => known(fact.allowsPermissive) === true) || 'unknown';
}
