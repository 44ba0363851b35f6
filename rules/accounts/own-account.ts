import { cloudIdentitiesOf } from '../../engine/identity/cloud-identity.ts';
import { accountLabel, type Graph } from '../../engine/identity/graph.ts';
import type { Grant } from '../../engine/identity/grants.ts';
import type { Account, Workload } from '../../engine/identity/parts.ts';
import { mentionsOf } from '../../engine/identity/mentions.ts';
import { isSymbol, shownName, type GraphObject } from '../../engine/identity/objects.ts';
import { perGraph } from '../../engine/identity/per-graph.ts';
import { inWords } from '../../engine/identity/rbac-subjects.ts';
import { tokenConsumers } from '../../engine/identity/token-consumers.ts';
import { tokenNeed } from '../../engine/identity/token-need.ts';
import { pathIn, type FixProposal, type FixStep } from '../../engine/lint/rule.ts';
import { known } from '../../engine/yaml/cursor.ts';
import type { Path } from '../../engine/yaml/node.ts';
import { marksBefore } from './hook-marks.ts';

/** The name that a workload's own account would bear: its own. None where that is made up at creation, a template's, or taken. */
export function ownName(workload: Workload, account: Account, graph: Graph): string | undefined {
  const { name } = workload.object;
  if (name === '' || isSymbol(name) || name === account.name || account.objects.some(({ object }) => object.context)) return undefined;
  return namesIn(graph).has(`${account.namespace}/${name}`) ? undefined : name;
}

const namesIn = perGraph((graph) => new Set(graph.accounts.map(({ namespace, name }) => `${namespace}/${name}`)));

/** The pod templates of each object. */
const partsIn = perGraph((graph) => {
  const parts = new Map<GraphObject, Workload[]>();
  for (const one of graph.workloads) parts.set(one.object, [...(parts.get(one.object) ?? []), one]);
  return parts;
});

/** A new account with what the old one has in these files, for one workload. Everything outside that names the old account stays as it is. */
export function ownAccount(workload: Workload, account: Account, name: string, graph: Graph): FixProposal {
  const { object } = workload;
  const parts = (partsIn(graph).get(object) ?? []).filter((part) => graph.accountOf(part) === account);
  const grants = graph.grantsOf(account).filter(({ via, binding }) => via !== 'group' && !binding.object.context);
  const mentions = mentionsOf(account, graph).filter((mention) => !graph.proximity.alternatives(object.document.file, mention.object.document.file));
  return {
    id: 'own-account',
    title: `Give this workload an account of its own, "${name}", with the rights that "${accountLabel(account)}" has in these files (${whatToDo(workload, account, graph)})`,
    safe: false,
    steps: [
      { after: object, add: [newAccount(workload, account, name, graph)] },
      ...parts.flatMap((part) => nameAccount(part, name)),
      ...grants.map(({ binding, subject }): FixStep => ({ object: binding.object, change: { op: 'append', path: pathIn(binding.object, 'subjects'), value: subjectFor({ binding, subject }, workload, account, name) } })),
      ...mentions.map((mention): FixStep => ({ object: mention.object, change: { op: 'append', path: mention.list, value: mention.as(name) } })),
    ],
  };
}

/** Policies that name callers, some of them by account, and are not followed by name. */
const meshPolicies = ['linkerdAuthorization', 'linkerdMeshTls', 'linkerdServerAuthorization', 'consulIntentions', 'kumaPermission', 'kumaTrafficPermission'] as const;

