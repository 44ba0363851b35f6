import type { KumaMeshFact, KumaRef, KumaTlsFact } from '../kubernetes/kuma.ts';
import type { Labels } from '../kubernetes/header.ts';
import { known, type Place } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { servicesOf } from './exposure.ts';
import { isNear } from './index.ts';
import { allOf, labelOf, namespacesOf, sameNamespace, type Target } from './target.ts';

const injectKey = 'kuma.io/sidecar-injection';
const enabled = new Set(['enabled', 'true']);
const disabled = new Set(['disabled', 'false']);

/** Where policies for all proxies of a mesh live: the control plane's namespace, as the charts of Kuma and Kong Mesh call it. */
const systemNamespaces = new Set(['kuma-system', 'kong-mesh-system']);

/** Whether policies of a namespace are for every namespace. */
export function isSystemNamespace(namespace: string): boolean {
  return systemNamespaces.has(namespace);
}

/** Whether a target is in a mesh of Kuma: its label, before 2.0 an annotation, else its namespace's (kuma deployments/charts/kuma/templates/cp-webhooks-and-secrets.yaml). */
export function kumaMembership(graph: Graph, target: Target): 'in' | 'out' | 'unknown' {
  const namespaces = namespacesOf(graph, target).map((object) => object.resource.header);
  const said = [target.labels, target.annotations, ...namespaces.flatMap(({ labels, annotations }) => [labels, annotations])].map((labels) => labelOf(labels, injectKey)).find((value) => value !== undefined);
  return said === undefined ? 'unknown' : enabled.has(said) ? 'in' : disabled.has(said) ? 'out' : 'unknown';
}

/** Whether Kuma is anywhere in the files that belong with a target: a policy or a mesh of it, or a label that injects its proxy. */
export function kumaIsUsed(graph: Graph, target: Target): boolean {
  return kumaMembership(graph, target) === 'in' || (['kumaPermission', 'kumaTrafficPermission', 'kumaMesh'] as const).some((kind) => graph.all(kind).some(({ object }) => isNear(graph, object, target)));
}

/** The name of a target's mesh: its label, before 2.0 an annotation, else its namespace's, else `default` (kuma pkg/plugins/runtime/k8s/util/util.go, MeshOfByLabelOrAnnotation). */
export function kumaMeshName(graph: Graph, target: Target): string {
  const namespaces = namespacesOf(graph, target).map((object) => object.resource.header);
  return [target.labels, target.annotations, ...namespaces.flatMap(({ labels, annotations }) => [labels, annotations])].map((labels) => labelOf(labels, 'kuma.io/mesh')).find((value) => value !== undefined) ?? 'default';
}

/** Whether a policy is of a target's mesh, and reaches its namespace: policies outside the system namespace are for their own. */
export function reaches(object: GraphObject, mesh: string, target: Target, meshName: string): boolean | 'unknown' {
  if (mesh !== meshName) return false;
  return isSystemNamespace(object.namespace) ? true : sameNamespace(object, target);
}

/** Whether a reference is about a target. Tags are pod labels, beside those that Kuma makes itself; only the service's name and the namespace are known of these. */
export function isRefTo(graph: Graph, { kind, name, labels, tags }: KumaRef, target: Target): boolean | 'unknown' {
  switch (kind) {
    case 'Mesh': return true;
    case 'Dataplane': return hasAll(graph, labels, target);
    case 'MeshSubset': return hasAll(graph, tags, target);
    case 'MeshService': case 'MeshServiceSubset': return allOf(isService(graph, known(name), target), hasAll(graph, labels, target), hasAll(graph, tags, target));
    default: return kind === 'MeshGateway' ? false : 'unknown';
  }
}

/** Whether a target has all of some tags; `*` is any value. */
export function hasAll(graph: Graph, tags: Labels, target: Target): boolean | 'unknown' {
  const answers = Object.entries(tags.entries).map(([key, value]): boolean | 'unknown' => {
    const want = known(value);
    if (want === undefined) return 'unknown';
    if (key === 'kuma.io/service') return want === '*' || isService(graph, want, target);
    if (key === 'k8s.kuma.io/namespace') return want === target.namespace || want === '*';
    const have = labelOf(target.labels, key);
    if (have === undefined) return key.includes('kuma.io/') || target.labels.open || target.labels.entries[key] !== undefined ? 'unknown' : false;
    return want === '*' || have === want;
  });
  return allOf(tags.open ? 'unknown' : true, ...answers);
}

