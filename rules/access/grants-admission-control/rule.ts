import { defineGrantRule } from '../grant-rule.ts';

export default defineGrantRule({
  id: 'grants-admission-control',
  title: 'Role that decides what the API server lets in',
  severity: 'error',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.12', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1556', 'mitre-attack:T1685'],
  messages: {
    mutating: 'Lets {holders} put a webhook before every request that changes something: it sees Secrets, and rewrites pods and bindings',
    validating: 'Lets {holders} put a webhook before every request that changes something: it sees Secrets, and refuses what it likes',
    removal: 'Lets {holders} {verbs} {resources}, and so lift what these check',
    apis: 'Lets {holders} take over groups of the API, and with these the requests to them and the identities of who sent them',
    policies: 'Lets {holders} {verbs} {resources}{where}, and so weaken what others are held to',
    schemas: 'Lets {holders} {verbs} any CustomResourceDefinition: schemas and conversion webhooks of what controllers trust',
  },
  says: {
    'write-mutating-webhooks': 'mutating', 'write-validating-webhooks': 'mutating', 'delete-webhooks': 'mutating', 'write-api-services': 'apis',
    'write-policy-engines': 'policies', 'write-admission-policies': 'policies', 'write-crds': 'schemas',
  },
  judge({ messageId, granted, rule, verbs }) {
    // Groups that are served have their APIService already: it takes a change, or removal and creation, to take one over.
    if (messageId === 'apis') return verbs.some((verb) => ['update', 'patch', '*'].includes(verb)) || rule.verbs.includes('delete') ? {} : { severity: 'info', persona: 'pedantic' };
    if (messageId !== 'mutating') return { severity: 'warning' };
    const gives = (id: string) => granted.some(({ right }) => right.id === id);
    if (gives('write-mutating-webhooks')) return {};
    return gives('write-validating-webhooks') ? { messageId: 'validating' } : { messageId: 'removal', severity: 'warning' };
  },
});
