import { isTold } from '../../../engine/identity/grants.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import { displayName } from '../../../engine/identity/objects.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { isDefaultBinding } from '../../../engine/identity/rbac-questions.ts';
import { roleReference } from '../../../engine/identity/rbac-roles.ts';
import { boundSubjects } from '../../../engine/identity/rbac-subjects.ts';
import { weightOf } from '../../../engine/identity/role-weight.ts';
import type { BindingFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule } from '../../../engine/lint/rule.ts';
import { bindingGroup } from '../binding-group.ts';
import { bindingPlaces } from '../binding-places.ts';
import { rightsLabel } from '../rights-label.ts';

export default defineRule({
  id: 'cross-namespace-subject',
  title: 'Account of another namespace let in',
  family: 'access',
  severity: 'info',
  persona: 'auditor',
  frameworks: ['owasp-nhi:NHI8:2025', 'nist-csf-2.0:PR.AA-05', 'mitre-attack:T1078'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'role', 'account', 'workload'],
  messages: {
    rights: 'Lets account "{account}", which is of another namespace, {rights}',
    unread: 'Gives account "{account}" the role "{role}" in namespace "{namespace}", which is not its own',
  },
  *check({ unit: { object }, graph, environment }) {
    const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
    if (!fact || fact.cluster || !isTold(object.namespace)) return;
    const binding: ObjectWith<BindingFact> = { object, fact };
    const minor = environment.kubernetesMinor;
    const all = boundSubjects(graph, binding);
    const others = all.filter(({ name }) => name?.kind === 'ServiceAccount' && isTold(name.namespace) && isTold(name.name) && name.namespace !== object.namespace);
    if (others.length === 0 || isDefaultBinding(binding, minor) || isForOthers(binding)) return;
    const role = authorizer(graph, { defaults: true, minor }).roleOf(binding);
    const weight = weightOf(role, { cluster: false, minor });
    if (weight?.weight === 'nothing') return;
    for (const bound of others) {
      yield {
        messageId: weight ? 'rights' : 'unread',
        args: { account: displayName(bound.name!), namespace: object.namespace, role: roleReference(binding).name, rights: rightsLabel(weight?.rule, binding) },
        at: { object, place: bound.subject.name.at },
        related: bindingPlaces(role, weight?.rule, [bound]),
        confidence: weight ? 'high' : 'medium',
        group: bindingGroup(binding, role, all),
      };
    }
  },
});

/**
 * A role that is there for accounts of other namespaces: extension API servers read in kube-system how to verify their
 * callers (kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server, step 14).
 */
function isForOthers(binding: ObjectWith<BindingFact>): boolean {
  return binding.object.namespace === 'kube-system' && roleReference(binding).name === 'extension-apiserver-authentication-reader';
}
