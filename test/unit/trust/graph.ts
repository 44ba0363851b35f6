import type { Graph } from '../../../engine/identity/graph.ts';
import { targetOf, type Target } from '../../../engine/trust/target.ts';
import { graphOfFiles } from '../../support/graph.ts';

/** The identity graph of one file of YAML. */
export function graphOf(yaml: string): Graph {
  return graphOfFiles({ 'case.yaml': yaml });
}

/** A Deployment `web` of namespace `shop` with the label app=web, as one document. */
export const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } }, spec: { serviceAccountName: web, containers: [{ name: web, image: web }] } } }
`;

/** The pods of the workload of a name. */
export function target(graph: Graph, name = 'web'): Target {
  return targetOf(graph.workloads.find(({ object }) => object.name === name)!);
}
