import { defineGrantRule } from '../grant-rule.ts';

export default defineGrantRule({
  id: 'grants-node-access',
  title: 'Role that reaches nodes',
  severity: 'error',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.9', 'cis-kubernetes:5.1.10', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1611', 'mitre-attack:T1609'],
  messages: {
    proxy: 'Lets {holders} run commands in every pod of the cluster through the kubelets, unseen by audit and admission: get is enough',
    constraints: 'Lets pods that run as {holders}, or that they make, have {names}, past what restricts other pods',
    volumes: 'Lets {holders} make volumes of any path of a node, where Pod Security does not look',
    machines: 'Lets {holders} start machines with identities of their choice{where}, by {resources}',
    nodes: 'Lets {holders} {verbs} nodes: by labels and taints it is said which pods come to them',
    status: 'Lets {holders} write the status of nodes: the addresses that the API server connects to, and what they have to give',
  },
  says: { 'proxy-nodes': 'proxy', 'use-privileged-constraints': 'constraints', 'create-volumes': 'volumes', 'write-machines': 'machines', 'write-nodes': 'nodes', 'write-node-status': 'status' },
  judge({ messageId, granted, rule, role }) {
    switch (messageId) {
      case 'proxy': return {};
      case 'constraints': {
        const names = rule.resourceNames.filter((name) => granted.some(({ right }) => right.names.includes(name)));
        return { severity: names.length === 0 || names.some((name) => owning.has(name)) ? 'error' : 'warning', args: { names: names.length > 0 ? names.join(', ') : 'any SecurityContextConstraints' } };
      }
      // A provisioner reads the StorageClass that says what to make (kubernetes.io/docs/concepts/storage/dynamic-provisioning).
      case 'volumes': return { severity: 'warning', ...(role.rules.some(({ resources }) => resources.includes('storageclasses')) ? { persona: 'pedantic' } : {}) };
      // Network plug-ins and problem detectors set conditions there.
      case 'status': return { severity: 'info', persona: 'pedantic' };
      default: return { severity: 'warning' };
    }
  },
});

/** Those with privileged containers, or with any path and namespace of the host (docs.openshift.com, managing security context constraints). */
const owning = new Set(['privileged', 'hostaccess', 'hostmount-anyuid', 'node-exporter']);
