import { shownName } from '../../../engine/identity/objects.ts';
import { isTold } from '../../../engine/identity/grants.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { Workload } from '../../../engine/identity/parts.ts';
import { inWords, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import { speaksForOwner } from '../../../engine/inventory/sharing.ts';
import { defineRule, pathIn, type FixProposal, type RuleContext } from '../../../engine/lint/rule.ts';
import { ownAccount, ownName } from '../../accounts/own-account.ts';
import { bindingGroup } from '../binding-group.ts';
import { bindingPlaces } from '../binding-places.ts';
import { severityOfWeight, weighedBinding, type WeighedBinding } from '../weighed-binding.ts';
import { rightsLabel, roleLabel } from '../rights-label.ts';
import { withoutSubject } from '../subject-fixes.ts';

export default defineRule({
  id: 'default-account-binding',
  title: 'Rights for the default account',
  family: 'access',
  severity: 'error',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI9:2025', 'owasp-nhi:NHI5:2025', 'owasp-agentic-2026:ASI03', 'cis-kubernetes:5.1.5', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1078.001'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'role', 'account', 'workload'],
  messages: {
    rights: 'Everything in {namespace} that names no account can {rights}',
    unread: 'Everything in {namespace} that names no account has {role}',
  },
  *check(context) {
    const facts = read(context);
    if (!facts) return;
    const { binding, role, weight, subjects } = facts;
    for (const bound of subjects) {
      yield {
        messageId: weight ? 'rights' : 'unread',
        args: { namespace: namespaceLabel(bound), role: roleLabel(binding.fact), rights: rightsLabel(weight?.rule, binding, bound.name!.namespace) },
        at: { object: binding.object, place: bound.subject.name.at },
        related: bindingPlaces(role, weight?.rule, [bound]),
        severity: weight ? severityOfWeight[weight.weight] : 'warning',
        confidence: weight ? 'high' : 'medium',
        group: bindingGroup(binding, role, subjects),
      };
    }
  },
  fixes(context, signal) {
    const facts = read(context);
    const bound = facts?.subjects.find(({ subject }) => subject.name.at.span.start === signal.at.place.span.start);
    return facts && bound ? fixesOf(facts, bound, context.graph) : [];
  },
});

/** Those subjects that mean an account named default, spelled as an account or as a user. */
function read(context: RuleContext<'object'>): WeighedBinding | undefined {
  return weighedBinding(context, ({ name }) => name?.kind === 'ServiceAccount' && name.name === 'default');
}

function namespaceLabel({ name }: BoundSubject): string {
  return isTold(name!.namespace) ? `namespace "${name!.namespace}"` : 'its namespace';
}

/** With more of them the accounts are better written by hand. */
const mostWorkloads = 5;

function fixesOf({ binding, weight }: WeighedBinding, bound: BoundSubject, graph: Graph): FixProposal[] {
  const removal = withoutSubject(binding, bound, weight ? 'check that nothing that runs as it needs this' : 'check what the role gives, and that nothing needs it');
  const own = ownAccounts(binding, bound, graph);
  return own ? [own, removal] : [removal];
}

/** An account for each workload that runs as the default one, bound in its place. */
function ownAccounts({ object, fact }: WeighedBinding['binding'], bound: BoundSubject, graph: Graph): FixProposal | undefined {
  const runners = bound.accounts.flatMap((account) => account.workloads.filter((one) => !one.repeated && speaksForOwner(one, account)).map((workload) => ({ account, workload, name: ownName(workload, account, graph) })));
  const names = runners.flatMap(({ name }) => name ?? []);
  if (runners.length === 0 || runners.length > mostWorkloads || new Set(names).size < runners.length) return undefined;
  return {
    id: 'own-accounts',
    title: `Give ${inWords(runners.map(({ workload }) => labelOf(workload)))} ${runners.length > 1 ? 'accounts of their own' : 'an account of its own'} and bind ${runners.length > 1 ? 'these' : 'that'} in place of "default" (check that nothing else in the namespace needs the rights, and who knows the old account)`,
    safe: false,
    steps: [
      ...runners.flatMap(({ account, workload, name }) => ownAccount(workload, account, name!, graph).steps),
      { object, change: { op: 'remove', path: pathIn(object, 'subjects', fact.subjects.indexOf(bound.subject)) } },
    ],
  };
}

function labelOf({ object }: Workload): string {
  return `${object.resource.header.kind} "${shownName(object.name)}"`;
}
