import type { Graph } from '../identity/graph.ts';
import type { Workload } from '../identity/parts.ts';
import { isSymbol } from '../identity/objects.ts';
import { perGraph } from '../identity/per-graph.ts';

/** The accounts that a name in a policy stands for; a name that is absent is any. */
export interface NamedAccounts {
  readonly namespace: string | undefined;
  readonly account: string | undefined;
}

/**
 * Reads a name as the meshes write it: a SPIFFE ID or an Istio principal (`TRUST-DOMAIN/ns/NS/sa/NAME`), a Linkerd identity
 * (`NAME.NS.serviceaccount.identity.linkerd.…`), `NS/NAME`, a lone account or namespace. Undefined for what names no
 * account: a token's issuer, a pattern that cuts a name in two.
 * @param lone what a lone word is: an account of the policy's namespace, or a namespace
 */
export function accountsNamed(text: string, home: string, lone: 'account' | 'namespace'): NamedAccounts | undefined {
  const named = /(?:^|\/)ns\/([^/]+)\/(?:sa\/)?([^/]+)$/.exec(text) ?? undefined;
  if (named) return whole(named[1], named[2]);
  const linkerd = /^([^.]+)\.([^.]+)\.serviceaccount\.identity\./.exec(text);
  if (linkerd) return whole(linkerd[2], linkerd[1]);
  if (text.includes(':') || text.includes('.')) return undefined;
  const [first, second, ...more] = text.split('/');
  if (more.length > 0 || !first) return undefined;
  if (second !== undefined) return whole(first, second);
  return lone === 'namespace' ? whole(first, '*') : whole(home, first);
}

/** A lone star is any; a star within a name is a pattern that may be many. */
function whole(namespace: string | undefined, account: string | undefined): NamedAccounts | undefined {
  const [a, b] = [namespace, account].map((part) => (part === '*' ? undefined : part));
  return a?.includes('*') || b?.includes('*') ? undefined : { namespace: a, account: b };
}

/** The workloads among the files that run as what is named, seen from a file. */
export function workloadsNamed(graph: Graph, { namespace, account }: NamedAccounts, file: string): readonly Workload[] {
  const { byAccount, byNamespace } = indexOf(graph);
  const found = namespace === undefined ? [] : account === undefined ? byNamespace.get(namespace) : byAccount.get(`${namespace}/${account}`);
  return (found ?? []).filter((workload) => !workload.repeated && !graph.proximity.alternatives(file, workload.object.document.file));
}

interface Index {
  readonly byAccount: ReadonlyMap<string, readonly Workload[]>;
  readonly byNamespace: ReadonlyMap<string, readonly Workload[]>;
}

const indexOf = perGraph((graph): Index => ({ byAccount: group(graph.workloads, ({ namespace, accountName }) => `${namespace}/${accountName}`), byNamespace: group(graph.workloads, ({ namespace }) => namespace) }));

function group(workloads: readonly Workload[], keyOf: (workload: Workload) => string): Map<string, Workload[]> {
  const groups = new Map<string, Workload[]>();
  for (const workload of workloads) {
    if (isSymbol(workload.namespace)) continue;
    const key = keyOf(workload);
    const list = groups.get(key);
    if (list) list.push(workload);
    else groups.set(key, [workload]);
  }
  return groups;
}
