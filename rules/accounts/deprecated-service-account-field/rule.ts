import type { Workload } from '../../../engine/identity/parts.ts';
import { symbol } from '../../../engine/identity/objects.ts';
import { isPartial } from '../../../engine/identity/token-need.ts';
import { podCarrier } from '../../../engine/kubernetes/podspec.ts';
import { defineRule, type FixStep } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'deprecated-service-account-field',
  title: 'Deprecated field that names the account',
  family: 'accounts',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['nist-csf-2.0:PR.AA-01'],
  unit: 'workload',
  reads: ['workload'],
  messages: {
    alias: '"serviceAccount" is a deprecated alias: serviceAccountName is the field that names the account',
    ignored: 'Ignored: serviceAccountName says "{name}", and it wins over its deprecated alias "serviceAccount"',
    wins: 'serviceAccountName, which wins',
  },
  *check({ unit: workload }) {
    const { serviceAccountName: name, serviceAccount: alias } = workload.fact;
    if (workload.repeated || alias.state === 'absent' || !hasAlias(workload) || isFilledIn(workload)) return;
    const at = { object: workload.object, place: { ...alias.at, span: alias.at.key ?? alias.at.span } };
    if (name.state === 'absent') yield { messageId: 'alias', at };
    else if (name.state === 'known' && alias.state === 'known' && name.value !== alias.value) {
      yield { messageId: 'ignored', args: { name: symbol(name) }, at, related: [{ at: { object: workload.object, place: name.at }, message: this.messages['wins']! }] };
    }
  },
  fixes({ unit: { object, fact } }, { messageId }) {
    const { serviceAccountName: name, serviceAccount: alias } = fact;
    const remove: FixStep = { object, change: { op: 'remove', path: alias.at.path } };
    // A patch or other part of an object: what the whole says is not known, and there the alias may be ignored.
    const safe = !isPartial(fact);
    if (messageId === 'ignored') return [{ id: 'remove-alias', title: 'Remove the ignored alias', safe, steps: [remove] }];
    const title = `Name the account in serviceAccountName${safe ? '' : ' (check first that the whole object does not name another one there)'}`;
    if (!name.at.key) return [{ id: 'rename', title, safe, steps: [{ object, change: { op: 'rename', path: alias.at.path, key: 'serviceAccountName' } }] }];
    // An empty serviceAccountName is written beside it.
    return alias.state === 'known' ? [{ id: 'rename', title, safe, steps: [{ object, change: { op: 'set', path: name.at.path, value: alias.value } }, remove] }] : [];
  },
});

/** Whether a kind has the alias: kinds that take over only some fields of the PodSpec do not (semantics.md 1.2). */
function hasAlias({ object }: Workload): boolean {
  const { group, kind } = object.resource.header;
  return (podCarrier(group, kind)?.podSpec.length ?? 0) > 0;
}

/** What the API server filled in itself, in a dump of a cluster: there both always say the same (core/v1 conversion.go). */
function isFilledIn({ fact: { serviceAccountName: name, serviceAccount: alias } }: Workload): boolean {
  return name.state === alias.state && symbol(name) === symbol(alias);
}
