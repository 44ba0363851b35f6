import type { CiliumPolicyFact, CiliumRule } from '../../engine/kubernetes/cilium.ts';
import type { Graph } from '../../engine/identity/graph.ts';
import type { Workload } from '../../engine/identity/parts.ts';
import { displayName, isSymbol, type GraphObject } from '../../engine/identity/objects.ts';
import type { AddressGrant } from '../../engine/trust/by-address.ts';
import { callersOf } from '../../engine/trust/callers.ts';
import { mayCallOn } from '../../engine/trust/port-callers.ts';
import type { FixProposal } from '../../engine/lint/rule.ts';
import { known } from '../../engine/yaml/cursor.ts';
import { sharedBy } from './name-callers.ts';

/**
 * From location to identity in a policy of Cilium: a rule beside it names the accounts of the callers that the files show
 * and has them prove it, and the address rule asks for a proof too. Nothing where there is no such caller, where one cannot
 * be named, or where the rule looks into the traffic: that is not copied.
 */
export function proveInCilium(graph: Graph, object: GraphObject, grant: AddressGrant): FixProposal[] {
  const found = ruleAt(object, grant);
  if (!found || !found.rule.plain || found.rule.authentication.state !== 'absent') return [];
  const callers = grant.targets.map((target) => callersOf(graph, target).filter((caller) => mayCallOn(graph, target, found.rule.ports, caller)).map(({ workload }) => workload));
  // Cilium gives identities to its own pods; those on the host's network are their node to it.
  const [named, outside] = [callers.map((all) => all.filter((one) => !isOnHost(one))), callers.flat().filter(isOnHost)];
  if (named.length === 0 || named.some((all) => all.length === 0)) return [];
  const selectors = selectorsOf(object, found.fact, named.flat());
  if (!selectors) return [];
  const toPorts = found.rule.ports.length > 0 ? { toPorts: [{ ports: found.rule.ports.map(portOf) }] } : {};
  return [{
    id: 'name-callers',
    title: `Have the callers that these files show (${namesOf(named.flat())})${sharedBy(defaultsOf(named.flat()))} prove who they are; everyone else loses access, also from these addresses${outside.length > 0 ? `, and ${namesOf(outside)} on the network of nodes` : ''}: only pods that Cilium knows have an identity, SPIRE has to be installed, and Cilium 1.20 deprecates \`authentication\``,
    safe: false,
    steps: [
      { object, change: { op: 'set', path: [...found.rule.at.path, 'authentication'], value: { mode: 'required' } } },
      { object, change: { op: 'append', path: found.rule.at.path.slice(0, -1), value: { fromEndpoints: selectors, ...toPorts, authentication: { mode: 'required' } } } },
    ],
  }];
}

function ruleAt(object: GraphObject, grant: AddressGrant): { fact: CiliumPolicyFact; rule: CiliumRule } | undefined {
  const wanted = grant.rule.path.join('/');
  for (const fact of object.resource.facts) {
    const rule = fact.fact === 'ciliumPolicy' ? fact.ingress.find(({ at }) => at.path.join('/') === wanted) : undefined;
    if (rule) return { fact: fact as CiliumPolicyFact, rule };
  }
  return undefined;
}

/** The namespaces of callers that run as `default`. */
function defaultsOf(callers: readonly Workload[]): string[] {
  return [...new Set(callers.filter(({ accountName }) => accountName === 'default').map(({ namespace }) => namespace))];
}

function isOnHost({ fact }: Workload): boolean {
  return known(fact.hostNetwork) === true;
}

/** One selector an account: by name, and by namespace where it is not the policy's own. Undefined where one cannot be told. */
function selectorsOf(object: GraphObject, { clusterwide }: CiliumPolicyFact, callers: readonly Workload[]): object[] | undefined {
  const accounts = new Map(callers.map((caller) => [`${caller.namespace}/${caller.accountName}`, caller]));
  const selectors: object[] = [];
  for (const { namespace, accountName } of accounts.values()) {
    const own = !clusterwide && namespace === object.namespace;
    if (isSymbol(accountName) || isSymbol(namespace) || (namespace === '' && !own)) return undefined;
    selectors.push({ matchLabels: { ...(own ? {} : { 'io.kubernetes.pod.namespace': namespace }), 'io.cilium.k8s.policy.serviceaccount': accountName } });
  }
  return selectors;
}

function portOf({ port, end, protocol }: CiliumRule['ports'][number]): object {
  const last = known(end);
  return { port: String(known<number | string>(port) ?? ''), ...(last === undefined ? {} : { endPort: last }), ...(protocol === 'ANY' ? {} : { protocol }) };
}

function namesOf(workloads: readonly Workload[]): string {
  return [...new Set(workloads.map(({ object }) => displayName(object)))].join(', ');
}
