import { rules } from '../../rules/index.ts';
import { comparePeers, type Peer } from './peers.ts';
import { plannedWorkspace } from './projects.ts';

/*
 * Other linters' own test cases for the rules of trust. A case agrees when our rule answers its question likewise: it
 * speaks where the peer fails the case, and says nothing of what the peer asks where the peer passes it. Each
 * disagreement has a reason and a source in peers-trust.json.
 */
const checked = ['network-only-trust', 'open-network-peer', 'selector-trap', 'open-authorization-policy', 'mutual-tls-not-required', 'identity-policy-without-mutual-tls', 'namespace-wide-trust', 'mutable-label-trust', 'ineffective-network-policy', 'unprotected-workload', 'host-network-identity'];
const casesKnown = 82;
/** What a peer asks, where it is one message of a rule that says more: Istio's analyzer asks only for the CA of a DestinationRule. */
const questions: Readonly<Record<string, readonly string[]>> = { istio: ['unverified'] };
comparePeers({ title: 'peers on trust', rules: checked, cases: casesKnown, reasons: new URL('peers-trust.json', import.meta.url), answers: (peer, one) => answers(peer, one.case, one.texts) });

/** What our rules say to a peer's question, at any persona; of the object that a case names behind its slash, where it names one. */
function answers({ name, rules: ids }: Peer, title: string, texts: ReadonlyMap<string, string>): string[] {
  const question = questions[name.slice(0, name.indexOf('/'))];
  const object = /:\w+\/([\w.-]+)$/.exec(title)?.[1];
  return plannedWorkspace(texts, rules.filter((rule) => ids.includes(rule.id))).findings()
    .filter((finding) => (!question || question.includes(finding.messageId)) && (object === undefined || finding.resource.name === object))
    .map((finding) => `${finding.rule}/${finding.messageId} ${finding.resource.name}`);
}
