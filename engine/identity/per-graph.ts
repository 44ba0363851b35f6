import type { Graph } from './graph.ts';

/** Keeps the answer of a question about a graph as long as the graph: several rules ask it, and it does not change. */
export function perGraph<T>(answer: (graph: Graph) => T): (graph: Graph) => T {
  const kept = new WeakMap<Graph, { readonly answer: T }>();
  return (graph) => {
    let one = kept.get(graph);
    if (!one) kept.set(graph, (one = { answer: answer(graph) }));
    return one.answer;
  };
}
