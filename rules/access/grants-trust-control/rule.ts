import { defineGrantRule, type Grant, type Judgement, type RoleView } from '../grant-rule.ts';

export default defineGrantRule({
  id: 'grants-trust-control',
  title: 'Role that decides who trusts whom',
  severity: 'warning',
  frameworks: ['owasp-nhi:NHI5:2025', 'nist-csf-2.0:PR.AA-05', 'nist-csf-2.0:PR.IR-01', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1685', 'mitre-attack:T1557'],
  messages: {
    logins: 'Lets {holders} change {names} of kube-system: who may log in, or which address a name leads to',
    configmaps: 'Lets {holders} change any ConfigMap{where}: in kube-system those that say who may log in (aws-auth) and which address a name leads to (coredns)',
    create: 'Lets {holders} create ConfigMaps{where}: also those that somebody will trust by their name',
    mesh: 'Lets {holders} {verbs} {resources}{where}: which identity a workload asks its callers for',
    network: 'Lets {holders} {verbs} {resources}{where}: who reaches whom',
    namespaces: 'Lets {holders} change the labels of {namespace}, by which Pod Security, meshes and network rules go',
    bundles: 'Lets {holders} {verbs} {resources}: the roots that workloads trust',
    endpoints: 'Lets {holders} lead the callers of any Service to other addresses{where}, by {resources}',
    services: 'Lets {holders} claim addresses for any Service{where}, and so its callers\' traffic to these (CVE-2020-8554)',
    pods: 'Lets {holders} write the status of any pod{where}: its address and readiness, by which Services find it',
    routes: 'Lets {holders} {verbs} {resources}{where}: what is reached from outside',
  },
  says: {
    'write-configmaps': 'configmaps', 'write-mesh-policies': 'mesh', 'write-network-policies': 'network', 'label-namespaces': 'namespaces', 'write-trust-bundles': 'bundles',
    'write-endpoints': 'endpoints', 'write-service-status': 'services', 'write-pod-status': 'pods', 'write-routes': 'routes',
  },
  judge(grant) {
    switch (grant.messageId) {
      case 'configmaps': return configMaps(grant);
      case 'endpoints': return isLeaderElection(grant.role) ? undefined : {};
      case 'namespaces': return { args: { namespace: grant.use.cluster ? 'any Namespace' : 'the Namespace in which they have it' } };
      // Controllers write status by their trade; that two of them share an account is told where it is shared.
      case 'services':
      case 'pods': return grant.use.use === 'shared' ? { persona: 'pedantic' } : {};
      case 'routes': return { severity: 'info', persona: 'pedantic' };
      default: return {};
    }
  },
});

const trusted = /^kube-(?:system|public)$/;

/** ConfigMaps matter where those that the cluster itself trusts lie: in kube-system, or in every namespace (semantics.md 5.1). */
function configMaps({ rule, role, use, verbs }: Grant): Judgement | undefined {
  if (isLeaderElection(role)) return undefined;
  if (!use.cluster && !use.namespaces.some((name) => trusted.test(name))) return undefined;
  if (rule.resourceNames.length > 0) return { messageId: 'logins', args: { names: rule.resourceNames.map((name) => `"${name}"`).join(', ') } };
  return verbs.every((verb) => verb === 'create') ? { messageId: 'create', severity: 'info', persona: 'pedantic' } : {};
}

/** What a lock for the election of a leader is made of: a role of nothing else, that reads and renews it, is for that (client-go tools/leaderelection/resourcelock). */
const locks = new Set(['configmaps', 'configmaps/status', 'endpoints', 'leases', 'events']);

function isLeaderElection({ rules }: RoleView): boolean {
  const all = (verb: string) => rules.some(({ resources, verbs }) => !resources.every((one) => one === 'events') && (verbs.includes(verb) || verbs.includes('*')));
  return rules.every(({ resources }) => resources.length > 0 && resources.every((resource) => locks.has(resource))) && all('get') && all('create') && (all('update') || all('patch')) && !isPlain(rules);
}

/** ConfigMaps alone may be anything; a lock of them comes with leases or events. */
function isPlain(rules: RoleView['rules']): boolean {
  return rules.every(({ resources }) => resources.every((one) => one.startsWith('configmaps')));
}
