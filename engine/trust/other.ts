import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import { isNear } from './index.ts';
import { labelOf, namespacesOf, sameNamespace, type Target } from './target.ts';
import authenticators from './authenticators.json' with { type: 'json' };

/** Linkerd's default policies that turn away whoever has no mesh identity (semantics.md 6.6). */
const authenticatedDefaults = new Set(['all-authenticated', 'cluster-authenticated']);

const images = new RegExp(`(?:^|/)(?:${authenticators.images.map(({ name }) => name).join('|')})(?:[:@]|$)`);
const flags = new RegExp(`^--?(?:${authenticators.flags.map(({ name }) => name).join('|')})(?:=(?!false$)|$)`);

/**
 * Whether something asks callers for an identity that is no layer of the trust model: a proxy or a flag of the workload
 * itself, or a mesh whose policies are not evaluated. `unknown` where it may.
 */
export function otherIdentity(graph: Graph, target: Target): boolean | 'unknown' {
  const containers = target.workload?.fact.containers ?? [];
  if (containers.some(({ image }) => images.test(known(image) ?? ''))) return true;
  if (containers.some(({ command, args }) => [...command, ...args].some((arg) => flags.test(known(arg) ?? '')))) return true;
  const inbound = labelOf(target.annotations, 'config.linkerd.io/default-inbound-policy') ?? namespacesOf(graph, target).map((object) => labelOf(object.resource.header.annotations, 'config.linkerd.io/default-inbound-policy')).find((value) => value !== undefined);
  if (inbound !== undefined && authenticatedDefaults.has(inbound)) return true;
  const others = graph.all('otherMesh').some(({ object, fact }) => (fact.anywhere || sameNamespace(object, target) !== false) && isNear(graph, object, target));
  return others || inbound === 'deny' ? 'unknown' : false;
}
