import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { rules } from '../../rules/index.ts';
import { corpusAbsent } from '../support/absent.ts';
import { peersOf, type Peer } from './peers.ts';
import { plannedWorkspace } from './projects.ts';

/*
 * Other linters' own test cases for rights in roles. A case agrees when our rule answers its question likewise: it speaks
 * where the peer fails the case, and says nothing of what the peer asks where the peer passes it. Each disagreement has a
 * reason and a source in peers-grants.json.
 */
const checked = ['secret-access', 'grants-rbac-escalation', 'grants-impersonation', 'grants-credential-issuing', 'grants-workload-control', 'grants-node-access', 'grants-admission-control', 'grants-trust-control', 'grants-delivery-control', 'grants-evidence-tampering'];
const casesKnown = 253;
const { disagreements } = JSON.parse(readFileSync(new URL('peers-grants.json', import.meta.url), 'utf8')) as { disagreements: readonly { peer: string; case: string; reason: string; source: string }[] };

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

const peers = peersOf(checked);
if (peers.length === 0) corpusAbsent(casesKnown);
else describe('peers on rights in roles', () => {
  const seen = new Set<string>();
  let agreed = 0;
  let asked = 0;
  for (const peer of peers) {
    for (const one of peer.cases) {
      const reason = disagreements.find((entry) => entry.peer === peer.name && entry.case === one.case);
      test(`${peer.name} ${one.case}${reason ? ` (differs: ${reason.reason})` : ''}`, () => {
        const found = answers(peer, one.case, one.texts);
        const agrees = (one.verdict === 'fail') === found.length > 0;
        asked++;
        if (agrees) agreed++;
        if (reason) seen.add(`${peer.name} ${one.case}`);
        assert.equal(agrees, reason === undefined, `the peer says ${one.verdict}; found: ${found.join(', ') || 'nothing'}`);
      });
    }
  }
  test('every reason belongs to a case, and has a source', () => {
    console.log(`peers on rights in roles: ${agreed} of ${asked} cases agree, ${disagreements.length} differ for a reason`);
    assert.equal(asked, casesKnown);
    assert.equal(seen.size, disagreements.length);
    for (const { reason, source } of disagreements) assert.ok(reason !== '' && source !== '');
  });
});

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
