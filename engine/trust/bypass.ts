import type { Labels } from '../kubernetes/header.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { isSymbol, type GraphObject } from '../identity/objects.ts';
import { areEverywhere, isBesideTheMesh, isServed, isSidePort, itemsOf, type ListItem } from './bypass-ports.ts';
import { consulMembership } from './consul.ts';
import { exposureOf, isCalledByApiServer, isGateway } from './exposure.ts';
import { dataPlane, injectKey, modeKey, rootNamespace } from './istio-mesh.ts';
import { kumaMembership } from './kuma-mesh.ts';
import { linkerdMembership } from './linkerd-mesh.ts';
import { endsByItself, labelOf, namespacesOf, targetOf, type Target } from './target.ts';

/*
 * Ways past a mesh: pods without a proxy where others have one, and traffic that goes past the proxy there is. Calls that
 * come in so are checked by no policy of the mesh; calls that go out so carry no identity (semantics.md 6.5, 6.6, 6.7).
 */

type Mesh = 'Istio' | 'Linkerd' | 'Consul' | 'Kuma';

/** One way past. `usual` is what is often done for a good reason, or where the files do not tell that there is a mesh. */
export interface Bypass {
  readonly how: 'injection' | 'ambient' | 'hostNetwork' | 'namespace' | 'inbound' | 'allInbound' | 'outbound' | 'allOutbound' | 'unreadable';
  readonly mesh: Mesh;
  readonly at: Value<string>;
  readonly usual: boolean;
  /** Whether the files tell that the pods would be in the mesh, or are. */
  readonly sure: boolean;
  /** The items of a list that are meant, and those beside them, which have a reason of their own. */
  readonly items: readonly ListItem[];
  readonly beside: readonly ListItem[];
}

interface Opening {
  readonly key: string;
  readonly mesh: Mesh;
  readonly direction: 'in' | 'out';
  /** `all`: an empty value leaves everything out (istio tools/istio-iptables/pkg/capture/run.go). */
  readonly list: 'excluded' | 'all';
}

/** The annotations by which traffic goes past a proxy (istio.io/docs resource annotations; linkerd2 pkg/k8s/labels.go; consul-k8s control-plane/connect-inject/constants; kuma pkg/plugins/runtime/k8s/metadata/annotations.go). */
const openings: readonly Opening[] = [
  { key: 'traffic.sidecar.istio.io/excludeInboundPorts', mesh: 'Istio', direction: 'in', list: 'excluded' },
  { key: 'traffic.sidecar.istio.io/includeInboundPorts', mesh: 'Istio', direction: 'in', list: 'all' },
  { key: 'traffic.sidecar.istio.io/excludeOutboundPorts', mesh: 'Istio', direction: 'out', list: 'excluded' },
  { key: 'traffic.sidecar.istio.io/excludeOutboundIPRanges', mesh: 'Istio', direction: 'out', list: 'excluded' },
  { key: 'traffic.sidecar.istio.io/includeOutboundIPRanges', mesh: 'Istio', direction: 'out', list: 'all' },
  { key: 'config.linkerd.io/skip-inbound-ports', mesh: 'Linkerd', direction: 'in', list: 'excluded' },
  { key: 'config.linkerd.io/skip-outbound-ports', mesh: 'Linkerd', direction: 'out', list: 'excluded' },
  { key: 'config.linkerd.io/skip-subnets', mesh: 'Linkerd', direction: 'out', list: 'excluded' },
  { key: 'consul.hashicorp.com/transparent-proxy-exclude-inbound-ports', mesh: 'Consul', direction: 'in', list: 'excluded' },
  { key: 'consul.hashicorp.com/transparent-proxy-exclude-outbound-ports', mesh: 'Consul', direction: 'out', list: 'excluded' },
  { key: 'consul.hashicorp.com/transparent-proxy-exclude-outbound-cidrs', mesh: 'Consul', direction: 'out', list: 'excluded' },
  { key: 'traffic.kuma.io/exclude-inbound-ports', mesh: 'Kuma', direction: 'in', list: 'excluded' },
  { key: 'traffic.kuma.io/exclude-outbound-ports', mesh: 'Kuma', direction: 'out', list: 'excluded' },
];

/** Namespaces in which no mesh injects, or in which it runs itself. */
const outsideAnyMesh = new Set([rootNamespace, 'istio-operator', 'istio-cni', 'linkerd', 'linkerd-viz', 'linkerd-cni', 'linkerd-multicluster', 'consul', 'kuma-system', 'kong-mesh-system', 'kube-system', 'kube-public', 'kube-node-lease']);

