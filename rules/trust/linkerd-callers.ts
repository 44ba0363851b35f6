import { isSymbol, type GraphObject } from '../../engine/identity/objects.ts';
import { tellingLabels } from '../../engine/identity/telling-labels.ts';
import type { Graph } from '../../engine/identity/graph.ts';
import { servedPorts } from '../../engine/trust/bypass-ports.ts';
import { isRefTo } from '../../engine/trust/linkerd-evidence.ts';
import { isProxy } from '../../engine/trust/linkerd-mesh.ts';
import type { Target } from '../../engine/trust/target.ts';
import type { FixStep } from '../../engine/lint/rule.ts';
import { known } from '../../engine/yaml/cursor.ts';
import { pathIn } from '../../engine/lint/rule.ts';
import type { CallerAccount, NamedCallers } from './name-callers.ts';

/*
 * Callers as Linkerd's policies name them: by reference to their ServiceAccounts, so that no trust domain has to be
 * guessed. What a policy asked for before is kept, and both are then demanded.
 */

const policyGroup = 'policy.linkerd.io';

/** Demands named callers in an authorization that asked for none by name; undefined for one that cannot take them. */
export function demandCallers(object: GraphObject, accounts: readonly CallerAccount[]): FixStep[] | undefined {
  const fact = object.resource.facts.find((one) => one.fact === 'linkerdAuthorization' || one.fact === 'linkerdServerAuthorization');
  if (object.name === '' || isSymbol(object.name) || isSymbol(object.namespace)) return undefined;
  if (fact?.fact === 'linkerdServerAuthorization') {
    const client = pathIn(object, 'spec', 'client');
    const open = fact.unauthenticated.state === 'known' ? [{ object, change: { op: 'remove' as const, path: [...client, 'unauthenticated'] } }] : [];
    return [...open, { object, change: { op: 'set', path: [...client, 'meshTLS'], value: { serviceAccounts: accounts.map((account) => reference(account, object.namespace)) } } }];
  }
  // A policy takes one authentication of identities: where there is one, it is for its author to narrow.
  if (fact?.fact !== 'linkerdAuthorization' || fact.open || fact.required.some((ref) => !isRefTo(ref, 'NetworkAuthentication'))) return undefined;
  const name = `${object.name}-callers`;
  return [
    { object, change: { op: 'append', path: pathIn(object, 'spec', 'requiredAuthenticationRefs'), value: { group: policyGroup, kind: 'MeshTLSAuthentication', name } } },
    { after: object, add: [authentication(name, object.namespace, accounts)] },
  ];
}

/** Servers for the ports by which some targets are called, which close them, and what lets their callers in. Undefined where the ports of one are not told. */
export function closePorts(graph: Graph, named: readonly NamedCallers[]): unknown[] | undefined {
  const add: unknown[] = [];
  for (const { target, accounts } of named) {
    const matchLabels = tellingLabels(graph, target.workload!);
    const ports = portsToClose(graph, target);
    const { name } = target.workload!.object;
    if (!matchLabels || !ports || name === '' || isSymbol(name) || isSymbol(target.namespace) || target.workload!.fact.part !== '') return undefined;
    const callers = `${name}-callers`;
    add.push(authentication(callers, target.namespace, accounts));
    for (const port of ports) {
      const server = `${name}-${port}`;
      add.push({ apiVersion: serverVersion(graph), kind: 'Server', metadata: metadata(server, target.namespace), spec: { podSelector: { matchLabels }, port } });
      add.push({ apiVersion: 'policy.linkerd.io/v1alpha1', kind: 'AuthorizationPolicy', metadata: metadata(server, target.namespace), spec: { targetRef: { group: policyGroup, kind: 'Server', name: server }, requiredAuthenticationRefs: [{ group: policyGroup, kind: 'MeshTLSAuthentication', name: callers }] } });
    }
  }
  return add;
}

function authentication(name: string, namespace: string, accounts: readonly CallerAccount[]): object {
  return { apiVersion: 'policy.linkerd.io/v1alpha1', kind: 'MeshTLSAuthentication', metadata: metadata(name, namespace), spec: { identityRefs: accounts.map((account) => ({ kind: 'ServiceAccount', ...reference(account, namespace) })) } };
}

function metadata(name: string, namespace: string): object {
  return { name, ...(namespace === '' ? {} : { namespace }) };
}

/** Without a namespace an account is of the policy's own. */
function reference({ namespace, name }: CallerAccount, home: string): object {
  return { name, ...(namespace === home ? {} : { namespace }) };
}

/** The version in which Servers are written among the files; else the newest. */
function serverVersion(graph: Graph): string {
  return graph.all('linkerdServer').find(({ object }) => object.resource.header.group === policyGroup)?.object.resource.header.apiVersion ?? `${policyGroup}/v1beta3`;
}

/** The ports by which a target is called: those to which Services lead, and all of its containers' where the files do not tell. Others (metrics, debugging) stay as they are. */
function portsToClose(graph: Graph, target: Target): readonly number[] | undefined {
  const ports = portsOf(target);
  const served = servedPorts(graph, target);
  const called = served.includes(undefined) ? [] : ports?.filter((port) => served.includes(port));
  return called && called.length > 0 ? called : ports;
}

/** The ports of a target's containers by number, each once; undefined where there are none, or some that no file tells. */
function portsOf({ workload }: Target): readonly number[] | undefined {
  const containers = workload!.fact.containers.filter((container) => !isProxy(container));
  const ports = containers.flatMap((container) => container.ports.listed.map(({ number }) => known(number)));
  const told = ports.filter((port) => port !== undefined);
  return told.length === 0 || told.length < ports.length || workload!.fact.containersOpen || containers.some((container) => container.ports.open) ? undefined : [...new Set(told)];
}