/** By its Kubernetes name, or the tag made of it: `NAME_NAMESPACE_svc_PORT` (kuma pkg/plugins/runtime/k8s/util/util.go, ServiceTag). */
function isService(graph: Graph, name: string | undefined, target: Target): boolean | 'unknown' {
  if (name === undefined) return true;
  const services = servicesOf(graph, target);
  if (services.length === 0) return 'unknown';
  return services.some(({ object }) => name === object.name || name === `${object.name}_${target.namespace}_svc` || name.startsWith(`${object.name}_${target.namespace}_svc_`));
}

/** What a proxy of Kuma takes: certificates of the mesh alone, plaintext too, plaintext alone, or what no file tells; and what says so. */
export interface KumaTls {
  readonly mode: 'strict' | 'permissive' | 'off' | 'unknown';
  readonly at: { readonly object: GraphObject; readonly place: Place } | undefined;
}

/**
 * The mutual TLS of a target: a MeshTLS that is about it, else the backend of its Mesh (up to 2.x), else strict where a
 * MeshIdentity gives it an identity (semantics.md 6.7). A Mesh that enables no backend may have an identity from elsewhere.
 */
export function kumaTls(graph: Graph, target: Target): KumaTls {
  const meshName = kumaMeshName(graph, target);
  const near = <F extends { object: GraphObject }>(all: readonly F[]) => all.filter(({ object }) => isNear(graph, object, target));
  const policies = near(graph.all('kumaTls')).map((policy) => ({ policy, answer: allOf(reaches(policy.object, known(policy.fact.mesh) ?? 'default', target, meshName), isRefTo(graph, policy.fact.target, target)) })).filter(({ answer, policy }) => answer !== false && modeOf(policy) !== undefined);
  const modes = new Set(policies.map(({ policy }) => modeOf(policy)!));
  const mesh = near(graph.all('kumaMesh')).find(({ object }) => object.name === meshName);
  const identity = near(graph.all('kumaIdentity')).find(({ fact }) => (known(fact.mesh) ?? 'default') === meshName);
  const hasIdentity = identity !== undefined || (mesh !== undefined && mesh.fact.enabledBackend.state === 'known');
  if (!hasIdentity) return mesh && isSwitchedOff(mesh) ? { mode: 'off', at: { object: mesh.object, place: mesh.fact.enabledBackend.at } } : { mode: 'unknown', at: undefined };
  if (policies.length > 0) {
    const { policy } = policies[0]!;
    const sure = modes.size === 1 && policies.some(({ answer }) => answer === true);
    return { mode: sure ? modeOf(policy)! : 'unknown', at: { object: policy.object, place: policy.fact.modes[0]!.at } };
  }
  if (mesh && mesh.fact.enabledBackend.state === 'known') return { mode: mesh.fact.mode.state === 'hole' ? 'unknown' : known(mesh.fact.mode) === 'PERMISSIVE' ? 'permissive' : 'strict', at: { object: mesh.object, place: mesh.fact.mode.at } };
  return { mode: 'strict', at: { object: identity!.object, place: identity!.object.resource.header.at } };
}

/** Whether a Mesh has backends and enables none, which switches mutual TLS off up to 2.x. One that says nothing of it may be of 3.x, where there is nothing to say. */
export function isSwitchedOff({ fact }: ObjectWith<KumaMeshFact>): boolean {
  return fact.backends && fact.enabledBackend.state === 'absent';
}

function modeOf({ fact }: ObjectWith<KumaTlsFact>): 'strict' | 'permissive' | 'unknown' | undefined {
  const said = fact.modes.filter(({ state }) => state !== 'absent');
  if (said.length === 0) return undefined;
  const modes = new Set(said.map((mode) => known(mode)));
  return modes.size > 1 ? 'unknown' : modes.has('Permissive') ? 'permissive' : modes.has('Strict') ? 'strict' : 'unknown';
}
