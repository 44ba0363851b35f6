import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule } from '../../../engine/lint/rule.ts';
import { bringsNetwork, isPartOfNode, nodeTrusts } from '../../../engine/trust/host-network.ts';
import { targetOf } from '../../../engine/trust/target.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { shown, workloadsOf } from '../listed.ts';

const messages = {
  node: '{workload} runs on the host\'s network: to every rule on addresses it is its node, and to most network plug-ins no pod at all',
  network: '{workload} runs on the host\'s network, as what brings the cluster\'s network about has to: to every rule on addresses it is its node, and to most network plug-ins no pod at all',
  trusted: '{workload} runs on the host\'s network, and {count} among the files read lets the addresses of nodes in: whoever takes over one of its pods is let in there',
  believes: 'this believes the address of a node',
};

export default defineRule({
  id: 'host-network-identity',
  title: 'Pods that are their node to every address rule',
  family: 'trust',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI6:2025', 'owasp-nhi:NHI4:2025', 'cis-kubernetes:5.2.5', 'nist-sp-800-207:2.1-2', 'mitre-attack:T1552.005', 'mitre-attack:T1611'],
  unit: 'workload',
  reads: [...trustReads, 'node'],
  // A rule in any namespace may believe the node of a pod in another.
  wide: true,
  messages,
  *check({ unit: workload, graph }) {
    const { hostNetwork } = workload.fact;
    if (known(hostNetwork) !== true || workload.repeated || isPartOfNode(workload)) return;
    const target = targetOf(workload);
    const trusts = nodeTrusts(graph).filter(({ object }) => !graph.proximity.alternatives(target.file, object.document.file));
    const args = { workload: workloadsOf([target], ''), count: trusts.length === 1 ? 'one rule' : `${trusts.length} rules` };
    const at = { object: workload.object, place: hostNetwork.at };
    if (trusts.length === 0) yield { messageId: bringsNetwork(workload) ? 'network' : 'node', args, at };
    else yield { messageId: 'trusted', args, at, severity: 'warning', persona: 'regular', confidence: 'high', related: trusts.slice(0, shown).map((one) => ({ at: one, message: messages.believes })) };
  },
  fixes({ unit: workload }) {
    if (bringsNetwork(workload)) return [];
    const { object, fact } = workload;
    return [{ id: 'leave-host-network', title: 'Leave the host\'s network: the pods get addresses of their own, and their ports are no longer those of the node: check who calls them there, and what they reach only from the node', safe: false, steps: [{ object, change: { op: 'remove', path: fact.hostNetwork.at.path } }] }];
  },
});
