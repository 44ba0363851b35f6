import { known, type Place, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { isMeshComponent } from './bypass.ts';
import { mayBePermissive } from './consul.ts';
import { exposureOf, isGateway } from './exposure.ts';
import { targetsIn } from './index.ts';
import { isSwitchedOff } from './kuma-mesh.ts';
import { defaultPolicies, inboundPolicyKey, linkerdMembership } from './linkerd-mesh.ts';
import { isProxyAdmin, type Server } from './linkerd.ts';
import { targetsBehind } from './linkerd-protected.ts';
import type { Labels } from '../kubernetes/header.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';

/** What of an object makes a mesh take callers without an identity; PeerAuthentication and DestinationRule have their own (tls.ts). */
export interface AcceptsPlaintext {
  /** A default policy or a Server of Linkerd; a mode of Consul, or that one is allowed; a mode of Kuma, or none; a rule of Cilium. */
  readonly by: 'linkerd' | 'linkerdServer' | 'consul' | 'consulAllowed' | 'kuma' | 'kumaOff' | 'cilium';
  /** The value that says so. */
  readonly said: string;
  readonly at: Place;
  /** The port of a Server. */
  readonly port: string;
  /** What to write instead to demand an identity; undefined where it is not for this place to say. */
  readonly instead: string | undefined;
  readonly confidence: 'high' | 'medium' | 'low';
  /** Whether something else turns callers without an identity away all the same, or it only makes it possible. */
  readonly guarded: boolean;
}

type Found = Partial<AcceptsPlaintext> & Pick<AcceptsPlaintext, 'by' | 'said' | 'at'>;

/** All that makes a mesh take callers without an identity, as an object says it. */
export function plaintextAccepted(graph: Graph, object: GraphObject): AcceptsPlaintext[] {
  return object.resource.facts.flatMap((fact): Found[] => {
    switch (fact.fact) {
      case 'namespace': return byAnnotation(graph, object.resource.header.annotations, () => targetsIn(graph, object.name));
      case 'workload': return byAnnotation(graph, fact.podAnnotations, () => targetsIn(graph, object.namespace).filter(({ workload }) => workload?.object === object));
      case 'linkerdServer': return byServer(graph, { object, fact });
      case 'consulMutualTls': return isValue(fact.mode, 'permissive') ? [{ by: 'consul', said: fact.mode.value, at: fact.mode.at, instead: 'strict', confidence: mayBePermissive(graph, object.document) === true ? 'high' : 'medium' }] : [];
      case 'consulMesh': return known(fact.allowsPermissive) === true ? [{ by: 'consulAllowed', said: 'true', at: fact.allowsPermissive.at, guarded: true }] : [];
      case 'kumaMesh':
        if (isSwitchedOff({ object, fact })) return [{ by: 'kumaOff', said: '', at: fact.enabledBackend.at, confidence: 'medium' }];
        return isValue(fact.mode, 'PERMISSIVE') && fact.enabledBackend.state === 'known' && !hasMeshTls(graph, object) ? [{ by: 'kuma', said: fact.mode.value, at: fact.mode.at, instead: 'STRICT' }] : [];
      case 'kumaTls': return fact.modes.flatMap((mode) => (isValue(mode, 'Permissive') ? [{ by: 'kuma' as const, said: mode.value, at: mode.at, instead: 'Strict' }] : []));
      case 'ciliumPolicy': return fact.ingress.flatMap(({ authentication }) => (isValue(authentication, 'disabled') ? [{ by: 'cilium' as const, said: 'disabled', at: authentication.at, instead: 'required', guarded: !authenticates(graph, object) }] : []));
      default: return [];
    }
  }).map((found) => ({ port: '', instead: undefined, confidence: 'high', guarded: false, ...found }));
}

function isValue(value: Value<string>, text: string): value is Extract<Value<string>, { state: 'known' }> {
  return value.state === 'known' && value.value === text;
}

/** With the networks that a policy names, or without any, it lets in who shows nothing: what to say instead keeps the networks. */
const authenticated: Readonly<Record<string, string>> = { 'all-unauthenticated': 'all-authenticated', audit: 'all-authenticated', 'cluster-unauthenticated': 'cluster-authenticated' };

function byAnnotation(graph: Graph, annotations: Labels, targetsOf: () => readonly Target[]): Found[] {
  const value = annotations.entries[inboundPolicyKey];
  const said = value && known(value);
  const instead = authenticated[said ?? ''];
  if (!value || said === undefined || instead === undefined) return [];
  const targets = targetsOf();
  // Linkerd's own components answer proxies that have no identity yet, and the API server, which never has one (linkerd2 charts/linkerd-control-plane).
  if (targets.length > 0 && targets.every((target) => isMeshComponent(target) || linkerdMembership(graph, target) === 'out')) return [];
  const guarded = targets.length > 0 && targets.every((target) => demandsIdentity(trustIn(graph, target)).demanded === true);
  return [{ by: 'linkerd', said, at: value.at, instead, guarded }];
}

/** A Server that lets in who shows nothing, at workloads that are not for everyone. */
function byServer(graph: Graph, server: Server): Found[] {
  const said = known(server.fact.accessPolicy);
  const evidence = defaultPolicies[said ?? ''];
  if (said === undefined || (evidence !== 'nothing' && evidence !== 'address') || isProxyAdmin(server.fact)) return [];
  const targets = targetsBehind(graph, server);
  if (targets.every((target) => isGateway(target) || exposureOf(graph, target) !== undefined)) return [];
  const { port } = server.fact;
  return [{ by: 'linkerdServer', said, at: server.fact.accessPolicy.at, instead: authenticated[said], port: port.state === 'known' ? String(port.value) : '' }];
}

/** Whether a MeshTLS for the whole of a mesh says over it what is accepted. */
function hasMeshTls(graph: Graph, mesh: GraphObject): boolean {
  return graph.all('kumaTls').some(({ object, fact }) => (known(fact.mesh) ?? 'default') === mesh.name && fact.target.kind === 'Mesh' && fact.modes.some(({ state }) => state !== 'absent') && !graph.proximity.alternatives(mesh.document.file, object.document.file));
}

/** Whether Cilium authenticates anybody among the files that belong with an object. */
function authenticates(graph: Graph, { document }: GraphObject): boolean {
  return graph.all('ciliumPolicy').some(({ object, fact }) => fact.ingress.some(({ authentication }) => known(authentication) === 'required') && !graph.proximity.alternatives(document.file, object.document.file));
}
