import { rules } from '../../rules/index.ts';
import { comparePeers, type Peer } from './peers.ts';
import { plannedWorkspace } from './projects.ts';

/*
 * Other linters' own test cases for rights in roles. A case agrees when our rule answers its question likewise: it speaks
 * where the peer fails the case, and says nothing of what the peer asks where the peer passes it. Each disagreement has a
 * reason and a source in peers-grants.json.
 */
const checked = ['secret-access', 'grants-rbac-escalation', 'grants-impersonation', 'grants-credential-issuing', 'grants-workload-control', 'grants-node-access', 'grants-admission-control', 'grants-trust-control', 'grants-delivery-control', 'grants-evidence-tampering'];
const casesKnown = 253;
const exec = ['exec'];
const verbs = ['every', 'escalate', 'bind', 'bindNamed', 'alone'];
/** What a peer asks, where it is some messages of a rule that says more. */
const questions: Readonly<Record<string, readonly string[]>> = {
  'badrobot/networkPolicyClusterRole': ['network'],
  'checkov/CKV2_K8S_2__NoCreateNodesProxyOrPodsExec': ['exec', 'proxy'],
  'checkov/CKV_K8S_157__RbacBindRoleBindings': verbs,
  'kics/rbac_roles_allow_privilege_escalation': verbs,
  'kyverno/restrict-escalation-verbs-roles': [...verbs, 'anyone', 'accounts'],
  'polaris/clusterrolePodExecAttach': exec,
  'polaris/clusterrolebindingPodExecAttach': exec,
  'polaris/rolebindingClusterRolePodExecAttach': exec,
  'trivy-checks/KSV-0050__manage_kubernetes_rbac_resources': verbs,
};

comparePeers({ title: 'peers on rights in roles', rules: checked, cases: casesKnown, reasons: new URL('peers-grants.json', import.meta.url), answers: (peer, one) => answers(peer, one.case, one.texts) });

/**
 * What our rules say to a peer's question, at any persona; of the object that a case names behind its slash, where it names
 * one. A star for resources is told by its gravest consequence, which stands for all others.
 */
function answers({ name, rules: ids }: Peer, title: string, texts: ReadonlyMap<string, string>): string[] {
  const question = questions[name];
  const object = /:\w+\/([\w.-]+)$/.exec(title)?.[1];
  return plannedWorkspace(texts, rules.filter((rule) => ids.includes(rule.id))).findings()
    .filter((finding) => (!question || question.includes(finding.messageId) || finding.message.includes('"*"')) && (object === undefined || finding.resource.name === object))
    .map((finding) => `${finding.rule}/${finding.messageId} ${finding.resource.name}`);
}
