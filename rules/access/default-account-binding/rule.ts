import { isTold } from '../../../engine/identity/grants.ts';
import type { Graph, Workload } from '../../../engine/identity/graph.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import type { ResolvedRole } from '../../../engine/identity/rbac-roles.ts';
import { boundSubjects, inWords, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import { speaksForOwner } from '../../../engine/identity/sharing.ts';
import { weightOf, type RoleWeight, type Weight } from '../../../engine/identity/role-weight.ts';
import type { BindingFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, pathIn, type FixProposal, type RuleContext, type Severity } from '../../../engine/lint/rule.ts';
import { ownAccount, ownName } from '../../accounts/own-account.ts';
import { bindingGroup } from '../binding-group.ts';
import { bindingPlaces } from '../binding-places.ts';
import { rightsLabel, roleLabel } from '../rights-label.ts';
import { withoutSubject } from '../subject-fixes.ts';

export default defineRule({
  id: 'default-account-binding',
  title: 'Rights for the default account',
  family: 'access',
  severity: 'error',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI9:2025', 'owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.5', 'nist-csf-2.0:PR.AA-05', 'mitre-attack:T1078.001'],
  unit: 'object',
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
        severity: weight ? bySize[weight.weight] : 'warning',
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

interface Facts {
  readonly binding: { readonly object: RuleContext<'object'>['unit']['object']; readonly fact: BindingFact };
  readonly role: ResolvedRole;
  /** Undefined where the role is in no file read, or a template's. */
  readonly weight: RoleWeight | undefined;
  /** Those that mean an account named default, spelled as an account or as a user. */
  readonly subjects: readonly BoundSubject[];
}

function read({ unit: { object }, graph, environment }: RuleContext<'object'>): Facts | undefined {
  const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
  if (!fact) return undefined;
  const binding = { object, fact };
  const minor = environment.kubernetesMinor;
  const subjects = boundSubjects(graph, binding).filter(({ name }) => name?.kind === 'ServiceAccount' && name.name === 'default');
  if (subjects.length === 0) return undefined;
  const role = authorizer(graph, { defaults: true, minor }).roleOf(binding);
  const weight = weightOf(role, { cluster: fact.cluster, minor });
  return weight?.weight === 'nothing' ? undefined : { binding, role, weight, subjects };
}

const bySize: Readonly<Record<Weight, Severity>> = { nothing: 'info', narrow: 'info', reads: 'warning', writes: 'error' };

function namespaceLabel({ name }: BoundSubject): string {
  return isTold(name!.namespace) ? `namespace "${name!.namespace}"` : 'its namespace';
}

/** With more of them the accounts are better written by hand. */
const mostWorkloads = 5;

function fixesOf({ binding, weight }: Facts, bound: BoundSubject, graph: Graph): FixProposal[] {
  const removal = withoutSubject(binding, bound, weight ? 'check that nothing that runs as it needs this' : 'check what the role gives, and that nothing needs it');
  const own = ownAccounts(binding, bound, graph);
  return own ? [own, removal] : [removal];
}

/** An account for each workload that runs as the default one, bound in its place. */
function ownAccounts({ object, fact }: Facts['binding'], bound: BoundSubject, graph: Graph): FixProposal | undefined {
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
  return `${object.resource.header.kind} "${object.name}"`;
}
