import { defineGrantRule } from '../grant-rule.ts';
import { impersonatedNames } from '../used-names.ts';

export default defineGrantRule({
  id: 'grants-impersonation',
  title: 'Role that can act as others',
  severity: 'error',
  frameworks: ['owasp-nhi:NHI5:2025', 'owasp-agentic-2026:ASI03', 'cis-kubernetes:5.1.8', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1078', 'mitre-attack:T1550.001'],
  messages: {
    anyone: 'Lets {holders} act as anyone in the cluster by impersonating {resources}',
    masters: 'Lets {holders} act as a member of system:masters, whom no check stops',
    accounts: 'Lets {holders} act as any account{where}',
    groups: 'Names groups to impersonate, which takes effect only together with a user or an account; system:masters is one of them',
    attributes: 'Lets {holders} claim any {resources} while impersonating, which webhooks and policies may trust',
  },
  says: { 'impersonate-users': 'anyone', 'impersonate-groups': 'anyone', 'impersonate-accounts': 'accounts', 'impersonate-attributes': 'attributes' },
  judge({ messageId, granted, rule, role }) {
    if (messageId === 'attributes') return { severity: 'info' };
    if (messageId === 'accounts' || granted.some(({ right }) => right.id === 'impersonate-users')) return {};
    // Groups are asked for beside a user (semantics.md 4.2); a name on the user does not narrow the group.
    const asUser = role.rules.some(({ verbs, resources }) => verbs.some((verb) => verb === 'impersonate' || verb === '*') && resources.some((one) => one === 'users' || one === 'serviceaccounts' || one === '*'));
    if (!asUser) return { messageId: 'groups', severity: 'info' };
    return rule.resourceNames.length > 0 ? { messageId: 'masters' } : {};
  },
  namesFor: impersonatedNames,
});
