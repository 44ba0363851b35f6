import { accountLabel, tokenMount, type Graph } from '../../../engine/identity/graph.ts';
import type { Workload } from '../../../engine/identity/parts.ts';
import { type Grant, isTold } from '../../../engine/identity/grants.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { speaksForOwner } from '../../../engine/inventory/sharing.ts';
import { isPartial } from '../../../engine/identity/token-need.ts';
import { defineRule, type Related } from '../../../engine/lint/rule.ts';
import { accountGroup } from '../account-group.ts';
import { ownAccount, ownName } from '../own-account.ts';

export default defineRule({
  id: 'default-service-account',
  title: 'Workload that runs as the default account',
  family: 'accounts',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI9:2025', 'cis-kubernetes:5.1.5', 'nist-csf-2.0:PR.AA-01', 'nist-sp-800-207:2.1-4', 'mitre-attack:T1078.001'],
  unit: 'workload',
  reads: ['workload', 'account', 'accountDefault', 'binding', 'role'],
  messages: {
    unnamed: 'Runs as account "{account}", as does everything in its namespace that names no account',
    bound: 'Runs as account "{account}", which has rights: everything in its namespace that names no account has them, too',
    binding: 'this binding gives "{account}" rights',
    object: 'the account',
    configured: 'this gives it to every {kind} that names no account',
  },
  *check({ unit: workload, graph, environment }) {
    const account = graph.accountOf(workload);
    if (account.name !== 'default' || workload.repeated || isPartial(workload.fact) || !speaksForOwner(workload, account)) return;
    const grants = rightsOf(workload, graph, environment.kubernetesMinor);
    // Without the token a pod has no use of the rights.
    const bound = grants.length > 0 && tokenMount(workload, account).mounted !== false;
    const args = { account: accountLabel(account) };
    const bindings = grants.slice(0, 3).map(({ binding, subject }): Related => ({ at: { object: binding.object, place: subject.at }, message: this.messages['binding']!.replace('{account}', args.account) }));
    yield {
      messageId: bound ? 'bound' : 'unnamed',
      args,
      at: { object: workload.object, place: workload.accountAt },
      related: [...configurationsOf(workload, graph, this.messages['configured']!), ...account.objects.map(({ object }): Related => ({ at: { object, place: object.resource.header.name.at }, message: this.messages['object']! })), ...bindings],
      severity: bound ? 'warning' : 'info',
      persona: bound ? 'regular' : 'pedantic',
      confidence: !bound || isTold(account.namespace) ? 'high' : 'medium',
      group: accountGroup(account),
    };
  },
  fixes({ unit: workload, graph }) {
    const account = graph.accountOf(workload);
    const name = ownName(workload, account, graph);
    return name === undefined ? [] : [ownAccount(workload, account, name, graph)];
  },
});

/**
 * The bindings that give a workload's account something of its own; not those to a role that is known to be empty. Where
 * no namespace is told, two directories may well be applied to two namespaces: then a binding counts beside the workload
 * or above it, or within one chart.
 */
function rightsOf(workload: Workload, graph: Graph, minor: number): readonly Grant[] {
  const rbac = authorizer(graph, { defaults: true, minor });
  const { file, dialect } = workload.object.document;
  const isNear = (other: string) => isTold(workload.namespace) || dialect === 'template' || file.startsWith(directoryOf(other));
  return graph.grantsOf(graph.accountOf(workload)).filter(({ via, binding }) => {
    const role = rbac.roleOf(binding);
    return via !== 'group' && isNear(binding.object.document.file) && (role.unknown || role.open || role.rules.length > 0);
  });
}

/** What makes `default` the account of pods whose kind leaves that to a configuration. */
function configurationsOf({ object, fact }: Workload, graph: Graph, message: string): Related[] {
  const { group, kind } = object.resource.header;
  if (fact.fallback !== undefined || fact.serviceAccountName.state !== 'absent') return [];
  return graph.all('accountDefault').filter((one) => one.fact.group === group).map((one) => ({ at: { object: one.object, place: one.fact.name.at }, message: message.replace('{kind}', kind) }));
}

/** With its last slash; "" for the top. */
function directoryOf(file: string): string {
  return file.replace(/[^/]*$/, '');
}
