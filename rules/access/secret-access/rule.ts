import { defineGrantRule } from '../grant-rule.ts';
import { secretNames } from '../used-names.ts';

export default defineGrantRule({
  id: 'secret-access',
  title: 'Role that reads or writes any Secret',
  severity: 'warning',
  frameworks: ['owasp-nhi:NHI5:2025', 'owasp-nhi:NHI2:2025', 'cis-kubernetes:5.1.2', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1552.007'],
  messages: {
    read: 'Lets {holders} read every Secret{where}',
    besides: 'Lets {holders} read every Secret{where}: names limit get, and list and watch return whole Secrets all the same',
    write: 'Lets {holders} {verbs} any Secret{where}',
    both: 'Lets {holders} read and write every Secret{where}',
    tokens: 'Lets {holders} read every Secret{where}, and make a token Secret for any account there',
  },
  says: { 'read-secrets': 'read', 'write-secrets': 'read' },
  judge({ granted, rule, role }) {
    const given = new Set(granted.map(({ right }) => right.id));
    // Creating beside reading is told where the reading is.
    if (!given.has('read-secrets') && role.has('read-secrets') && !changes(rule)) return undefined;
    if (!given.has('read-secrets')) return { messageId: 'write', severity: changes(rule) ? 'warning' : 'info' };
    // A Secret of type service-account-token is filled in by the token controller (semantics.md 3).
    if (role.has('create-secrets')) return { messageId: 'tokens' };
    if (given.has('write-secrets')) return { messageId: 'both' };
    return role.rules.some(namesSecrets) && !rule.verbs.includes('get') ? { messageId: 'besides' } : {};
  },
  namesFor: secretNames,
});

function changes({ verbs }: { verbs: readonly string[] }): boolean {
  return verbs.includes('update') || verbs.includes('patch');
}

function namesSecrets({ resources, resourceNames, verbs }: { resources: readonly string[]; resourceNames: readonly string[]; verbs: readonly string[] }): boolean {
  return resources.includes('secrets') && resourceNames.length > 0 && verbs.includes('get');
}
