import { displayName, isSymbol } from '../engine/identity/objects.ts';
import { accountLabel, isUntold, tokenMount, type Graph } from '../engine/identity/graph.ts';
import type { Grant } from '../engine/identity/grants.ts';
import type { Account, Workload } from '../engine/identity/parts.ts';
import type { Authorizer } from '../engine/identity/permissions.ts';
import type { AccessRule } from '../engine/identity/rbac-rules.ts';
import { known } from '../engine/yaml/cursor.ts';
import type { Markup } from './markup.ts';

/** Lists are cut here: a hover is read at a glance. */
const LISTED = 5;

/** Who a workload runs as, how the token gets into its pods, what that identity may do, and who else has it. */
export function workloadWords(workload: Workload, graph: Graph, rights: Authorizer, markup: Markup): string[] {
  const account = graph.accountOf(workload);
  const said = workload.fact.serviceAccountName.state !== 'absent' || workload.fact.serviceAccount.state !== 'absent';
  const others = account.workloads.filter((one) => one.key !== workload.key);
  const name = markup.strong(workloadLabel(workload));
  if (isUntold(account)) return [`${name} runs as an account that its operator makes or chooses: the files do not tell which. ${mountWords(workload, account)}`];
  return [
    `${name} runs as account ${accountName(account, markup)}${said ? '' : ', because it names no other'}. ${mountWords(workload, account)}`,
    ...rightsWords(account, graph, rights, markup),
    ...(others.length > 0 ? [`The account is shared with ${listed(others.map((one) => markup.code(workloadLabel(one))))}.`] : []),
  ];
}

/** What an account may do and who runs as it. */
export function accountWords(account: Account, graph: Graph, rights: Authorizer, markup: Markup): string[] {
  const automount = account.objects.map(({ fact }) => known(fact.automount));
  const mounting = automount.includes(false) ? 'It opts out of mounting its token.' : 'Pods that do not opt out mount its token.';
  return [
    `Account ${markup.strong(accountLabel(account))}. ${mounting}`,
    ...rightsWords(account, graph, rights, markup),
    account.workloads.length > 0 ? `Used by ${listed(account.workloads.map((one) => markup.code(workloadLabel(one))))}.` : 'No workload in the files read runs as it.',
  ];
}

function workloadLabel({ object, fact }: Workload): string {
  const name = `${object.resource.header.kind} ${displayName(object) || '(name made up at creation)'}`;
  return fact.part === '' ? name : `${name}, ${fact.part}`;
}

function accountName(account: Account, markup: Markup): string {
  const missing = account.objects.length === 0 && account.name !== 'default' && !isSymbol(account.name);
  return `${markup.strong(accountLabel(account))}${!missing ? '' : account.workloads.some(({ fact }) => fact.made) ? ' (made by an operator)' : ' (not among the files read)'}`;
}

/** Pod over account over true (semantics.md 2.5), in a sentence or two. */
function mountWords(workload: Workload, account: Account): string {
  const { mounted, decidedBy, overrides } = tokenMount(workload, account);
  const projected = workload.fact.volumes.flatMap((volume) => volume.tokens);
  const own = projected.length === 0 ? '' : ` A volume of its own projects ${projected.length === 1 ? 'a token' : `${projected.length} tokens`}${audiences(projected.map((token) => known(token.audience)))}.`;
  if (mounted === 'unknown') return `Whether the API token is mounted cannot be told from the files.${own}`;
  if (!mounted) return `The API token is not mounted: the ${decidedBy === 'pod' ? 'pod spec' : 'account'} opts out.${own}`;
  if (decidedBy === 'pod') return `The API token is mounted: the pod spec says so${overrides ? ', though the account opts out' : ''}.${own}`;
  return `The API token is mounted: ${decidedBy === 'account' ? 'the account says so' : 'nothing says otherwise'}.${own}`;
}

function audiences(names: readonly (string | undefined)[]): string {
  const told = [...new Set(names.filter((name) => name !== undefined))];
  return told.length === 0 ? '' : ` for ${told.join(', ')}`;
}

function rightsWords(account: Account, graph: Graph, rights: Authorizer, markup: Markup): string[] {
  const grants = graph.grantsOf(account);
  if (grants.length === 0) return ['Nothing in the files read grants it anything.'];
  const lines = grants.slice(0, LISTED).map((grant) => `- ${grantWords(grant, rights, markup)}`);
  if (grants.length > LISTED) lines.push(`- and ${grants.length - LISTED} more bindings`);
  return [`The files read grant it:\n\n${lines.join('\n')}`];
}

function grantWords({ binding, subject, via }: Grant, rights: Authorizer, markup: Markup): string {
  const { object, fact } = binding;
  const role = rights.roleOf(binding);
  const where = fact.cluster ? 'in the whole cluster' : object.namespace === '' ? 'in its namespace' : `in namespace ${markup.code(object.namespace)}`;
  const through = via === 'group' ? `, as any account in the group ${markup.code(known(subject.name) ?? '')}` : '';
  const what = role.unknown ? `the role ${markup.code(known(fact.roleName) ?? '')} is not among the files read` : rulesWords(role.rules) + (role.open ? ', and what a template adds' : '');
  return `${markup.code(`${object.resource.header.kind} ${displayName(object)}`)} to ${markup.code(`${known(fact.roleKind) ?? 'role'} ${known(fact.roleName) ?? ''}`.trim())}, ${where}${through}: ${what}`;
}

function rulesWords(rules: readonly AccessRule[]): string {
  const words = [...new Set(rules.map(ruleWords))];
  if (words.length === 0) return 'nothing';
  if (words.includes('everything')) return 'everything';
  return words.length <= LISTED ? words.join('; ') : `${words.slice(0, LISTED).join('; ')}; and ${words.length - LISTED} more rules`;
}

function ruleWords({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: AccessRule): string {
  const does = verbs.includes('*') ? 'every verb' : verbs.join(', ');
  if (resources.length === 0) return `${does} on ${listed(nonResourceURLs)}`;
  if (verbs.includes('*') && resources.includes('*') && apiGroups.includes('*') && resourceNames.length === 0) return 'everything';
  const what = resources.includes('*') ? `every resource${apiGroups.includes('*') ? '' : ` of ${listed(apiGroups.map((group) => group || 'the core group'))}`}` : listed(resources);
  return `${does} on ${what}${resourceNames.length > 0 ? ` named ${listed(resourceNames)}` : ''}`;
}

function listed(items: readonly string[]): string {
  return items.length <= LISTED ? items.join(', ') : `${items.slice(0, LISTED).join(', ')} and ${items.length - LISTED} more`;
}
