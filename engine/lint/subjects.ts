import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { edgesOf } from '../trust/edge.ts';
import { servicesOf } from '../trust/exposure.ts';
import { allTargets } from '../trust/index.ts';
import type { Target } from '../trust/target.ts';
import { trustIn } from '../trust/trust.ts';
import type { Subject } from './phases.ts';
import type { Signal } from './rule.ts';
import { perGraph } from '../identity/per-graph.ts';

/** A signal is said anew when what it depends on changes: what it is about is found once. */
const known = new WeakMap<Signal, readonly Subject[]>();

/**
 * Whom a signal is about: the workloads that its rule names, else those of the object that it stands in (its own pods, the
 * users of an account, what a policy selects, what a Service leads to), else those among its related places. Where no
 * workload is to be found it is about the object's namespace.
 */
export function subjectsOf(graph: Graph, signal: Signal): readonly Subject[] {
  let subjects = known.get(signal);
  if (!subjects) known.set(signal, (subjects = findSubjects(graph, signal)));
  return subjects;
}

function findSubjects(graph: Graph, { about, at: { object }, related }: Signal): readonly Subject[] {
  const own = (objects: readonly GraphObject[]) => [...new Set(objects)].flatMap((object) => byObject(graph).get(object) ?? []);
  const candidates = [() => own(about ?? []), () => own([object]), () => usersOf(graph, object), () => selectedBy(graph, object), () => own((related ?? []).map(({ at }) => at.object))];
  for (const candidate of candidates) {
    const found = candidate();
    if (found.length > 0) return found.map((workload) => ({ namespace: workload.namespace, workload }));
  }
  return [{ namespace: object.namespace, workload: undefined }];
}

const byObject = perGraph((graph): ReadonlyMap<GraphObject, readonly Workload[]> => {
  const made = new Map<GraphObject, Workload[]>();
  for (const workload of graph.workloads) {
    const list = made.get(workload.object);
    if (list) list.push(workload);
    else made.set(workload.object, [workload]);
  }
  return made;
});

function usersOf(graph: Graph, object: GraphObject): readonly Workload[] {
  if (!object.resource.facts.some(({ fact }) => fact === 'account')) return [];
  return graph.accounts.filter(({ objects }) => objects.some((one) => one.object === object)).flatMap(({ workloads }) => workloads);
}

/** The workloads for which an object is a policy of some layer, in whatever namespace it stands, a Service, or a route to one. */
function selectedBy(graph: Graph, object: GraphObject): Workload[] {
  const concerns = (target: Target) => trustIn(graph, target).layers.some(({ policies }) => policies.includes(object)) || servicesOf(graph, target).some((service) => service.object === object) || edgesOf(graph, target).some((edge) => edge.object === object);
  return allTargets(graph).filter(concerns).flatMap(({ workload }) => workload ?? []);
}
