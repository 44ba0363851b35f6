import type { Graph } from '../../../engine/identity/graph.ts';
import type { Workload } from '../../../engine/identity/parts.ts';
import { shownName, type GraphObject } from '../../../engine/identity/objects.ts';
import { bypassesOf, bypassOfNamespace, type Bypass } from '../../../engine/trust/bypass.ts';
import { servicesOf } from '../../../engine/trust/exposure.ts';
import { targetOf } from '../../../engine/trust/target.ts';
import { trustIn, trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, type FixProposal, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { listed, workloadsOf } from '../listed.ts';

export default defineRule({
  id: 'mesh-bypass',
  title: 'A way past the mesh',
  family: 'trust',
  severity: 'info',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-03', 'nist-sp-800-207:2.1-2', 'mitre-attack:T1685'],
  unit: 'object',
  on: ['namespace', 'workload'],
  reads: [...trustReads, 'callback'],
  messages: {
    injection: '{workload} is kept out of {mesh}, though its namespace is in it: its calls carry no identity, and no policy of the mesh checks who calls it',
    injectionUntold: '{workload} is kept out of {mesh}: its calls carry no identity, and no policy of the mesh checks who calls it (whether its namespace is in the mesh, the files read do not tell)',
    ambient: '{workload} is kept out of ambient mode, though its namespace is in it: its calls carry no identity, and no policy of the mesh checks who calls it',
    ambientUntold: '{workload} is kept out of ambient mode: its calls carry no identity, and no policy of the mesh checks who calls it (whether its namespace is in the mesh, the files read do not tell)',
    hostNetwork: '{workload} lives on the host\'s network, where {mesh} adds no proxy: its calls carry no identity, and no policy of the mesh checks who calls it',
    namespace: 'Namespace {workload} is kept out of {mesh}: its workloads have no identity there',
    inbound: 'Calls to {workload} on {items} go past its proxy: no mutual TLS, and no policy of the mesh checks who calls',
    inboundPolicy: 'Calls to {workload} on {items} go past its proxy, and so past the policy that checks who calls it',
    allInbound: 'All calls to {workload} go past its proxy: no mutual TLS, and no policy of the mesh checks who calls',
    outbound: 'Calls of {workload} to {items} go past its proxy, without the identity of the workload',
    allOutbound: 'All calls of {workload} go past its proxy, without the identity of the workload',
    unreadable: 'What goes past the proxy of {workload} cannot be read: {items} is neither a port nor a network',
    policy: 'this checks who calls, on what passes the proxy',
    service: 'this leads callers there',
  },
  *check({ unit: { object }, graph }) {
    for (const { bypass, workload } of bypassesIn(graph, object)) yield signalOf(graph, object, bypass, workload, this.messages);
  },
  fixes({ unit: { object }, graph }, signal) {
    const found = bypassesIn(graph, object).find(({ bypass }) => bypass.at.at.stable === signal.at.place.stable);
    return found ? fixesOf(object, found.bypass) : [];
  },
});

interface Found {
  readonly bypass: Bypass;
  readonly workload: Workload | undefined;
}

/** The workloads of an object stand next to each other; only theirs are looked at. */
function bypassesIn(graph: Graph, object: GraphObject): Found[] {
  if (object.resource.facts.some(({ fact }) => fact === 'namespace')) {
    const bypass = bypassOfNamespace(object);
    return bypass ? [{ bypass, workload: undefined }] : [];
  }
  if (!object.resource.facts.some(({ fact }) => fact === 'workload')) return [];
  return podsOf(graph, object).filter(({ repeated }) => !repeated).flatMap((workload) => bypassesOf(graph, workload).map((bypass) => ({ bypass, workload })));
}

const memory = new WeakMap<Graph, ReadonlyMap<GraphObject, readonly Workload[]>>();

function podsOf(graph: Graph, object: GraphObject): readonly Workload[] {
  let byObject = memory.get(graph);
  if (!byObject) {
    const all = new Map<GraphObject, Workload[]>();
    for (const workload of graph.workloads) all.set(workload.object, [...(all.get(workload.object) ?? []), workload]);
    memory.set(graph, (byObject = all));
  }
  return byObject.get(object) ?? [];
}

function signalOf(graph: Graph, object: GraphObject, bypass: Bypass, workload: Workload | undefined, messages: Readonly<Record<string, string>>): Signal {
  const { how, mesh, at, usual, sure, items } = bypass;
  const past = workload && (how === 'inbound' || how === 'allInbound') ? pastOf(graph, workload) : [];
  const served = workload && how === 'inbound' ? servicesOf(graph, targetOf(workload)).slice(0, 1) : [];
  const untold = (how === 'injection' || how === 'ambient') && !sure;
  return {
    messageId: untold ? `${how}Untold` : how === 'inbound' && past.length > 0 ? 'inboundPolicy' : how,
    args: { workload: workload ? workloadsOf([targetOf(workload)], '') : shownName(object.name), mesh, items: itemWords(items) },
    at: { object, place: at.at },
    persona: usual ? 'pedantic' : 'regular',
    confidence: sure ? 'high' : untold || how === 'namespace' ? 'low' : 'medium',
    related: [
      ...past.slice(0, 3).map((policy): Related => ({ at: { object: policy, place: policy.resource.header.name.at }, message: messages['policy']! })),
      ...served.map(({ object: service }): Related => ({ at: { object: service, place: service.resource.header.name.at }, message: messages['service']! })),
    ],
  };
}

/** Ports as ports, networks and what is neither as they are written. */
function itemWords(items: Bypass['items']): string {
  const ports = items.filter((item) => item.ports);
  const others = items.filter((item) => !item.ports);
  const one = ports.length === 1 && ports[0]!.ports!.first === ports[0]!.ports!.last;
  return [...(ports.length > 0 ? [`${one ? 'port' : 'ports'} ${listed(ports.map(({ text }) => text))}`] : []), ...(others.length > 0 ? [listed(others.map(({ text }) => text))] : [])].join(' and ');
}

const meshes: ReadonlySet<string> = new Set(['Istio', 'Linkerd', 'Consul', 'Kuma']);

/** The policies of meshes that are about a workload: what goes past its proxy goes past them. */
function pastOf(graph: Graph, workload: Workload): GraphObject[] {
  return trustIn(graph, targetOf(workload)).layers.filter(({ technology }) => meshes.has(technology)).flatMap(({ policies }) => policies);
}

const takesEffect = 'pods get it when they are made anew';

function fixesOf(object: GraphObject, { how, mesh, at, beside }: Bypass): FixProposal[] {
  const { path } = at.at;
  if (at.state !== 'known' || how === 'unreadable') return [];
  if (how === 'namespace') {
    if (path.at(-1) !== 'istio-injection') return [];
    return [{ id: 'enter-mesh', title: `Put the namespace into the mesh (check first that its workloads start with a sidecar, and that their callers are in the mesh where mutual TLS is required; ${takesEffect})`, safe: false, choice: true, steps: [{ object, change: { op: 'set', path, value: 'enabled' } }] }];
  }
  if (how === 'injection' || how === 'ambient') {
    const title = `Let ${how === 'ambient' ? 'ambient mode take its traffic' : 'the proxy in'} (check first that it works behind one: probes, jobs that end, protocols in which the server speaks first; ${takesEffect})`;
    return [{ id: 'enter-mesh', title, safe: false, steps: [{ object, change: { op: 'remove', path } }] }];
  }
  const title = how === 'inbound' || how === 'allInbound'
    ? `Send these calls through the proxy (callers without an identity of ${mesh} lose access where one is demanded: check probes, scrapers and callers outside the mesh first; ${takesEffect})`
    : `Send these calls through the proxy, so that they carry an identity (check first that what is called answers a proxy: databases in which the server speaks first, addresses outside the cluster; ${takesEffect})`;
  const change = beside.length === 0 ? { op: 'remove' as const, path } : { op: 'set' as const, path, value: beside.map(({ text }) => text).join(',') };
  return [{ id: 'use-proxy', title, safe: false, steps: [{ object, change }] }];
}
