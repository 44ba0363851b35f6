import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { isNear, targetsIn } from './index.ts';
import type { Admission, Layer } from './layer.ts';
import { evidenceOfAuthorization, evidenceOfServerAuthorization, isRefTo } from './linkerd-evidence.ts';
import { linkerdMembership } from './linkerd-mesh.ts';
import { authorizationsOf, layerAt, selectsPods, type Server } from './linkerd.ts';
import { unseenTarget, type Target } from './target.ts';

/** What is behind a Server, and all that Linkerd lets in on the Server's port. */
export interface BehindServer {
  readonly target: Target;
  /** Undefined where it is in no file read. */
  readonly server: Server | undefined;
  readonly layer: Layer;
}

/** What an authorization opens. One whose Server is in no file read is judged by itself; one of pods outside the mesh opens nothing. */
export function openedByLinkerd(graph: Graph, policy: GraphObject): BehindServer[] {
  if (!policy.resource.facts.some(({ fact }) => fact === 'linkerdAuthorization' || fact === 'linkerdServerAuthorization')) return [];
  const servers = graph.all('linkerdServer').filter((server) => isFor(graph, policy, server));
  if (servers.length > 0) return servers.flatMap((server) => targetsBehind(graph, server).map((target) => ({ target, server, layer: layerAt(graph, target, server) })));
  return [{ target: unseenTarget(policy, undefined), server: undefined, layer: { technology: 'Linkerd', policies: [policy], isolates: true, admissions: byItself(graph, policy), demands: [], unsure: false } }];
}

function isFor(graph: Graph, policy: GraphObject, server: Server): boolean {
  if (server.object.namespace !== policy.namespace) return false;
  const target = unseenTarget(server.object, server.fact.podSelector);
  return isNear(graph, policy, target) && authorizationsOf(graph, target, server, 'all').admissions.some((admission) => admission.policy === policy);
}

/** The workloads that a Server selects; the pods that it would select, unseen, where none is among the files. */
export function targetsBehind(graph: Graph, server: Server): Target[] {
  const { object, fact } = server;
  const targets = targetsIn(graph, object.namespace, fact.podSelector).filter((target) => selectsPods(server, target) === true && isNear(graph, object, target));
  return targets.length === 0 ? [unseenTarget(object, fact.podSelector)] : targets.filter((target) => linkerdMembership(graph, target) !== 'out');
}

/** What an authorization lets in, whatever Servers it turns out to be for. */
function byItself(graph: Graph, policy: GraphObject): Admission[] {
  return policy.resource.facts.flatMap((fact): Admission[] => {
    if (fact.fact === 'linkerdServerAuthorization') {
      const evidence = evidenceOfServerAuthorization({ object: policy, fact });
      return evidence ? [{ ...evidence, extent: 'all', policy, rule: fact.clientAt }] : [];
    }
    if (fact.fact !== 'linkerdAuthorization') return [];
    const whole = isRefTo(fact.target, 'Server') || isRefTo(fact.target, 'Namespace', '');
    const evidence = evidenceOfAuthorization(graph, { object: policy, fact });
    return evidence ? [{ ...evidence, extent: whole ? 'all' : 'some', policy, rule: fact.requiredAt }] : [];
  });
}
