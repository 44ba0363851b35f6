import type { Graph } from '../../engine/identity/graph.ts';
import { inventoryOf } from '../../engine/inventory/inventory.ts';
import { accountIdentity, authorizer } from '../../engine/identity/permissions.ts';
import { reachIn } from '../../engine/identity/reach.ts';
import { Workspace } from '../../engine/lint/workspace.ts';

/** What the roles of the estate give; most lead nowhere, some on. */
const rules = [
  '[{apiGroups: [""], resources: [configmaps, pods], verbs: [get, list, watch]}]',
  '[{apiGroups: [""], resources: [pods/exec], verbs: [create]}]',
  '[{apiGroups: [apps], resources: [deployments], verbs: [get, patch]}]',
  '[{apiGroups: [""], resources: [secrets], verbs: [get]}]',
  '[{apiGroups: [""], resources: [serviceaccounts/token], verbs: [create], resourceNames: [account-7]}]',
];
const accounts = 5000;
const namespaces = 100;
/** It has no factor in common with the numbers that it spreads, so bindings are spread the same way in every run. */
const spread = 4391;

/** 5,000 accounts in 100 namespaces, each with a workload, and 20,000 bindings, some to kube-system. */
function estate(): string {
  const role = (kind: string, metadata: string, i: number) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {${metadata}}\nrules: ${rules[i % rules.length]}\n`;
  const binding = (kind: string, metadata: string, roleKind: string, roleName: string, account: number) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {${metadata}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${roleKind}, name: ${roleName}}\nsubjects: [{kind: ServiceAccount, name: account-${account}, namespace: team-${account % namespaces}}]\n`;
  const documents: string[] = [];
  for (let i = 0; i < accounts; i++) {
    documents.push(`apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: account-${i}, namespace: team-${i % namespaces}}\n`);
    documents.push(`apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app-${i}, namespace: team-${i % namespaces}}\nspec: {template: {metadata: {labels: {app: app-${i}}}, spec: {serviceAccountName: account-${i}, containers: [{name: main, image: 'registry.example/app:1'}]}}}\n`);
  }
  for (let i = 0; i < 5 * namespaces; i++) documents.push(role('Role', `name: role-${i % 5}, namespace: team-${Math.floor(i / 5)}`, i));
  for (let i = 0; i < 50; i++) documents.push(role('ClusterRole', `name: cluster-role-${i}`, i));
  for (let i = 0; i < 18990; i++) documents.push(binding('RoleBinding', `name: binding-${i}, namespace: team-${(i * 7) % namespaces}`, 'Role', `role-${(i * 3) % 5}`, (i * spread) % accounts));
  for (let i = 0; i < 1000; i++) documents.push(binding('ClusterRoleBinding', `name: cluster-binding-${i}`, 'ClusterRole', `cluster-role-${5 * (i % 10)}`, (i * spread) % accounts));
  for (let i = 0; i < 10; i++) documents.push(binding('RoleBinding', `name: system-${i}, namespace: kube-system`, 'ClusterRole', 'cluster-role-2', (i * spread) % accounts));
  return documents.join('---\n');
}

export interface IdentityTimes {
  readonly accounts: number;
  readonly bindings: number;
  readonly megabytes: number;
  /** Milliseconds. `read` is parsing, which the others are compared with. */
  readonly read: number;
  readonly link: number;
  readonly permissions: number;
  readonly questions: number;
  readonly reach: number;
  readonly inventory: number;
  readonly admins: number;
  /** Of the whole process, in MiB, after all of it. */
  readonly memory: number;
}

/** Asks permissions, one question, reach and the inventory of all accounts of a large estate. */
export function timeIdentity(milliseconds: (task: () => void) => number): IdentityTimes {
  const text = estate();
  const workspace = new Workspace([]);
  // Documents are read when somebody asks for them: counting does.
  const read = milliseconds(() => { workspace.set({ path: 'estate.yaml', text, dialect: 'kubernetes', scope: '', role: 'manifest' }); workspace.counts(); });
  let graph!: Graph;
  const link = milliseconds(() => { graph = workspace.graphOf('estate.yaml')!; });
  const rbac = authorizer(graph, { defaults: true, minor: 36 });
  const permissions = milliseconds(() => { for (const account of graph.accounts) rbac.permissionsOfAccount(account); });
  const questions = milliseconds(() => { for (const account of graph.accounts) rbac.allows(accountIdentity(account), { verb: 'get', group: '', resource: 'secrets', namespace: account.namespace }); });
  let admins = 0;
  const reach = milliseconds(() => { for (const account of graph.accounts) if (reachIn(graph, rbac).toClusterAdmin(account)) admins++; });
  const inventory = milliseconds(() => { inventoryOf(graph, rbac); });
  return { accounts: graph.accounts.length, bindings: graph.all('binding').length, megabytes: text.length / 1e6, read, link, permissions, questions, reach, inventory, admins, memory: process.memoryUsage().rss / 2 ** 20 };
}
