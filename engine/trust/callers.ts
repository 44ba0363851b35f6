import type { NetworkPeer } from '../kubernetes/network-policy.ts';
import { matches } from '../kubernetes/selector.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph, Workload } from '../identity/graph.ts';
import { isSymbol, type GraphObject, type Location } from '../identity/objects.ts';
import { servicesOf } from './exposure.ts';
import { factsNear } from './index.ts';
import { isolatesIngress } from './network-policy.ts';
import { selectsNamespaceOf } from './peers.ts';
import type { Target } from './target.ts';

/** A workload for which the files show that it calls a target, and what shows it. Manifests hold no pod addresses: none is guessed from a range. */
export interface Caller {
  readonly workload: Workload;
  readonly evidence: Location;
  readonly how: 'selected by a policy' | 'names the Service';
}

/** The callers of a target for which the files give evidence, each once, in the order of the files. */
export function callersOf(graph: Graph, target: Target): Caller[] {
  const peers = peersOf(graph, target);
  const names = serviceNames(graph, target);
  return graph.workloads.flatMap((workload): Caller[] => {
    if (workload === target.workload || graph.proximity.alternatives(target.file, workload.object.document.file)) return [];
    const peer = peers.find((one) => isPeer(graph, one, workload));
    if (peer) return [{ workload, evidence: { object: peer.policy, place: peer.peer.at }, how: 'selected by a policy' }];
    const mention = mentionOf(names, workload);
    return mention ? [{ workload, evidence: { object: workload.object, place: mention.at }, how: 'names the Service' }] : [];
  });
}

interface PolicyPeer {
  readonly policy: GraphObject;
  readonly peer: NetworkPeer;
}

/** What the policies that select a target let in by label. */
function peersOf(graph: Graph, target: Target): PolicyPeer[] {
  return factsNear(graph, 'networkPolicy', target)
    .filter((policy) => isolatesIngress(policy, target) === true)
    .flatMap(({ object, fact }) => fact.ingress.rules.flatMap((rule) => rule.peers).filter((peer) => !peer.ipBlock).map((peer) => ({ policy: object, peer })));
}

function isPeer(graph: Graph, { policy, peer }: PolicyPeer, workload: Workload): boolean {
  // Selecting every namespace, or every pod of one, shows nobody in particular.
  if (!peer.podSelector || (Object.keys(peer.podSelector.matchLabels.entries).length === 0 && peer.podSelector.matchExpressions.length === 0)) return false;
  if (matches(peer.podSelector, workload.fact.podLabels) !== true) return false;
  if (!peer.namespaceSelector) return workload.namespace === policy.namespace;
  return selectsNamespaceOf(graph, peer.namespaceSelector, workload) === true;
}

interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** The Services that stand for a target, by name. */
function serviceNames(graph: Graph, target: Target): ServiceName[] {
  return servicesOf(graph, target).filter(({ object }) => object.name !== '' && !isSymbol(object.name)).map(({ object }) => ({ name: object.name, namespace: object.namespace }));
}

/** The environment value or argument of a workload that holds a Service's DNS name (as kubernetes.io/docs, DNS for Services, spells it). */
function mentionOf(services: readonly ServiceName[], { fact, namespace }: Workload): Value<string> | undefined {
  if (services.length === 0) return undefined;
  const texts = fact.containers.flatMap(({ env, command, args }) => [...Object.entries(env).map(([name, value]) => ({ name, value })), ...[...command, ...args].map((value) => ({ name: '', value }))]);
  return texts.find(({ name, value }) => {
    const hosts = hostsIn(known(value) ?? '', name);
    return services.some((service) => hosts.some((host) => means(host, service, namespace)));
  })?.value;
}

function means(host: string, service: ServiceName, from: string): boolean {
  const [name, namespace, ...rest] = host.split('.');
  if (name !== service.name) return false;
  if (namespace === undefined) return from === service.namespace;
  return namespace === service.namespace && (rest.length === 0 || rest[0] === 'svc');
}

/** Names of variables and flags whose value is a host. */
const hostName = /(?:^|[_-])(?:host|hostname|addr|address|url|uri|endpoint|server|service|backend|upstream|target)s?$/i;
const hostAndMore = /^([a-z][a-z0-9+.-]*:\/\/)?(?:[^@/]*@)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\.?(:\d+)?(?:[/?].*)?$/;
/** Longer than any URL that is written into a manifest. */
const longest = 500;

/**
 * The hosts that a text names: of URLs, of `host:port`, of lists of these; after a flag's `=`. A lone word is a host only
 * where the name of its variable or flag says so: `redis` alone may be anything.
 */
function hostsIn(text: string, variable: string): string[] {
  const flag = /^--?([\w.-]+)=(.*)$/.exec(text);
  const name = flag?.[1] ?? variable;
  return (flag?.[2] ?? text).split(/[,;\s]+/).filter((part) => part.length <= longest).flatMap((part) => {
    const [, scheme, host, port] = hostAndMore.exec(part) ?? [];
    return host === undefined || !(scheme || port || host.includes('.') || hostName.test(name)) ? [] : [host];
  });
}
