import type { Graph } from './graph.ts';
import type { GraphObject } from './objects.ts';

/** Keeps the answer of a question about a graph as long as the graph: several rules ask it, and it does not change. */
export function perGraph<T>(answer: (graph: Graph) => T): (graph: Graph) => T {
  const kept = new WeakMap<Graph, { readonly answer: T }>();
  return (graph) => {
    let one = kept.get(graph);
    if (!one) kept.set(graph, (one = { answer: answer(graph) }));
    return one.answer;
  };
}

/** The same of a question about an object of a graph: a rule asks it once for its findings, and once more for the fixes of each. */
export function perObject<C extends { readonly graph: Graph; readonly unit: { readonly object: GraphObject } }, T>(answer: (context: C) => T): (context: C) => T {
  const kept = perGraph((): Map<GraphObject, { readonly answer: T }> => new Map());
  return (context) => {
    const { graph, unit: { object } } = context;
    let one = kept(graph).get(object);
    if (!one) kept(graph).set(object, (one = { answer: answer(context) }));
    return one.answer;
  };
}
