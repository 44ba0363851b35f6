import { grantedBy } from '../../../engine/identity/rights.ts';
import { defineGrantRule } from '../grant-rule.ts';

export default defineGrantRule({
  id: 'grants-workload-control',
  title: 'Role that starts or enters pods',
  severity: 'warning',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.4', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1610', 'mitre-attack:T1609'],
  messages: {
    start: 'Lets {holders} run pods as any account{where}, by {resources}',
    exec: 'Lets {holders} run commands in any pod{where}, as the account that it has',
    change: 'Lets {holders} change the images of any pod{where}, and so run code as its account',
    reach: 'Lets {holders} reach ports of any pod{where} by {resources}, past network and mesh policies',
  },
  says: {
    'create-pods': 'start', 'write-workloads': 'start', 'create-jobs': 'start', 'write-pod-makers': 'start',
    exec: 'exec', 'exec-by-get': 'exec', 'add-containers': 'exec', 'change-pods': 'change', forward: 'reach', 'forward-by-get': 'reach', proxy: 'reach',
  },
  judge({ messageId, rule }) {
    switch (messageId) {
      case 'reach': return { severity: 'info' };
      // Controllers mark pods of their own by labels and annotations, and need patch for that; who starts pods anyway gains nothing by it.
      case 'change': return grantedBy(rule).some(({ right }) => right.id === 'create-pods') ? undefined : { severity: 'info' };
      default: return {};
    }
  },
});
