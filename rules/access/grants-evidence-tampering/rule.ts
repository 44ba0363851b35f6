import { defineGrantRule } from '../grant-rule.ts';

export default defineGrantRule({
  id: 'grants-evidence-tampering',
  title: 'Role that removes traces or data',
  severity: 'info',
  frameworks: ['owasp-nhi:NHI5:2025', 'nist-csf-2.0:PR.PS-04', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1070', 'mitre-attack:T1485'],
  messages: {
    logs: 'Lets {holders} delete {resources}{where}, and so end the collection of logs',
    events: 'Lets {holders} delete events{where}: the record of what was done',
    everything: 'Lets {holders} delete any resource of the groups named, and with Namespaces or kinds all that belongs to them',
    data: 'Lets {holders} delete {resources}, and with these all that belongs to them',
    claims: 'Lets {holders} delete any persistent volume claim{where}, and with it the data, unless the volume is retained',
  },
  says: { 'delete-data': 'data', 'delete-claims': 'claims', 'delete-log-pipelines': 'logs', 'delete-events': 'events' },
  judge: ({ messageId, resources }) => ({ severity: 'info', persona: 'pedantic', ...(messageId === 'data' && resources.includes('*') ? { messageId: 'everything' } : {}) }),
});