function whatToDo(workload: Workload, account: Account, graph: Graph): string {
  const marks = account.objects.flatMap(({ object: { resource: { header } } }) => [...Object.keys(header.annotations.entries), ...Object.keys(header.labels.entries)]);
  const mark = tokenConsumers.find(({ accountMark }) => marks.some((one) => accountMark?.test(one)));
  const cloud = mark?.name ?? cloudIdentitiesOf(graph, account)[0]?.mechanism;
  return [
    ...(account.objects.length === 0 && account.name !== 'default' ? ['the old account is not among the files read: what is bound to it elsewhere has to be bound again'] : []),
    ...(graph.grantsOf(account).some(({ binding }) => binding.object.context) ? ['some of its rights come from bindings that are in the cluster only: bind those again'] : []),
    ...(cloud ? [`it loses ${cloud}: the cloud trusts the old account by name, so add the new one there`] : []),
    ...namedElsewhere(account, graph),
    ...vaultRole(workload),
    ...(meshPolicies.some((kind) => graph.all(kind).length > 0) ? ['the mesh policies in these files may name the old account'] : []),
    'check first which Vault roles, mesh policies and other systems know the old name, and take away the rights that it does not need',
  ].join('; ');
}

/** Objects that get tokens of the old account or act as it: for this workload or for others, that the files do not tell. */
function namedElsewhere(account: Account, graph: Graph): string[] {
  const users = graph.all('accountUse').filter(({ object, fact }) => !object.context && known(fact.name) === account.name && (known(fact.namespace) ?? object.namespace) === account.namespace);
  const names = [...new Set(users.map(({ object }) => `${object.resource.header.kind} "${shownName(object.name)}"`))];
  return names.length === 0 ? [] : [`${inWords(names)} ${names.length === 1 ? 'goes' : 'go'} on as the old account: name the new one there where it is for this workload`];
}

/** Vault lets accounts log in by the names that its role lists (developer.hashicorp.com/vault/docs/auth/kubernetes, bound_service_account_names). */
function vaultRole({ fact: { podAnnotations } }: Workload): string[] {
  const value = podAnnotations.entries['vault.hashicorp.com/role'];
  const role = value && known(value);
  return role === undefined ? [] : [`let the new one log in with Vault role "${role}"`];
}

function newAccount(workload: Workload, account: Account, name: string, graph: Graph): unknown {
  const [old] = account.objects;
  const namespace = known(workload.object.resource.header.namespace);
  const told = old && known(old.fact.automount);
  // Of a named account in no file read it is not known what it is bound to, so neither whether its token is needed.
  const isRead = old !== undefined || account.name === 'default';
  const optsOut = told ?? (isRead && !tokenNeed(workload, account, graph) ? false : undefined);
  const annotations = marksBefore(workload.object);
  const pullSecrets = (old?.fact.imagePullSecrets ?? []).map(known).filter((secret) => secret !== undefined);
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    ...(optsOut === undefined ? {} : { automountServiceAccountToken: optsOut }),
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) } : {}),
  };
}

/** The deprecated alias becomes the field that it stands for; beside an empty one it goes (semantics.md 2.1). */
function nameAccount({ object, fact }: Workload, name: string): FixStep[] {
  const { serviceAccountName, serviceAccount } = fact;
  const set = (path: Path): FixStep => ({ object, change: { op: 'set', path, value: name } });
  if (serviceAccountName.state !== 'absent' || serviceAccount.state === 'absent') return [set(serviceAccountName.at.path)];
  if (serviceAccountName.at.key) return [set(serviceAccountName.at.path), { object, change: { op: 'remove', path: serviceAccount.at.path } }];
  return [set(serviceAccount.at.path), { object, change: { op: 'rename', path: serviceAccount.at.path, key: 'serviceAccountName' } }];
}

/**
 * Beside a user name that spells the account out, the new one is named as an account, which means the same. Where Kustomize
 * overwrites the namespace, a subject follows an account that is written in the one which the subject names, in each build
 * (semantics.md 10.2); where the new one is written in another, its namespace is the one that the build gives it.
 */
function subjectFor({ binding, subject }: Pick<Grant, 'binding' | 'subject'>, { object }: Workload, account: Account, name: string): unknown {
  const written = known(subject.namespace);
  const overwritten = written !== undefined && written !== known(object.resource.header.namespace) && binding.object.build?.namespace;
  const namespace = known(subject.kind) === 'User' || overwritten ? account.namespace : written;
  return { kind: 'ServiceAccount', name, ...(namespace === undefined ? {} : { namespace }) };
}
