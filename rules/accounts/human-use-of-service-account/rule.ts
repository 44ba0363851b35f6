import { authorizer } from '../../../engine/identity/permissions.ts';
import { boundSubjects, inWords, subjectLabel, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import { grantedBy } from '../../../engine/identity/rights.ts';
import { displayName } from '../../../engine/identity/objects.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import type { BindingFact } from '../../../engine/kubernetes/rbac.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, type Related, type RuleContext, type Signal } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'human-use-of-service-account',
  title: 'People and programs under one name',
  family: 'accounts',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI10:2025', 'nist-csf-2.0:PR.AA-01', 'nist-sp-800-207:2.1-4', 'pci-dss-4.0.1:8.6.1', 'mitre-attack:T1078'],
  unit: 'object',
  on: ['binding', 'kubeconfig'],
  reads: ['binding', 'role', 'kubeconfig'],
  messages: {
    mixed: 'Gives people and programs the same rights: {people} beside {accounts}',
    impersonation: 'Lets {people} act as service accounts',
    kubeconfig: 'Whoever has this kubeconfig is service account "{account}"',
    person: 'people',
    rule: 'this rule allows it',
  },
  *check(context): Iterable<Signal> {
    const { object } = context.unit;
    for (const fact of object.resource.facts) {
      if (fact.fact === 'kubeconfig') for (const { at: place, ...account } of fact.accounts) yield { messageId: 'kubeconfig', args: { account: displayName(account) }, at: { object, place } };
    }
    const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
    if (!fact) return;
    const subjects = boundSubjects(context.graph, { object, fact });
    const people = subjects.filter(isPeople);
    const accounts = subjects.filter(({ name }) => name?.kind === 'ServiceAccount');
    if (people.length === 0) return;
    const places = people.slice(0, 3).map(({ subject }): Related => ({ at: { object, place: subject.at }, message: this.messages['person']! }));
    if (accounts.length > 0) {
      yield { messageId: 'mixed', args: { people: labels(people), accounts: labels(accounts) }, at: { object, place: accounts[0]!.subject.at }, related: places };
    }
    const rule = impersonating({ object, fact }, context);
    if (rule) {
      const source = rule.source ? [{ at: { object: rule.source.object, place: rule.source.rule.at }, message: this.messages['rule']! }] : [];
      yield { messageId: 'impersonation', args: { people: labels(people) }, at: { object, place: fact.roleName.at }, related: source };
    }
  },
});

/** Names that are no people's: Kubernetes' own (nodes, components, implied groups), Flux' reconcilers (fluxcd.io/flux/security), templates. */
const programs = /^(?:system:|gotk:|flux:|\{\{)/;

function isPeople({ name }: BoundSubject): boolean {
  return name !== undefined && name.kind !== 'ServiceAccount' && !programs.test(name.name);
}

/** Built-in roles that give much more; who is bound to them is the business of other rules. */
const broad = new Set(['cluster-admin', 'admin', 'edit']);

function impersonating(binding: ObjectWith<BindingFact>, { graph, environment }: RuleContext<'object'>) {
  if (broad.has(known(binding.fact.roleName) ?? '')) return undefined;
  const { rules } = authorizer(graph, { defaults: true, minor: environment.kubernetesMinor }).roleOf(binding);
  return rules.find((rule) => rule.verbs.includes('impersonate') && grantedBy(rule).some(({ right }) => right.id === 'impersonate-accounts'));
}

function labels(subjects: readonly BoundSubject[]): string {
  const more = subjects.length - 2;
  return inWords([...subjects.slice(0, 2).map(subjectLabel), ...(more > 0 ? [`${more} more`] : [])]);
}
