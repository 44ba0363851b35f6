import { known, type Cursor, type Value } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { entryOf, listIn, splitList, type AddressList, type EdgeFact, type GuardFact, type ListFlaw } from './fact.ts';
import { guardOfService } from './ingress.ts';
import balancers from './load-balancers.json' with { type: 'json' };

/** Reads what a Service lets in: the ranges of its load balancer, and what it asks on behalf of routes to it. */
export function readServiceEdge(cursor: Cursor, header: Header): (EdgeFact | GuardFact)[] {
  const guard = guardOfService(header);
  const type = known(cursor.at('spec', 'type').string());
  if (type !== 'LoadBalancer' && type !== 'NodePort') return guard;
  const { entries, open, at } = header.annotations;
  const value = (name: string) => known(entries[name] ?? nothing);
  // Ports of nodes know no ranges (core/v1 types.go, LoadBalancerSourceRanges).
  const lists = type === 'LoadBalancer' ? rangesOf(cursor, header) : [];
  const tailnet = known(cursor.at('spec', 'loadBalancerClass').string()) === 'tailscale';
  return [...guard, {
    fact: 'edge',
    entries: [entryOf(cursor.at('spec', 'type').place(), {
      lists,
      logins: open || tailnet ? [{ means: 'unknown', demanded: 'unknown', at }] : [],
      backends: [{ service: header.name, namespace: { state: 'absent', at: header.at } }],
      internal: balancers.internal.some(({ name, values }) => values.includes((value(name) ?? '').toLowerCase())),
    })],
  }];
}

const nothing: Value<string> = { state: 'absent', at: { path: [], stable: '', span: { start: 0, end: 0 } } };

const azureRanges = 'service.beta.kubernetes.io/azure-allowed-ip-ranges';
const anyRanges = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/**
 * The field, else the annotation (kubernetes/cloud-provider service/helpers/helper.go); Azure adds its own annotation up
 * with that one (cloud-provider-azure pkg/provider/loadbalancer/accesscontrol.go).
 */
function rangesOf(cursor: Cursor, { annotations: { entries } }: Header): AddressList[] {
  const field = listIn('Service', cursor.at('spec', 'loadBalancerSourceRanges'));
  const texts = [azureRanges, ...(field.length > 0 ? [] : [anyRanges])].flatMap((name) => entries[name] ?? []).filter(({ state }) => state !== 'absent');
  const annotated = texts.flatMap((value): AddressList[] => {
    const parts = splitList(value, /,/);
    return parts.length === 0 ? [] : [{ technology: 'Service', at: value.at, entries: parts }];
  });
  const lists = [...field, ...annotated];
  const flaw = flawOf(entries);
  // Several lists are one union: every range of any of them is let in.
  const [first] = lists;
  return first ? [{ technology: 'Service', at: first.at, entries: lists.flatMap((list) => list.entries), ...(flaw ? { flaw } : {}) }] : [];
}

/** Settings by which a provider leaves the ranges aside. */
function flawOf(entries: Header['annotations']['entries']): ListFlaw | undefined {
  for (const { name, value, reason } of balancers.ignored) {
    const set = entries[name];
    if (set?.state === 'known' && (value === undefined || set.value === value)) return { reason: reason as ListFlaw['reason'], at: set.at };
  }
  return undefined;
}
