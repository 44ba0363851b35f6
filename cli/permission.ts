import { bindingLabel, doubtWords, roleLabel, ruleWords, subjectNameLabel } from '../engine/identity/access-words.ts';
import type { Doubt, Permission, SubjectName } from '../engine/identity/permissions.ts';
import { placeLabel, type Estate, type SourcePlace } from './estate.ts';

/** What grants something, with its places: a binding, its subject, its role and the rule in it. A place is null where Kubernetes itself brings the object. */
export interface ShownPermission {
  readonly binding: { readonly kind: string; readonly namespace: string; readonly name: string; readonly at: SourcePlace | null };
  readonly subject: (SubjectName & { readonly at: SourcePlace }) | null;
  readonly role: { readonly kind: string; readonly namespace: string; readonly name: string; readonly builtIn: boolean; readonly at: SourcePlace | null };
  readonly rule: { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[]; readonly resourceNames: readonly string[]; readonly nonResourceURLs: readonly string[]; readonly at: SourcePlace | null };
}

/** A permission as JSON shows it. */
export function showPermission({ binding, subject, role, rule }: Permission, { place }: Estate): ShownPermission {
  const source = rule.source?.object;
  const variant = role.variants.find((one) => one.role.object && one.role.object.object === source) ?? role.variants[0];
  const object = variant?.role.object?.object;
  const name = subject && binding.meant?.get(subject);
  const { apiGroups, resources, verbs, resourceNames, nonResourceURLs } = rule;
  return {
    binding: { kind: binding.cluster ? 'ClusterRoleBinding' : 'RoleBinding', namespace: binding.namespace, name: binding.name, at: binding.object ? place({ object: binding.object.object, place: binding.object.object.resource.header.at }) : null },
    subject: name ? { ...name, at: place({ object: binding.object!.object, place: subject.at }) } : null,
    role: { kind: binding.roleKind, namespace: variant?.role.namespace ?? '', name: binding.roleName, builtIn: variant !== undefined && !object, at: object ? place({ object, place: object.resource.header.at }) : null },
    rule: { apiGroups, resources, verbs, resourceNames, nonResourceURLs, at: rule.source ? place({ object: rule.source.object, place: rule.source.rule.at }) : null },
  };
}

/** A permission in a line: binding, role and rule, each with its file and line. */
export function permissionLines(permission: Permission, shown: ShownPermission): string[] {
  const { binding, subject, role, rule } = shown;
  return [
    `${bindingLabel(permission.binding)} (${at(binding.at)})${subject ? ` names ${subjectNameLabel(subject)} (${at(subject.at)})` : ''}`,
    `${roleLabel(permission)} (${at(role.at)}) allows ${ruleWords(rule)} (${at(rule.at)})`,
  ];
}

/** Where something is written. */
export function at(place: SourcePlace | null): string {
  return place ? placeLabel(place) : 'built in';
}

/** A doubt with the place of its binding. */
export function doubtLine(doubt: Doubt, { place }: Estate): string {
  const { object } = doubt.binding;
  return `${doubtWords(doubt)}${object ? ` (${placeLabel(place({ object: object.object, place: object.object.resource.header.at }))})` : ''}`;
}
