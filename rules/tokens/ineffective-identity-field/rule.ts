import type { GraphObject } from '../../../engine/identity/objects.ts';
import type { MisplacedFact } from '../../../engine/kubernetes/misplaced.ts';
import type { WorkloadFact } from '../../../engine/kubernetes/workload.ts';
import { defineRule, type FixProposal, type FixStep } from '../../../engine/lint/rule.ts';
import { isOptOut, optOutGroup } from '../opt-out-group.ts';

/** Where the kubelet looks for static pods as kubeadm sets it up (kubernetes.io/docs/tasks/configure-pod-container/static-pod). */
const staticPods = /(?:^|\/)etc\/kubernetes\/manifests\//;

export default defineRule({
  id: 'ineffective-identity-field',
  title: 'Account or opt-out that has no effect',
  family: 'tokens',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.6'],
  unit: 'object',
  reads: ['misplaced', 'workload'],
  messages: {
    case: '"{written}" is no field, so it has no effect: the field is "{field}"',
    place: '"{written}" has no effect here: the API server reads {field} at {target}',
    type: '"{field}" is a boolean: the API server refuses a string',
    static: 'A static pod cannot name an account: the kubelet\'s mirror of it is refused',
  },
  *check({ unit: { object } }) {
    for (const fact of misplacedIn(object)) {
      yield { messageId: fact.reason, args: { written: String(fact.at.path.at(-1)), field: fact.field, target: targetIn(object, fact) }, at: { object, place: fact.at }, group: isOptOut(fact) ? optOutGroup(object) : undefined };
    }
    const pod = namedStaticPod(object);
    if (pod) yield { messageId: 'static', at: { object, place: pod.at } };
  },
  fixes({ unit: { object } }, { messageId, at }) {
    if (messageId === 'static') return [dropAccount(object, at.place.path)];
    const fact = misplacedIn(object).find((one) => one.at.stable === at.place.stable);
    return fact ? revive(object, fact) : [];
  },
});

function misplacedIn({ resource }: GraphObject): MisplacedFact[] {
  return resource.facts.filter((fact): fact is MisplacedFact => fact.fact === 'misplaced');
}

function targetIn({ resource }: GraphObject, { target }: MisplacedFact): string {
  return target.slice(resource.header.root.length).join('.');
}

/** The account that a static pod names: plugin/pkg/admission/serviceaccount/admission.go refuses mirror pods that do (semantics.md 2.12). */
function namedStaticPod({ document, resource }: GraphObject): WorkloadFact['serviceAccountName'] | undefined {
  if (resource.header.kind !== 'Pod' || !staticPods.test(document.file)) return undefined;
  const pod = resource.facts.find((fact): fact is WorkloadFact => fact.fact === 'workload');
  return pod && [pod.serviceAccountName, pod.serviceAccount].find(({ state }) => state !== 'absent');
}

function dropAccount(object: GraphObject, path: readonly (string | number)[]): FixProposal {
  return { id: 'remove', title: 'Remove the account (check first whether this pod is meant to be a static one)', safe: false, steps: [{ object, change: { op: 'remove', path } }] };
}

const revived = 'it comes to life: check first that its pods can do without a token, or as that account';

/** Puts the field where it is read. Where something is written there already, only a reader can tell which of the two is meant. */
function revive(object: GraphObject, { reason, field, value, at, target, taken }: MisplacedFact): FixProposal[] {
  const isBoolean = field === 'automountServiceAccountToken';
  const meant = isBoolean && typeof value === 'string' ? booleanOf(value) : value;
  if (reason !== 'type' && taken) return [];
  if (reason === 'case') return [{ id: 'rename', title: `Write "${field}" (${revived})`, safe: false, steps: [{ object, change: { op: 'rename', path: at.path, key: field } }] }];
  if (meant === undefined || typeof meant !== (isBoolean ? 'boolean' : 'string')) return [];
  const set: FixStep = { object, change: { op: 'set', path: target, value: meant, ...(isBoolean ? { after: 'serviceAccountName' } : {}) } };
  if (reason === 'type') return [{ id: 'boolean', title: `Write it without quotes (${revived})`, safe: false, steps: [set] }];
  return [{ id: 'move', title: `Move it to ${target.slice(object.resource.header.root.length).join('.')} (${revived})`, safe: false, steps: [set, { object, change: { op: 'remove', path: at.path } }] }];
}

function booleanOf(word: string): boolean | undefined {
  return /^true$/i.test(word) ? true : /^false$/i.test(word) ? false : undefined;
}
