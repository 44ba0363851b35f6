import { authorizer } from '../../../engine/identity/permissions.ts';
import { grantedBy, isWide, type Area } from '../../../engine/identity/rights.ts';
import { defineGrantRule, type Grant, type Judgement } from '../grant-rule.ts';

export default defineGrantRule({
  id: 'grants-rbac-escalation',
  title: 'Role that can widen roles or hand out others',
  severity: 'error',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.8', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1098.006'],
  messages: {
    every: 'Lets {holders} do anything with {resources}: the star includes escalate and bind, which switch off the check that nobody gives what they do not have',
    escalate: 'Lets {holders} write any right into {resources}, also rights that they do not have',
    bind: 'Lets {holders} hand out roles that they do not have{where}, cluster-admin among them',
    bindNamed: 'Lets {holders} hand out {names}{where}, also without having what these allow',
    alone: '{verbs} on {resources} does nothing without the right to write {missing}; together they give any right',
    write: 'Lets {holders} {verbs} {resources}: what they may do themselves they can give to anyone',
  },
  says: { 'escalate-clusterroles': 'escalate', 'escalate-roles': 'escalate', bind: 'bind', 'write-clusterrolebindings': 'write', 'write-rolebindings': 'write', 'write-clusterroles': 'write', 'write-roles': 'write' },
  judge(grant) {
    switch (grant.messageId) {
      case 'escalate': return escalation(grant);
      case 'bind': return binding(grant);
      // The API server lets nobody give more than they have (semantics.md 4.5), unless one of the two verbs switches that off.
      default: return grant.role.has('escalate-roles', 'escalate-clusterroles', 'bind') ? undefined : { severity: 'info', persona: 'pedantic' };
    }
  },
});

function escalation({ role, verbs, granted }: Grant): Judgement {
  if (verbs.includes('*')) return { messageId: 'every' };
  const writes = granted.some(({ right }) => (right.id === 'escalate-roles' ? role.has('change-roles', 'write-roles') : role.has('change-clusterroles', 'write-clusterroles')));
  return writes ? {} : { messageId: 'alone', severity: 'info', args: { missing: 'roles' } };
}

function binding(grant: Grant): Judgement | undefined {
  const { role, rule, verbs } = grant;
  if (verbs.includes('*') && grantedBy(rule).some(({ right }) => right.id.startsWith('escalate-'))) return undefined;
  const grave = rule.resourceNames.filter((name) => isGrave(grant, name));
  if (rule.resourceNames.length > 0 && grave.length === 0) return undefined;
  if (!role.has('write-rolebindings', 'write-clusterrolebindings')) return { messageId: 'alone', severity: 'info', args: { missing: 'bindings' } };
  return grave.length > 0 && !grave.includes('cluster-admin') ? { messageId: 'bindNamed', args: { names: grave.map((name) => `"${name}"`).join(', ') } } : {};
}

const modest: ReadonlySet<Area> = new Set<Area>(['trust', 'evidence', 'delivery']);

/** Whether a role among the files, or built in, leads further; of one that is in no file read nothing is known. */
function isGrave({ graph, minor, role }: Grant, name: string): boolean {
  const { roles } = authorizer(graph, { defaults: true, minor });
  const found = roles.resolve({ kind: 'ClusterRole', name, namespace: '' }, role.object.document.file);
  return found.rules.some((rule) => grantedBy(rule).some((granted) => isWide(granted) && !modest.has(granted.right.area)));
}
