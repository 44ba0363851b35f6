import type { Graph } from '../../../engine/identity/graph.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { defineRule, type Related } from '../../../engine/lint/rule.ts';
import { isCalled } from '../../../engine/trust/exposure.ts';
import { labelTrustsOf, namespacesMeant } from '../../../engine/trust/label-trust.ts';
import type { LabelTrust } from '../../../engine/trust/mutable-label.ts';
import { namespaceName } from '../../../engine/trust/peers.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { listed, placesOf, shown, workloadsOf } from '../listed.ts';
import { peerGroup } from '../peer-group.ts';

const messages = {
  namespace: 'Whoever may label a Namespace lets its pods in to {workloads}: this peer believes {label}; only kubernetes.io/metadata.name is set by the API server',
  pod: 'Whoever may create a pod in any namespace is let in to {workloads}: this peer believes {label} from all of them',
  reached: 'this is what they reach',
  carries: 'this carries the label',
};

export default defineRule({
  id: 'mutable-label-trust',
  title: 'Trust in a label that its bearer can set',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-sp-800-207:2.1-4', 'mitre-attack:T1685'],
  unit: 'object',
  on: ['networkPolicy', 'ciliumPolicy'],
  reads: [...trustReads],
  messages,
  *check({ unit: { object }, graph }) {
    for (const trust of labelTrustsOf(graph, object)) {
      const called = trust.targets.some((target) => isCalled(graph, target));
      yield {
        messageId: trust.bearer,
        args: { label: trust.label, workloads: workloadsOf(trust.targets, 'what this policy selects (no such workload among the files read)') },
        at: { object, place: trust.at },
        confidence: called ? 'high' : 'low',
        // Who may label Namespaces is for the estate to say: that matters where something is shown to be reached.
        ...(trust.platforms ? { severity: 'info' as const, persona: 'pedantic' as const } : called ? {} : { persona: 'pedantic' as const }),
        group: peerGroup(object, trust.peer.at),
        related: [...placesOf(trust.targets, messages.reached), ...bearersOf(graph, object, trust)],
      };
    }
  },
  fixes({ unit: { object }, graph, environment }, signal) {
    const trust = labelTrustsOf(graph, object).find(({ peer }) => signal.group === peerGroup(object, peer.at));
    const names = trust && [...(namespacesMeant(graph, object, trust)?.keys() ?? [])].sort();
    // Peers are written as NetworkPolicies have them.
    if (!trust || !names || names.length === 0 || object.resource.header.group !== 'networking.k8s.io') return [];
    const value = names.length === 1 ? { matchLabels: { [namespaceName]: names[0] } } : { matchExpressions: [{ key: namespaceName, operator: 'In', values: names }] };
    const safe = trust.bearer === 'namespace' && names.length === 1 && environment.isComplete(object);
    return [{
      id: 'name-namespace',
      title: `Name the namespace instead of its label: ${listed(names)}${safe ? '' : `; other namespaces ${trust.bearer === 'pod' ? 'with such pods' : 'that carry the label'} lose access: check that none but ${names.length === 1 ? 'this one is' : 'these are'} meant`}`,
      safe,
      steps: [{ object, change: { op: 'set', path: [...trust.peer.at.path, 'namespaceSelector'], value } }],
    }];
  },
});

/** The Namespaces, or the workloads of other namespaces, that carry the label now. */
function bearersOf(graph: Graph, object: GraphObject, trust: LabelTrust): Related[] {
  const bearers = [...(namespacesMeant(graph, object, trust)?.values() ?? [])].map((objects) => objects[0]!);
  return bearers.slice(0, shown).map((one) => ({ at: { object: one, place: one.resource.header.name.at }, message: messages.carries }));
}
