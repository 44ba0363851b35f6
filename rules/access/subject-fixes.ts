import { shownName } from '../../engine/identity/objects.ts';
import type { ObjectWith } from '../../engine/identity/parts.ts';
import { subjectLabel, type BoundSubject } from '../../engine/identity/rbac-subjects.ts';
import type { BindingFact } from '../../engine/kubernetes/rbac.ts';
import { pathIn, type FixProposal, type FixStep } from '../../engine/lint/rule.ts';

/** Takes a subject out of a binding, and the binding out of the files where nobody else is in it. */
export function withoutSubject({ object, fact }: ObjectWith<BindingFact>, bound: BoundSubject, check: string): FixProposal {
  const { kind } = object.resource.header;
  if (fact.subjects.length === 1 && !fact.open) {
    return { id: 'remove-binding', title: `Remove the ${kind} "${shownName(object.name)}", which names nobody else (${check}; delete it in the cluster, too)`, safe: false, choice: true, steps: [{ remove: object }] };
  }
  return {
    id: 'remove-subject',
    title: `Take ${subjectLabel(bound)} out of the ${kind} (${check})`,
    safe: false,
    choice: true,
    steps: [{ object, change: { op: 'remove', path: pathIn(object, 'subjects', fact.subjects.indexOf(bound.subject)) } }],
  };
}

/** Accounts in the place of one subject. */
export function accountsInstead({ object, fact }: ObjectWith<BindingFact>, bound: BoundSubject, accounts: readonly { namespace: string; name: string }[]): FixStep[] {
  const [first, ...others] = accounts.map(({ namespace, name }) => ({ kind: 'ServiceAccount', name, ...(namespace === '' ? {} : { namespace }) }));
  return [
    { object, change: { op: 'set', path: pathIn(object, 'subjects', fact.subjects.indexOf(bound.subject)), value: first } },
    ...others.map((value): FixStep => ({ object, change: { op: 'append', path: pathIn(object, 'subjects'), value } })),
  ];
}
