import type { Graph } from '../../../engine/identity/graph.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import type { NetworkPolicyFact } from '../../../engine/kubernetes/network-policy.ts';
import { defineRule, pathIn, type Environment, type FixProposal, type Signal } from '../../../engine/lint/rule.ts';
import { didYouMean, nearest } from '../../../engine/lint/suggest.ts';
import { ineffectsOf, type Ineffect } from '../../../engine/trust/ineffective.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { placesOf, workloadsOf } from '../listed.ts';

const messages = {
  deadRules: 'These {direction} rules have no effect: policyTypes does not hold {type}',
  emptyEgress: 'This empty list turns nothing away: without policyTypes a policy is about egress only where it has egress rules',
  closesIngress: 'This policy has egress rules alone, yet turns away every caller of {workloads}: without policyTypes it is about ingress too',
  mayCloseIngress: 'This policy has egress rules alone, yet turns away every caller of what it selects, unless another policy lets them in: without policyTypes it is about ingress too',
  endPort: 'The API server refuses this policy: endPort needs a numeric port, and must not be below it',
  portName: 'This opens no port of {workloads}: no container has one named "{name}"{hint}',
  hostNetwork: 'This policy may have no effect: all that it selects ({workloads}) runs on the host\'s network, where most plug-ins enforce none',
  selectsNothing: 'This policy selects nothing: no workload of its namespace has the labels {label}',
  nearlySelects: 'This policy selects nothing among the files read: {workloads} has "{value}" here',
  selected: 'this is what the policy selects',
  meant: 'this was probably meant',
};

export default defineRule({
  id: 'ineffective-network-policy',
  title: 'A network policy that does not do what it says',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI8:2025', 'nist-csf-2.0:PR.IR-01'],
  unit: 'object',
  on: ['networkPolicy'],
  reads: [...trustReads],
  messages,
  *check({ unit: { object }, graph, environment }) {
    for (const ineffect of ineffectsIn(graph, object, environment)) yield { ...signalOf(ineffect), at: { object, place: ineffect.at } };
  },
  fixes({ unit: { object }, graph, environment }, signal) {
    const ineffect = ineffectsIn(graph, object, environment).find(({ at }) => at.path.join('/') === signal.at.place.path.join('/'));
    return ineffect ? fixesOf(object, ineffect) : [];
  },
});

function ineffectsIn(graph: Graph, object: GraphObject, environment: Environment): Ineffect[] {
  return object.resource.facts.flatMap((fact) => (fact.fact === 'networkPolicy' ? ineffectsOf(graph, { object, fact }, environment.isComplete(object)) : []));
}

const typeOf = { ingress: 'Ingress', egress: 'Egress' } as const;

function signalOf(ineffect: Ineffect): Omit<Signal, 'at'> {
  switch (ineffect.kind) {
    case 'deadRules': return { messageId: 'deadRules', args: { direction: ineffect.direction, type: typeOf[ineffect.direction] }, confidence: 'high' };
    case 'emptyEgress': case 'endPort': return { messageId: ineffect.kind, confidence: 'high' };
    case 'closesIngress': return ineffect.targets.length > 0
      ? { messageId: 'closesIngress', args: { workloads: workloadsOf(ineffect.targets, '') }, confidence: 'medium', related: placesOf(ineffect.targets, messages.selected) }
      : { messageId: 'mayCloseIngress', severity: 'info', persona: 'pedantic', confidence: 'low' };
    case 'portName': {
      const hint = didYouMean(ineffect.name, ineffect.others);
      // A chart may list a port for the day when it is switched on; a slip of the pen it is not.
      const spare = ineffect.besides && hint === '';
      return { messageId: 'portName', args: { name: ineffect.name, hint, workloads: workloadsOf(ineffect.targets, '') }, confidence: 'medium', ...(spare ? { severity: 'info', persona: 'pedantic' } : {}), related: placesOf(ineffect.targets, messages.selected) };
    }
    case 'hostNetwork': return { messageId: 'hostNetwork', args: { workloads: workloadsOf(ineffect.targets, '') }, confidence: 'medium', related: placesOf(ineffect.targets, messages.selected) };
    case 'selectsNothing': return ineffect.near
      ? { messageId: 'nearlySelects', args: { workloads: workloadsOf([ineffect.near.target], ''), value: ineffect.near.value }, confidence: 'medium', related: placesOf([ineffect.near.target], messages.meant) }
      : { messageId: 'selectsNothing', args: { label: ineffect.label }, confidence: 'high' };
  }
}

function fixesOf(object: GraphObject, ineffect: Ineffect): FixProposal[] {
  const path = pathIn(object, 'spec', 'policyTypes');
  switch (ineffect.kind) {
    case 'deadRules': {
      const type = typeOf[ineffect.direction];
      const { types } = object.resource.facts.find((fact): fact is NetworkPolicyFact => fact.fact === 'networkPolicy')!;
      return [
        { id: 'add-policy-type', title: `Add ${type} to policyTypes: from then on only what these rules and those of other policies let ${ineffect.direction === 'ingress' ? 'in' : 'out'} passes`, safe: false, steps: [{ object, change: { op: 'set', path, value: [...types.values.map((value) => known(value)), type] } }] },
        { id: 'remove-dead-rules', title: `Remove the ${ineffect.direction} rules, which have no effect`, safe: true, choice: true, steps: [{ object, change: { op: 'remove', path: ineffect.at.path } }] },
      ];
    }
    case 'emptyEgress': return [{ id: 'add-policy-type', title: 'Say policyTypes: [Ingress, Egress]; the pods then reach nothing that no other policy lets them reach, DNS included', safe: false, steps: [{ object, change: { op: 'set', path, value: ['Ingress', 'Egress'] } }] }];
    case 'closesIngress': return [{ id: 'egress-only', title: 'Say policyTypes: [Egress]; callers are then no longer turned away by this policy', safe: false, steps: [{ object, change: { op: 'set', path, value: ['Egress'] } }] }];
    case 'portName': {
      const name = nearest(ineffect.name, ineffect.others);
      return name === undefined ? [] : [{ id: 'use-port-name', title: `Name the port "${name}"; the callers of this rule then reach it`, safe: false, steps: [{ object, change: { op: 'set', path: ineffect.at.path, value: name } }] }];
    }
    case 'selectsNothing': return ineffect.near ? [{ id: 'use-label', title: `Select "${ineffect.near.value}"; what no rule of a policy lets in or out is then turned away there`, safe: false, steps: [{ object, change: { op: 'set', path: ineffect.at.path, value: ineffect.near.value } }] }] : [];
    case 'endPort': case 'hostNetwork': return [];
  }
}
