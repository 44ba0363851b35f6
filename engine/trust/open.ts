import type { NetworkPort } from '../kubernetes/network-policy.ts';
import type { Place } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { isMeshComponent } from './bypass.ts';
import { exposureOf, isCalledByApiServer, isGateway } from './exposure.ts';
import type { Admission, Opening, Openness } from './layer.ts';
import { protectedByNetwork } from './protected.ts';
import { calledPort, opensNoPort } from './port-names.ts';
import type { Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';
import { waysThrough } from './ways.ts';

/** A rule of a policy of the network that lets everyone in to something that is meant to be reached by some. */
export interface OpenGrant {
  readonly openness: Openness;
  /** Where only the addresses of one family are all let in. */
  readonly family: Opening['family'];
  readonly at: Place;
  readonly rule: Place;
  /** The ports that the rule is about; all where there are none. */
  readonly ports: readonly NetworkPort[];
  /** The targets that it opens; none where no workload that the policy selects is among the files. */
  readonly targets: readonly Target[];
}

/** HBONE, the mutual-TLS tunnel of Istio ambient: to let everyone in there is to leave the decision to identities. */
const hbone = 15008;

/**
 * The rules of a policy that let everyone in. Silent where that is meant or decided elsewhere: an exposed target or a
 * gateway, a part of a mesh itself, which every proxy calls, one that the API server calls, one where a layer demands an identity.
 */
export function openGrants(graph: Graph, policy: GraphObject): OpenGrant[] {
  const grants = new Map<string, { admission: Admission; targets: Target[] }>();
  for (const target of protectedByNetwork(graph, policy)) {
    const open = openingsOf(graph, policy, target);
    if (open.length === 0 || !isInside(graph, target)) continue;
    for (const admission of open) {
      const key = admission.rule.path.join('/');
      const grant = grants.get(key);
      if (!grant) grants.set(key, { admission, targets: [target] });
      else if (grant.targets.at(-1) !== target) grant.targets.push(target);
    }
  }
  return [...grants.values()].map(({ admission: { opening, rule, ports = [] }, targets }) => ({ openness: opening!.to, family: opening!.family, at: opening!.at, rule, ports, targets: targets.filter(({ workload }) => workload) }));
}

/** Policies share their targets; the answer is a function of the graph. */
const inside = new WeakMap<Graph, Map<string, boolean>>();

/** Whether a target is meant to be reached by some, and nothing else tells them apart. */
function isInside(graph: Graph, target: Target): boolean {
  const key = target.workload?.key;
  let answers = inside.get(graph);
  if (!answers) inside.set(graph, (answers = new Map()));
  const before = key === undefined ? undefined : answers.get(key);
  if (before !== undefined) return before;
  const answer = !isGateway(target) && !isMeshComponent(target) && !exposureOf(graph, target) && !isCalledByApiServer(graph, target) && demandsIdentity(trustIn(graph, target)).demanded === false;
  if (key !== undefined) answers.set(key, answer);
  return answer;
}

/** The ways in through a policy's own rules that are open to everyone of a kind, health checks, pings, webhooks and ports that are not there aside. */
function openingsOf(graph: Graph, policy: GraphObject, target: Target): Admission[] {
  const ways = waysThrough(trustIn(graph, target), policy);
  // Where nobody is turned away a rule opens nothing, but one of the Admin tier also goes before policies that are still to come.
  if (!ways || (ways.layer.isolates === false && policy.resource.header.group !== 'policy.networking.k8s.io')) return [];
  return ways.admissions.filter((admission) => admission.opening !== undefined && admission.extent !== 'health' && !isHboneOnly(admission) && !isForWebhooks(admission, target) && !opensNoPort(admission.ports ?? [], target));
}

/** Whether a rule is about ports alone that containers call webhooks: the API server calls those, or a forge from outside, and neither has labels to be named by. */
function isForWebhooks({ ports = [] }: Admission, target: Target): boolean {
  return ports.length > 0 && ports.every((port) => /webhook|admission/i.test(calledPort(port, target) ?? ''));
}

function isHboneOnly({ ports = [] }: Admission): boolean {
  return ports.length > 0 && ports.every(({ port }) => port.state === 'known' && port.value === hbone);
}
