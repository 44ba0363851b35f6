import { rules } from '../../rules/index.ts';
import { comparePeers } from './peers.ts';
import { plannedWorkspace } from './projects.ts';

/* Other linters' own test cases for the edge of the cluster; a case agrees as in peers-trust.test.ts. */
const checked = ['external-ip-service', 'allowlist-only-exposure', 'spoofable-source-address', 'gateway-without-client-identity'];
const casesKnown = 12;
comparePeers({ title: 'peers on the edge', rules: checked, cases: casesKnown, reasons: new URL('peers-trust-edge.json', import.meta.url), answers: (peer, one) => {
  const object = /:\w+\/([\w.-]+)$/.exec(one.case)?.[1];
  return plannedWorkspace(one.texts, rules.filter((rule) => peer.rules.includes(rule.id))).findings()
    .filter((finding) => object === undefined || finding.resource.name === object)
    .map((finding) => `${finding.rule}/${finding.messageId} ${finding.resource.name}`);
} });
