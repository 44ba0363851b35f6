import { known, type Value } from '../yaml/cursor.ts';
import type { Labels } from '../kubernetes/header.ts';
import type { Container } from '../kubernetes/workload.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { isNear } from './index.ts';
import { labelOf, namespacesOf, type Target } from './target.ts';

const injectKey = 'linkerd.io/inject';
const injects = new Set(['enabled', 'ingress']);
const refuses = new Set(['disabled']);

/** The annotation that says what a port without a Server lets in: of the pod, else of its namespace. */
export const inboundPolicyKey = 'config.linkerd.io/default-inbound-policy';

/**
 * Whether a target is in Linkerd's mesh. The pod's annotation wins, then its namespace's; a proxy is never injected on the
 * host's network (linkerd2 pkg/inject/report.go, disabledByAnnotation and Injectable). A namespace without the annotation
 * may have got it by hand.
 */
export function linkerdMembership(graph: Graph, target: Target): 'in' | 'out' | 'unknown' {
  if (target.workload?.fact.containers.some(isProxy)) return 'in';
  if (target.hostNetwork === true) return 'out';
  const own = labelOf(target.annotations, injectKey);
  const namespace = annotationsOf(graph, target).map((annotations) => labelOf(annotations, injectKey)).find((value) => value !== undefined);
  if (own !== undefined) return injects.has(own) ? 'in' : 'out';
  if (namespace === undefined) return 'unknown';
  return injects.has(namespace) ? 'in' : refuses.has(namespace) ? 'out' : 'unknown';
}

/** Whether a container is the proxy itself, as manifests have it that were injected before. */
export function isProxy({ name }: Container): boolean {
  return known(name) === 'linkerd-proxy';
}

function annotationsOf(graph: Graph, target: Target): readonly Labels[] {
  return namespacesOf(graph, target).map((object) => object.resource.header.annotations);
}

/** Whether Linkerd is anywhere in the files that belong with a target: a policy of it, or an annotation that injects its proxy. */
export function linkerdIsUsed(graph: Graph, target: Target): boolean {
  const near = ({ object }: { object: GraphObject }) => isNear(graph, object, target);
  return linkerdMembership(graph, target) === 'in'
    || (['linkerdServer', 'linkerdAuthorization', 'linkerdServerAuthorization'] as const).some((kind) => graph.all(kind).some(near))
    || graph.all('namespace').filter(near).some(({ object }) => injects.has(labelOf(object.resource.header.annotations, injectKey) ?? ''));
}

/** What Linkerd's default policies let in (linkerd2 policy-controller/k8s/index/src/defaults.rs). The addresses of a cluster are in no manifest. */
export const defaultPolicies: Readonly<Record<string, 'nothing' | 'address' | 'anyIdentity' | 'nobody'>> = {
  'all-unauthenticated': 'nothing',
  audit: 'nothing',
  'cluster-unauthenticated': 'address',
  'all-authenticated': 'anyIdentity',
  'cluster-authenticated': 'anyIdentity',
  deny: 'nobody',
};

/** The default policy of a target as the files tell it, with the object that says so. Undefined where the installation's counts, which is `all-unauthenticated` unless its values say otherwise. */
export function inboundDefault(graph: Graph, target: Target): { readonly value: Value<string>; readonly object: GraphObject } | undefined {
  const own = target.annotations.entries[inboundPolicyKey];
  if (own && target.workload) return { value: own, object: target.workload.object };
  for (const object of namespacesOf(graph, target)) {
    const value = object.resource.header.annotations.entries[inboundPolicyKey];
    if (value) return { value, object };
  }
  return undefined;
}

/** Ports that an annotation lists: numbers and ranges, by comma (linkerd2 policy-controller/k8s/index/src/ports.rs). Undefined for what is a template's. */
export function portsIn(annotations: Labels, key: string): ((port: number) => boolean) | undefined {
  const value = annotations.entries[key];
  if (value?.state === 'hole') return undefined;
  const ranges = ((value && known(value)) ?? '').split(',').flatMap((part) => {
    const [, first, last] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    return first === undefined ? [] : [[Number(first), Number(last ?? first)] as const];
  });
  return (port) => ranges.some(([first, last]) => first <= port && port <= last);
}