/** Labels of what the meshes themselves are made of, and the value where others have the label too (istio, linkerd2 and consul-k8s charts). */
const components: readonly (readonly [key: string, value?: string])[] = [['operator.istio.io/component'], ['app.kubernetes.io/part-of', 'istio'], ['linkerd.io/control-plane-component'], ['linkerd.io/cni-resource'], ['chart', 'consul-helm']];

/** Whether a target is a part of a mesh itself. */
export function isMeshComponent({ labels }: Target): boolean {
  return components.some(([key, value]) => labels.entries[key] !== undefined && (value === undefined || labelOf(labels, key) === value));
}

/** The ways past a mesh that a workload's pods say. */
export function bypassesOf(graph: Graph, workload: Workload): Bypass[] {
  if (outsideAnyMesh.has(workload.namespace) || isMeshComponent(targetOf(workload))) return [];
  return [...optOuts(graph, workload), ...openingsOf(graph, workload)];
}

const kumaKey = 'kuma.io/sidecar-injection';

function optOuts(graph: Graph, workload: Workload): Bypass[] {
  const target = targetOf(workload);
  const { podLabels, podAnnotations } = workload.fact;
  if (isGateway(target) || dataPlane(graph, target) === 'sidecar') return [];
  // A sidecar without support of the platform keeps pods from ending, so those that do are often left out.
  const usual = endsByItself(workload) || isCalledByApiServer(graph, target);
  const say = (how: Bypass['how'], mesh: Mesh, at: Value<string>, meshed: boolean | 'unknown', often = usual): Bypass[] =>
    meshed === false ? [] : [{ how, mesh, at, usual: often || meshed !== true, sure: meshed === true, items: [], beside: [] }];
  const istio = saying(podLabels, injectKey, 'false') ?? (podLabels.entries[injectKey] ? undefined : saying(podAnnotations, injectKey, 'false'));
  const linkerd = saying(podAnnotations, 'linkerd.io/inject', 'disabled');
  const consul = saying(podAnnotations, 'consul.hashicorp.com/connect-inject', 'false');
  const kuma = saying(podLabels, kumaKey, 'disabled') ?? (podLabels.entries[kumaKey] ? undefined : saying(podAnnotations, kumaKey, 'disabled'));
  const ambient = saying(podLabels, modeKey, 'none');
  return [
    ...(istio ? say('injection', 'Istio', istio, withoutOptOut(graph, target, injectKey, 'sidecar')) : []),
    ...(ambient ? say('ambient', 'Istio', ambient, withoutOptOut(graph, target, modeKey, 'ambient')) : []),
    ...(linkerd ? say('injection', 'Linkerd', linkerd, within(graph, target, linkerdMembership, 'linkerd.io/inject')) : []),
    // Whether Consul injects by default is in the values of its chart alone.
    ...(consul ? say('injection', 'Consul', consul, 'unknown') : []),
    ...(kuma ? say('injection', 'Kuma', kuma, within(graph, target, kumaMembership, kumaKey)) : []),
    ...(target.hostNetwork === true ? onHost(graph, target, say) : []),
  ];
}

function saying({ entries }: Labels, key: string, value: string): Value<string> | undefined {
  const at = entries[key];
  return at && known(at) === value ? at : undefined;
}

/** Whether a target would be on a data plane of Istio, were it not for what it says itself. */
function withoutOptOut(graph: Graph, target: Target, key: string, plane: 'sidecar' | 'ambient'): boolean | 'unknown' {
  // A pod that names a revision and no sidecar is one of the control plane.
  const now = dataPlane(graph, { ...target, labels: without(target.labels, key, 'istio.io/rev'), annotations: without(target.annotations, key) });
  if (now === plane) return true;
  return now === 'unknown' && isUntold(graph, target) ? 'unknown' : false;
}

function without(labels: Labels, ...keys: readonly string[]): Labels {
  return { ...labels, entries: Object.fromEntries(Object.entries(labels.entries).filter(([name]) => !keys.includes(name))) };
}

/** Whether no file tells anything of a target's namespace: it may well be in a mesh. */
function isUntold(graph: Graph, target: Target): boolean {
  return namespacesOf(graph, target).length === 0;
}

/** Whether a target would be in a mesh, were it not for what it says itself. */
function within(graph: Graph, target: Target, membership: (graph: Graph, target: Target) => 'in' | 'out' | 'unknown', key: string): boolean | 'unknown' {
  const now = membership(graph, { ...target, labels: without(target.labels, key), annotations: without(target.annotations, key) });
  return now === 'in' ? true : now === 'unknown' && isUntold(graph, target) ? 'unknown' : false;
}

