import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { evidenceOfIdentity } from './linkerd-evidence.ts';
import { openedByLinkerd } from './linkerd-protected.ts';
import { demandsAtLeast } from './named.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';
import type { NamespaceGrant } from './whole-namespace.ts';
import { perGraph } from '../identity/per-graph.ts';

/**
 * The identities of a MeshTLSAuthentication or ServerAuthorization that stand for every account of a namespace
 * (`*.shop.serviceaccount.identity.linkerd…`), where an authorization lets them in and nothing else demands accounts.
 */
export function identitiesOfNamespaces(graph: Graph, { resource }: GraphObject): NamespaceGrant[] {
  return resource.facts.flatMap((fact) => (fact.fact === 'linkerdMeshTls' ? fact.identities : fact.fact === 'linkerdServerAuthorization' ? fact.meshTls?.identities ?? [] : [])).flatMap((identity): NamespaceGrant[] => {
    const namespace = /^\*\.([^.*]+)\.serviceaccount\./.exec(known(identity) ?? '')?.[1];
    const targets = namespace === undefined ? undefined : letInBy(graph).get(identity);
    if (namespace === undefined || !targets || targets.length === 0) return [];
    return [{ kind: 'accounts', at: identity.at, from: [namespace], named: true, targets, within: { identity: identity.at }, besides: [], lets: (workload) => workload.namespace === namespace }];
  });
}

/** What each identity of a whole namespace is let in to: asked once for a graph, since authentications do not know who uses them. */
const letInBy: (graph: Graph) => ReadonlyMap<Value<string>, readonly Target[]> = perGraph(findUses);

function findUses(graph: Graph): Map<Value<string>, Target[]> {
  const uses = new Map<Value<string>, Target[]>();
  for (const { object } of [...graph.all('linkerdAuthorization'), ...graph.all('linkerdServerAuthorization')]) {
    for (const { target, layer } of openedByLinkerd(graph, object)) {
      const ways = layer.admissions.filter(({ policy, evidence, extent }) => policy === object && evidence === 'namespace' && extent !== 'health');
      if (ways.length === 0) continue;
      const trust = trustIn(graph, target);
      // The Server's own port is what the authorization is about, not all that Linkerd says of the pods.
      if (demandsAtLeast({ ...trust, layers: [...trust.layers.filter(({ technology }) => technology !== 'Linkerd'), layer] }, 'identity') !== false) continue;
      for (const identity of ways.flatMap(({ named = [] }) => named).filter((value) => evidenceOfIdentity(value) === 'namespace')) {
        const targets = uses.get(identity);
        if (!targets) uses.set(identity, [target]);
        else if (!targets.includes(target)) targets.push(target);
      }
    }
  }
  return uses;
}
