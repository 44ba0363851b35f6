import { isTold } from '../../../engine/identity/grants.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import { boundSubjects } from '../../../engine/identity/rbac-subjects.ts';
import { known, type Place } from '../../../engine/yaml/cursor.ts';
import type { BindingFact, Subject } from '../../../engine/kubernetes/rbac.ts';
import { nearest } from '../../../engine/lint/suggest.ts';
import { defineRule, type FixProposal, type FixStep, type RuleContext } from '../../../engine/lint/rule.ts';
import { withoutSubject } from '../subject-fixes.ts';

const rbac = 'rbac.authorization.k8s.io';

export default defineRule({
  id: 'unresolvable-subject',
  title: 'Subject that means nobody, or not whom it seems to',
  family: 'access',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI1:2025', 'nist-csf-2.0:PR.AA-01'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'account', 'workload'],
  messages: {
    namespace: 'The API server refuses account "{name}" without a namespace: a ClusterRoleBinding has none to lend',
    apiGroup: 'The API server refuses apiGroup "{group}" on a {kind}: {right}',
    kind: 'The API server refuses subjects of kind "{kind}"{hint}',
    accountName: 'The API server refuses "{name}": an account is named by its plain name, and its namespace beside it',
    pattern: '"{name}" is taken literally: subjects know no wildcards, so this is nobody',
    wrongKind: 'No {kind} is called "{name}": that is {right}',
    userSpelling: 'Account "{account}" spelled as a user: it has the rights, and searches for the account do not find it',
  },
  *check({ unit: { object } }) {
    const fact = bindingIn(object);
    for (const subject of fact?.subjects ?? []) {
      const fault = faultOf(subject, { object, fact: fact! });
      if (!fault) continue;
      yield {
        messageId: fault.messageId,
        args: fault.args,
        at: { object, place: fault.at },
        severity: fault.messageId === 'userSpelling' ? 'info' : 'warning',
        // What applies the file may put a namespace in; some directory may have a group of any name.
        confidence: fault.messageId === 'namespace' || fault.messageId === 'pattern' ? 'medium' : 'high',
      };
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    const fact = bindingIn(object);
    if (!fact) return [];
    const binding = { object, fact };
    for (const subject of fact.subjects) {
      const fault = faultOf(subject, binding);
      if (fault?.messageId === signal.messageId && fault.at.stable === signal.at.place.stable) return fixesOf(subject, fault, binding, graph);
    }
    return [];
  },
});

type MessageId = 'namespace' | 'apiGroup' | 'kind' | 'accountName' | 'pattern' | 'wrongKind' | 'userSpelling';
interface Fault { readonly messageId: MessageId; readonly args: Readonly<Record<string, string>>; readonly at: Place }

function bindingIn(object: RuleContext<'object'>['unit']['object']): BindingFact | undefined {
  return object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
}

/** `system:serviceaccount:namespace:name`, the user name of an account (semantics.md 4.4). */
const accountUser = /^system:serviceaccount:([^:*]+):([^:*]+)$/;
const groupNames = /^system:(?:masters|authenticated|unauthenticated|nodes|serviceaccounts(?::.+)?)$/;
/** The API server refuses other names of accounts (pkg/apis/rbac/validation/validation.go, ValidateServiceAccountName). */
const accountName = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;

/** `${NAME}` and `<name>` are filled in by what applies the file. */
function isPlaceholder(name: string): boolean {
  return !/^[\w.:*?-]+$/.test(name);
}

/** What is wrong with a subject; nothing is said of what a template hides. */
function faultOf(subject: Subject, { object, fact }: ObjectWith<BindingFact>): Fault | undefined {
  const kind = known(subject.kind);
  const name = known(subject.name);
  const group = known(subject.apiGroup);
  if (kind === undefined || name === undefined) return undefined;
  const at = subject.name.at;
  if (kind === 'ServiceAccount') {
    if (group !== undefined && group !== '') return { messageId: 'apiGroup', args: { group, kind, right: 'accounts are of the core group, so leave it out' }, at: subject.apiGroup.at };
    if (!accountName.test(name) && !isPlaceholder(name)) return { messageId: 'accountName', args: { name }, at };
    const namespace = known(subject.namespace);
    if (namespace !== undefined && /[*?]/.test(namespace)) return { messageId: 'pattern', args: { name: namespace }, at: subject.namespace.at };
    // Kustomize fills in the namespaces of subjects that it knows (semantics.md 10.2).
    return fact.cluster && subject.namespace.state === 'absent' && object.document.dialect !== 'kustomization' ? { messageId: 'namespace', args: { name }, at } : undefined;
  }
  if (kind !== 'User' && kind !== 'Group') {
    const near = nearest(kind, ['ServiceAccount', 'User', 'Group']);
    return { messageId: 'kind', args: { kind, hint: near ? `; did you mean "${near}"?` : '; a subject is a ServiceAccount, a User or a Group' }, at: subject.kind.at };
  }
  if (group !== undefined && group !== '' && group !== rbac) return { messageId: 'apiGroup', args: { group, kind, right: `it is of "${rbac}"` }, at: subject.apiGroup.at };
  if (name.includes('*')) return { messageId: 'pattern', args: { name }, at };
  const account = accountUser.exec(name);
  if (kind === 'User') {
    if (account) return { messageId: 'userSpelling', args: { account: `${account[1]}/${account[2]}` }, at };
    if (name.startsWith('system:serviceaccount:')) return { messageId: 'wrongKind', args: { kind: 'user', name, right: 'not how an account is spelled: system:serviceaccount:NAMESPACE:NAME' }, at };
    return groupNames.test(name) ? { messageId: 'wrongKind', args: { kind: 'user', name, right: 'a group' }, at } : undefined;
  }
  if (account) return { messageId: 'wrongKind', args: { kind: 'group', name, right: 'the user name of an account' }, at };
  return name === 'system:anonymous' ? { messageId: 'wrongKind', args: { kind: 'group', name, right: 'a user' }, at } : undefined;
}

function fixesOf(subject: Subject, { messageId }: Fault, binding: ObjectWith<BindingFact>, graph: Graph): FixProposal[] {
  const { object, fact } = binding;
  const bound = boundSubjects(graph, binding)[fact.subjects.indexOf(subject)]!;
  const out = withoutSubject(binding, bound, 'check that nobody was meant by it');
  const [path] = [subject.at.path];
  const step = (key: string, value: string): FixStep => ({ object, change: { op: 'set', path: [...path, key], value } });
  const fix = (title: string, steps: readonly FixStep[]): FixProposal => ({ id: 'name-subject', title, safe: false, steps });
  const name = known(subject.name)!;
  const account = accountUser.exec(name);
  if (messageId === 'namespace') {
    const namespaces = [...new Set(graph.accounts.filter((one) => one.name === name && isTold(one.namespace)).map((one) => one.namespace))];
    return namespaces.length === 1 ? [fix(`Name namespace "${namespaces[0]}", where the files have an account of that name (check that it is meant)`, [step('namespace', namespaces[0]!)]), out] : [out];
  }
  if (messageId === 'apiGroup') {
    if (known(subject.kind) !== 'ServiceAccount') return [fix(`Write "${rbac}" (check that it is meant: the binding was refused so far)`, [step('apiGroup', rbac)]), out];
    return [fix('Leave apiGroup out (check that the account is meant: the binding was refused so far)', [{ object, change: { op: 'remove', path: subject.apiGroup.at.path } }]), out];
  }
  if (messageId === 'kind') {
    const near = nearest(known(subject.kind)!, ['ServiceAccount', 'User', 'Group']);
    return near ? [fix(`Write "${near}" (check that it is meant: the binding was refused so far)`, [step('kind', near)]), out] : [out];
  }
  if (account && (messageId === 'userSpelling' || messageId === 'accountName')) {
    const title = messageId === 'userSpelling' ? 'Name it as an account, which means the same' : 'Name the account and its namespace (check that it is meant: the binding was refused so far)';
    return [fix(title, [{ object, change: { op: 'set', path, value: { kind: 'ServiceAccount', name: account[2], namespace: account[1] } } }]), ...(messageId === 'userSpelling' ? [] : [out])];
  }
  return [out];
}
