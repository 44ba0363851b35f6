import { known, type Place } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject, Location } from '../identity/objects.ts';
import { belongsWith, consulNames, mayBePermissive, permissiveAt } from './consul.ts';
import { targetsOfIntentions } from './consul-protected.ts';
import { openedByKuma } from './kuma-protected.ts';
import { kumaTls } from './kuma-mesh.ts';

/** A policy on identities that plaintext goes past, because its mesh checks only callers with a certificate. */
export interface PermissiveGap {
  /** What the policy says of identities first. */
  readonly at: Place;
  /** What accepts plaintext, and what to write there instead. */
  readonly mode: Location;
  readonly strict: string;
  readonly said: string;
  readonly confidence: 'high' | 'medium';
}

/** Where intentions of Consul or permissions of Kuma stand beside mutual TLS that plaintext may leave out. */
export function permissiveGaps(graph: Graph, policy: GraphObject): PermissiveGap[] {
  return [...consulGaps(graph, policy), ...kumaGaps(graph, policy)];
}

/** Intentions are not checked for plaintext (consul-k8s control-plane/api/v1alpha1/proxydefaults_types.go, MutualTLSMode). */
function consulGaps(graph: Graph, object: GraphObject): PermissiveGap[] {
  return object.resource.facts.flatMap((fact): PermissiveGap[] => {
    // Intentions that let everyone in hang on nobody's identity.
    if (fact.fact !== 'consulIntentions' || !fact.sources.some(({ name, action }) => known(name) !== '*' || known(action) !== 'allow')) return [];
    const name = known(fact.destination.name);
    const targets = targetsOfIntentions(graph, { object, fact });
    const permissive = targets.flatMap((target) => {
      const one = permissiveAt(graph, target, target.workload ? consulNames(graph, target) : name === undefined ? [] : [name]);
      return one && belongsWith(one, target) ? [one] : [];
    })[0];
    if (!permissive) return [];
    return [{ at: fact.destination.name.at, mode: { object: permissive.object, place: permissive.fact.mode.at }, strict: 'strict', said: 'permissive', confidence: mayBePermissive(graph, object.document) === true ? 'high' : 'medium' }];
  });
}

/** Permissions are put on connections with a certificate only (kuma meshtrafficpermission/plugin/v1alpha1/plugin.go). */
function kumaGaps(graph: Graph, object: GraphObject): PermissiveGap[] {
  return object.resource.facts.flatMap((fact): PermissiveGap[] => {
    if (fact.fact !== 'kumaPermission') return [];
    const named = openedByKuma(graph, object).filter(({ layer, target }) => target.workload && layer.admissions.every(({ evidence }) => evidence !== 'anyIdentity'));
    const tls = named.map(({ target }) => kumaTls(graph, target)).find(({ mode, at }) => mode === 'permissive' && at !== undefined);
    if (!tls) return [];
    const strict = tls.at!.object.resource.header.kind === 'Mesh' ? 'STRICT' : 'Strict';
    return [{ at: fact.from[0]?.at ?? fact.matches[0]?.at ?? object.resource.header.at, mode: tls.at!, strict, said: strict === 'STRICT' ? 'PERMISSIVE' : 'Permissive', confidence: 'high' }];
  });
}
