import type { Graph } from '../../../engine/identity/graph.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { selectorData } from '../../../engine/kubernetes/selector.ts';
import type { Place } from '../../../engine/yaml/cursor.ts';
import { defineRule, type FixProposal, type FixStep } from '../../../engine/lint/rule.ts';
import { identitiesOfNamespaces } from '../../../engine/trust/linkerd-namespaces.ts';
import { policyKinds, trustReads } from '../../../engine/trust/trust.ts';
import { accountsOfNamespaces, podsOfNamespaces, type NamespaceGrant } from '../../../engine/trust/whole-namespace.ts';
import { listed, placesOf, workloadsOf } from '../listed.ts';
import { nameCallers, type Naming } from '../name-callers.ts';
import { namePeers } from '../name-peers.ts';
import { peerGroup } from '../peer-group.ts';

const messages = {
  pods: 'Every pod of {from} may reach {workloads}, whoever it runs as: this peer names no pods',
  accounts: 'Every account of {from} may call {workloads}: this rule names no account',
  reached: 'this is what they reach',
};

export default defineRule({
  id: 'namespace-wide-trust',
  title: 'A whole namespace let in',
  family: 'trust',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI4:2025', 'owasp-nhi:NHI9:2025', 'nist-sp-800-207:2.1-4', 'mitre-attack:T1078'],
  unit: 'object',
  on: policyKinds,
  reads: [...trustReads],
  messages,
  *check({ unit: { object }, graph }) {
    for (const grant of grantsIn(graph, object)) {
      yield {
        messageId: grant.kind,
        args: { from: `${grant.named ? (grant.from.length === 1 ? 'namespace' : 'namespaces') : 'every namespace with'} ${listed(grant.from)}`, workloads: workloadsOf(grant.targets, 'what this policy selects (no such workload among the files read)') },
        at: { object, place: grant.at },
        confidence: grant.targets.some(({ workload }) => workload) ? 'high' : 'low',
        group: 'peer' in grant.within ? peerGroup(object, grant.within.peer) : undefined,
        related: placesOf(grant.targets, messages.reached),
      };
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    const grant = grantsIn(graph, object).find(({ at }) => at.path.join('/') === signal.at.place.path.join('/'));
    return grant ? (grant.kind === 'pods' ? nameThePods(graph, object, grant) : nameTheAccounts(graph, object, grant)) : [];
  },
});

function grantsIn(graph: Graph, object: GraphObject): NamespaceGrant[] {
  const byLinkerd = identitiesOfNamespaces(graph, object);
  return byLinkerd.length > 0 ? byLinkerd : object.resource.facts.flatMap((fact) => {
    if (fact.fact === 'networkPolicy') return podsOfNamespaces(graph, { object, fact });
    return fact.fact === 'istioAuthorizationPolicy' ? accountsOfNamespaces(graph, { object, fact }) : [];
  });
}

/** One peer for each caller that the files show in these namespaces, in place of the one for all. */
function nameThePods(graph: Graph, object: GraphObject, { within, targets, selector, lets }: NamespaceGrant): FixProposal[] {
  const callers = namePeers(graph, object.namespace, targets, ({ workload }) => lets(workload));
  const namespaceSelector = selector && selectorData(selector);
  if (!callers || !namespaceSelector || !('peer' in within)) return [];
  const [first, ...more] = [...new Map(callers.map(({ labels }) => [JSON.stringify(labels), labels])).values()];
  const list = within.peer.path.slice(0, -1);
  const steps: FixStep[] = [
    { object, change: { op: 'set', path: [...within.peer.path, 'podSelector'], value: { matchLabels: first } } },
    ...more.map((matchLabels): FixStep => ({ object, change: { op: 'append', path: list, value: { namespaceSelector, podSelector: { matchLabels } } } })),
  ];
  const names = [...new Set(callers.map(({ caller }) => caller))].join(', ');
  return [{ id: 'name-callers', title: `Let in only the callers that these files show there (${names}); every other pod of these namespaces loses access: check scrapers, jobs and callers of other repositories first`, safe: false, steps }];
}

function nameTheAccounts(graph: Graph, object: GraphObject, { within, targets, besides, lets }: NamespaceGrant): FixProposal[] {
  const naming = nameCallers(graph, targets, lets);
  if (!naming || !('principals' in naming.source)) return [];
  if ('identity' in within) return nameLinkerdAccounts(object, within.identity, naming);
  const source = { principals: [...besides, ...naming.source.principals] };
  const change = 'source' in within
    ? { op: 'set' as const, path: [...within.source.path, 'principals'], value: source.principals }
    : 'rule' in within ? { op: 'set' as const, path: [...within.rule.path, 'from'], value: [{ source }] } : undefined;
  return change ? [{ id: 'name-callers', title: naming.title, safe: false, steps: [{ object, change }] }] : [];
}

/** References to accounts in place of the identity: they need no trust domain, and the API server takes one of the two lists only (linkerd2 charts, policy CRDs, oneOf). */
function nameLinkerdAccounts(object: GraphObject, identity: Place, { accounts, title }: Naming): FixProposal[] {
  const identities = identity.path.slice(0, -1);
  const fact = object.resource.facts.find((one) => one.fact === 'linkerdMeshTls' || one.fact === 'linkerdServerAuthorization');
  const all = fact?.fact === 'linkerdMeshTls' ? fact.identities : fact?.fact === 'linkerdServerAuthorization' ? fact.meshTls?.identities ?? [] : [];
  // Identities beside it cannot be written as accounts without their trust domain being known.
  if (all.length !== 1) return [];
  const refs = accounts.map(({ namespace, name }) => ({ ...(fact?.fact === 'linkerdMeshTls' ? { kind: 'ServiceAccount' } : {}), name, ...(namespace === object.namespace ? {} : { namespace }) }));
  const list = fact?.fact === 'linkerdMeshTls' ? 'identityRefs' : 'serviceAccounts';
  const steps: FixStep[] = [
    { object, change: { op: 'set', path: [...identities.slice(0, -1), list], value: refs } },
    { object, change: { op: 'remove', path: identities } },
  ];
  return [{ id: 'name-callers', title, safe: false, steps }];
}
