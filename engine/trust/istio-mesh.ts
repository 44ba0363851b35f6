import { known, type Value } from '../yaml/cursor.ts';
import type { Labels } from '../kubernetes/header.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { servicesOf } from './exposure.ts';
import { isNear } from './index.ts';
import { labelOf, namespacesOf, type Target } from './target.ts';

/** Where mesh-wide policies live unless MeshConfig.rootNamespace says otherwise, which is in no manifest. */
export const rootNamespace = 'istio-system';

/** The label and annotation by which a pod asks for a sidecar or refuses it, and the label that puts it into ambient mode or out of it. */
export const injectKey = 'sidecar.istio.io/inject';
export const modeKey = 'istio.io/dataplane-mode';

/**
 * What checks a target's incoming calls: a proxy in the pod, the node's ztunnel, nothing (`out`), or what the files do
 * not tell. A sidecar wins over ambient mode (istio cni/pkg/util/podutil.go, podHasSidecar).
 */
export type DataPlane = 'sidecar' | 'ambient' | 'out' | 'unknown';

/** The data plane of a target's pods. Nothing is injected or redirected on the host's network (istio pkg/kube/inject/inject.go injectRequired, cni/pkg/util/enablement_selector.go). */
export function dataPlane(graph: Graph, target: Target): DataPlane {
  if (runsProxy(target)) return 'sidecar';
  if (target.hostNetwork === true) return 'out';
  const namespaces = namespacesOf(graph, target).map((object) => object.resource.header.labels);
  const injected = injection(target, namespaces);
  if (injected === true) return 'sidecar';
  const mode = labelOf(target.labels, modeKey) ?? said(namespaces, modeKey);
  if (mode === 'ambient') return 'ambient';
  return injected === false || mode === 'none' ? 'out' : 'unknown';
}

/** Whether Istio's proxy is written into the pods, as for a gateway or after `istioctl kube-inject`. `auto` is a gateway's, filled in at injection. */
function runsProxy({ workload }: Target): boolean {
  return workload?.fact.containers.some(({ name, image }) => known(name) === 'istio-proxy' && /(?:^|\/)proxyv2(?:[:@-]|$)|^auto$/.test(known(image) ?? '')) ?? false;
}

/**
 * Whether a sidecar is injected: the webhooks ask for the namespace's label (`istio-injection`, else `istio.io/rev`), and
 * for the pod's labels where the namespace says nothing; the annotation counts only for a pod that has come that far
 * (istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml, pkg/kube/inject/inject.go).
 */
function injection(target: Target, namespaces: readonly Labels[]): boolean | 'unknown' {
  const label = labelOf(target.labels, injectKey);
  if (label === 'false' || (label === undefined && labelOf(target.annotations, injectKey) === 'false')) return false;
  const namespace = said(namespaces, 'istio-injection');
  if (namespace === 'disabled') return false;
  if (namespace === 'enabled' || said(namespaces, 'istio.io/rev') !== undefined) return true;
  return label === 'true' || labelOf(target.labels, 'istio.io/rev') !== undefined ? true : 'unknown';
}

function said(namespaces: readonly Labels[], key: string): string | undefined {
  return namespaces.map((labels) => labelOf(labels, key)).find((value) => value !== undefined);
}

/** Whether a target is in the mesh: `in` and `out` only where the files say so. */
export function membership(graph: Graph, target: Target): 'in' | 'out' | 'unknown' {
  const plane = dataPlane(graph, target);
  return plane === 'sidecar' || plane === 'ambient' ? 'in' : plane;
}

const waypointKey = 'istio.io/use-waypoint';

/**
 * The names of the waypoints that check calls to a target in ambient mode, for layer 7: those that its pods, its Services
 * or its namespace name by label (istio pilot/pkg/serviceregistry/ambient/waypoints.go, GetUseWaypoint). Undefined where
 * the files do not tell; empty where they tell that there is none.
 */
export function waypointsOf(graph: Graph, target: Target): readonly string[] | undefined {
  const namespaces = namespacesOf(graph, target);
  const objects = [...namespaces, ...servicesOf(graph, target).map(({ object }) => object)];
  const values = [target.labels, ...objects.map(({ resource }) => resource.header.labels)].map((labels) => labels.entries[waypointKey]).filter((value): value is Value<string> => value !== undefined);
  const open = namespaces.length === 0 || target.labels.open || objects.some(({ resource }) => resource.header.labels.open) || values.some(({ state }) => state === 'hole');
  return open ? undefined : values.flatMap((value) => known(value) ?? []).filter((name) => name !== 'none');
}

/** Whether Istio is anywhere in the files that belong with a target: an object of it, or a label that puts something into the mesh. */
export function istioIsUsed(graph: Graph, target: Target): boolean {
  const near = ({ object }: { object: GraphObject }) => isNear(graph, object, target);
  return (['istioAuthorizationPolicy', 'istioPeerAuthentication', 'istioRequestAuthentication'] as const).some((kind) => graph.all(kind).some(near))
    || graph.all('namespace').filter(near).some(({ object }) => {
      const { labels } = object.resource.header;
      return labelOf(labels, 'istio-injection') === 'enabled' || labelOf(labels, modeKey) === 'ambient' || labelOf(labels, 'istio.io/rev') !== undefined;
    })
    || membership(graph, target) === 'in';
}