/** Pods on the host's network get no proxy, whatever their namespace says. */
function onHost(graph: Graph, target: Target, say: (how: Bypass['how'], mesh: Mesh, at: Value<string>, meshed: boolean | 'unknown', often: boolean) => Bypass[]): Bypass[] {
  const podNetwork = { ...target, hostNetwork: false };
  const at: Value<string> = { state: 'absent', at: target.workload!.fact.hostNetwork.at };
  const plane = dataPlane(graph, podNetwork);
  if (plane === 'sidecar' || plane === 'ambient') return say('hostNetwork', 'Istio', at, true, true);
  return linkerdMembership(graph, podNetwork) === 'in' ? say('hostNetwork', 'Linkerd', at, true, true) : [];
}

/** What a workload's annotations let past its proxy; nothing where it has none for certain. */
function openingsOf(graph: Graph, workload: Workload): Bypass[] {
  const said = openings.filter(({ key }) => workload.fact.podAnnotations.entries[key] !== undefined);
  if (said.length === 0) return [];
  const target = targetOf(workload);
  const istio = dataPlane(graph, target);
  // ztunnel knows none of these annotations.
  const meshes: Record<Mesh, boolean | 'unknown'> = { Istio: istio === 'unknown' ? 'unknown' : istio === 'sidecar', Linkerd: answer(linkerdMembership(graph, target)), Consul: answer(consulMembership(target)), Kuma: answer(kumaMembership(graph, target)) };
  const found = said.flatMap((opening) => {
    const at = workload.fact.podAnnotations.entries[opening.key]!;
    const meshed = meshes[opening.mesh];
    if (at.state === 'hole' || meshed === false) return [];
    return bypassAt(graph, workload, opening, at, meshed === true);
  });
  // Where everything goes past, so does any part of it.
  const all = new Set(found.map(({ how }) => how));
  return found.filter(({ how }) => !(how === 'inbound' && all.has('allInbound')) && !(how === 'outbound' && all.has('allOutbound')));
}

function answer(membership: 'in' | 'out' | 'unknown'): boolean | 'unknown' {
  return membership === 'unknown' ? 'unknown' : membership === 'in';
}

function bypassAt(graph: Graph, workload: Workload, { mesh, direction, list }: Opening, at: Value<string>, sure: boolean): Bypass[] {
  const items = itemsOf(at);
  const unreadable = list === 'excluded' ? items.filter(({ ports, network }) => !ports && !network) : [];
  if (unreadable.length > 0) return [{ how: 'unreadable', mesh, at, usual: true, sure, items: unreadable, beside: [] }];
  if (list === 'all') return items.length > 0 ? [] : [{ how: direction === 'in' ? 'allInbound' : 'allOutbound', mesh, at, usual: isAtTheEdge(graph, targetOf(workload)), sure, items, beside: [] }];
  const beside = items.filter((item) => (direction === 'in' ? isSidePort(graph, workload, item) : isBesideTheMesh(item)));
  const meant = items.filter((item) => !beside.includes(item));
  if (meant.length === 0) return [];
  if (direction === 'out') return [{ how: areEverywhere(meant) ? 'allOutbound' : 'outbound', mesh, at, usual: !areEverywhere(meant), sure, items: meant, beside }];
  return [{ how: 'inbound', mesh, at, usual: !meant.some((item) => isServed(graph, workload, item)), sure, items: meant, beside }];
}

/** Whether callers come from outside any mesh anyway, and have no identity to show. */
function isAtTheEdge(graph: Graph, target: Target): boolean {
  return isGateway(target) || exposureOf(graph, target) !== undefined;
}

/** A Namespace that keeps its pods out of a mesh by name of the mesh. */
export function bypassOfNamespace(object: GraphObject): Bypass | undefined {
  const { labels, annotations } = object.resource.header;
  if (outsideAnyMesh.has(object.name) || isSymbol(object.name)) return undefined;
  const istio = saying(labels, 'istio-injection', 'disabled') ?? saying(labels, modeKey, 'none');
  const at = labelOf(labels, modeKey) === 'ambient' ? undefined : istio ?? saying(annotations, 'linkerd.io/inject', 'disabled');
  return at && { how: 'namespace', mesh: at === istio ? 'Istio' : 'Linkerd', at, usual: true, sure: false, items: [], beside: [] };
}
