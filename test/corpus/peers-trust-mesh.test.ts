import { defaultConfiguration } from '../../engine/lint/config.ts';
import { rules } from '../../rules/index.ts';
import { comparePeers, type Peer } from './peers.ts';
import { plannedWorkspace } from './projects.ts';

/*
 * Other linters' own test cases for ways past a mesh, token checks and policies about nothing; a case agrees as in
 * peers-trust.test.ts. Istio's analyzer takes the files for the whole of the mesh, which is what `complete` says.
 */
const checked = ['missing-authorization-policy', 'unenforced-token-check', 'mesh-bypass', 'dangling-mesh-policy'];
const casesKnown = 36;
/** What a peer asks, where it is one message of a rule that says more: only where keys are fetched from. */
const questions: Readonly<Record<string, readonly string[]>> = { 'istio/blockedCIDRsNoRA': ['anyAddress'], 'istio/blockedCIDRsConfigured': ['anyAddress'] };
comparePeers({ title: 'peers on meshes', rules: checked, cases: casesKnown, reasons: new URL('peers-trust-mesh.json', import.meta.url), answers: (peer, one) => answers(peer, one.case, one.texts) });

/** What our rules say to a peer's question, at any persona; of the object that a case names behind its slash, where it names one. */
function answers({ name, rules: ids }: Peer, title: string, texts: ReadonlyMap<string, string>): string[] {
  const question = questions[name];
  const object = /:\w+\/([\w.-]+)$/.exec(title)?.[1];
  const workspace = plannedWorkspace(texts, rules.filter((rule) => ids.includes(rule.id)));
  workspace.configure(defaultConfiguration, { isComplete: () => name.startsWith('istio/'), kubernetesMinor: defaultConfiguration.kubernetesMinor });
  return workspace.findings()
    .filter((finding) => (!question || question.includes(finding.messageId)) && (object === undefined || finding.resource.name === object))
    .map((finding) => `${finding.rule}/${finding.messageId} ${finding.resource.name}`);
}
