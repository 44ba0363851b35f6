import { defineGrantRule, type Grant, type Judgement } from '../grant-rule.ts';
import { accountNames } from '../used-names.ts';

export default defineGrantRule({
  id: 'grants-credential-issuing',
  title: 'Role that issues credentials of others',
  severity: 'error',
  frameworks: ['owasp-nhi:NHI5:2025', 'owasp-nhi:NHI7:2025', 'cis-kubernetes:5.1.11', 'cis-kubernetes:5.1.13', 'nist-csf-2.0:PR.AA-01', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1528', 'mitre-attack:T1649'],
  messages: {
    approve: 'Lets {holders} approve client certificates for any user or node',
    sign: 'Lets {holders} issue client certificates for any user or node',
    half: '{resources} is one half of the right to issue client certificates; the other half, {missing}, is not in this role',
    tokens: 'Lets {holders} request a token of any account{where}',
    identities: 'Lets {holders} decide by {resources} who gets which SPIFFE or cloud identity{where}',
    accounts: 'Lets {holders} {verbs} any account{where}: the cloud roles that its annotations name, and names that bindings already trust',
    stores: 'Lets {holders} have Secrets fetched that they may not read themselves, by {resources}{where}',
    certificates: 'Lets {holders} have certificates issued{where}, by {resources}',
  },
  says: {
    'approve-requests': 'approve', 'approve-clients': 'approve', 'approve-nodes': 'approve', 'issue-requests': 'sign', 'sign-clients': 'sign', 'request-tokens': 'tokens',
    'register-workloads': 'identities', 'write-cloud-identities': 'identities', 'write-accounts': 'accounts', 'write-secret-stores': 'stores', 'issue-certificates': 'certificates',
  },
  judge(grant) {
    switch (grant.messageId) {
      case 'approve': return halves(grant, 'approve-requests', 'approve-nodes', 'approve');
      case 'sign': return halves(grant, 'issue-requests', 'sign-clients', 'sign');
      case 'accounts': return { severity: grant.verbs.every((verb) => verb === 'create') ? 'info' : 'warning' };
      case 'stores': return { severity: 'warning' };
      case 'certificates': return { severity: 'info', persona: 'pedantic' };
      default: return {};
    }
  },
  namesFor: (grant) => (grant.messageId === 'tokens' ? accountNames(grant) : []),
});

/**
 * Both the subresource of requests and the signer are asked (plugin/pkg/admission/certificates); told once, on the
 * subresource. Approvers of other signers, those of kubelets' serving certificates above all, have one half only.
 */
function halves({ role, granted, resources }: Grant, request: string, signer: string, verb: string): Judgement | undefined {
  const onRequest = granted.some(({ right }) => right.id === request);
  if (role.has(request) && role.has(signer)) return onRequest ? {} : undefined;
  if (resources.includes('*')) return undefined;
  const missing = onRequest ? `${verb} on signers of client certificates` : `certificatesigningrequests/${verb === 'approve' ? 'approval' : 'status'}`;
  return { messageId: 'half', severity: 'info', persona: 'pedantic', args: { missing } };
}
