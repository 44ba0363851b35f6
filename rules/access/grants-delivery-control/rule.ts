import { defineGrantRule } from '../grant-rule.ts';

export default defineGrantRule({
  id: 'grants-delivery-control',
  title: 'Role that tells a delivery controller what to apply',
  severity: 'warning',
  frameworks: ['owasp-nhi:NHI5:2025', 'owasp-nhi:NHI3:2025', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1072'],
  messages: {
    apply: 'Lets {holders} have anything applied with the identity of the delivery controller, by {resources}{where}',
    install: 'Lets {holders} have operators installed that bring roles of their own, by {resources}{where}',
  },
  says: { 'write-applications': 'apply', 'write-flux': 'apply', 'write-charts': 'apply', 'install-operators': 'install' },
});
