import { escalationsOf, type Escalation, type Gain } from '../../../engine/identity/escalation.ts';
import { accountLabel, tokenMount } from '../../../engine/identity/graph.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { isPartial } from '../../../engine/identity/token-need.ts';
import { defineRule, type Related } from '../../../engine/lint/rule.ts';
import { accountGroup } from '../../accounts/account-group.ts';

export default defineRule({
  id: 'privileged-token-on-every-node',
  title: 'Powerful token on every node',
  family: 'tokens',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'mitre-attack:T1528'],
  unit: 'workload',
  reads: ['workload', 'account', 'binding', 'role'],
  messages: {
    everywhere: 'A token of account "{account}" lies on every node that this runs on, and its holder can {reason}',
    rule: 'this rule allows it',
    binding: 'this binding gives it',
  },
  *check({ unit: workload, graph, environment }) {
    const { group, kind } = workload.object.resource.header;
    if (kind !== 'DaemonSet' || !(group === 'apps' || group === 'extensions') || isPartial(workload.fact)) return;
    const account = graph.accountOf(workload);
    if (tokenMount(workload, account).mounted !== true) return;
    const rbac = authorizer(graph, { defaults: true, minor: environment.kubernetesMinor });
    const [worst] = escalationsOf(rbac.permissionsOfAccount(account), environment.kubernetesMinor).filter(isOfCluster);
    if (!worst) return;
    yield {
      messageId: 'everywhere',
      args: { account: accountLabel(account), reason: reasonOf(worst) },
      at: { object: workload.object, place: workload.accountAt },
      related: onceEach(worst.permissions.flatMap(({ rule, binding, subject }): Related[] => [
        ...(rule.source ? [{ at: { object: rule.source.object, place: rule.source.rule.at }, message: this.messages['rule']! }] : []),
        ...(binding.object && subject ? [{ at: { object: binding.object.object, place: subject.at }, message: this.messages['binding']! }] : []),
      ])),
      group: `rights of ${accountGroup(account)}`,
    };
  },
});

/** Several permissions of one power may come from one rule. */
function onceEach(related: readonly Related[]): Related[] {
  return related.filter(({ at, message }, i) => related.findIndex((one) => one.at.object === at.object && one.at.place.stable === at.place.stable && one.message === message) === i);
}

/** Gains that lead on by themselves. What a controller does for its holder depends on that controller; of the rest the names decide. */
const strong: ReadonlySet<Gain> = new Set<Gain>(['cluster-admin', 'accounts', 'node', 'named', 'secret', 'running']);

/** Whether it leads from one node to the cluster: not from names or a single namespace, but kube-system holds the cluster's own controllers. */
function isOfCluster({ primitive, namespace, name }: Escalation): boolean {
  return strong.has(primitive.gain) && name === undefined && (namespace === undefined || namespace === 'kube-system');
}

function reasonOf({ primitive: { gain, scope, reason }, namespace }: Escalation): string {
  const where = namespace === undefined ? 'any namespace' : `namespace "${namespace}"`;
  if (gain === 'secret') return `read every Secret, tokens among them, of ${where}`;
  if (gain === 'named') return `${reason} any account of ${where}`;
  return gain === 'running' || (gain === 'accounts' && scope === 'namespace') ? `${reason} ${where}` : reason;
}
