import { powerLabel } from '../../engine/identity/access-words.ts';
import { nameInCluster, namesInCluster } from '../../engine/identity/build.ts';
import type { Graph } from '../../engine/identity/graph.ts';
import type { Account } from '../../engine/identity/parts.ts';
import { displayName } from '../../engine/identity/objects.ts';
import { accountIdentity, authorizer, type Authorizer } from '../../engine/identity/permissions.ts';
import { reachIn, type Power, type Reached, type Step } from '../../engine/identity/reach.ts';
import { builtNames, nameOfAccount, namesOfAccount } from '../../engine/identity/subjects.ts';
import { UsageError, type Arguments } from '../args.ts';
import { visible } from '../display.ts';
import { accountName, inRelease, noteLines, placeLabel, readEstate, type Estate } from '../estate.ts';
import { exitCode, type Io } from '../io.ts';
import { at, doubtLine, permissionLines, showPermission } from '../permission.ts';
import { count } from '../reporters/words.ts';
import { table } from '../table.ts';

/** Who is asked about: an account of one scope, with all that its token leads to. */
interface Subject {
  readonly account: Account;
  readonly reached: readonly Reached[];
  readonly doubts: readonly string[];
}

/** Of what one step leads to, so many are shown in a terminal; JSON has all. */
const mostShown = 10;

/** `kubewho reach ns/name`: what the holder of a workload's or an account's token can become, step by step. */
export async function reach(args: Arguments, io: Io): Promise<number> {
  const [what, ...more] = args.operands;
  if (what === undefined || more.length > 0) throw new UsageError('reach takes one NAMESPACE/NAME, of a workload or an account; the files come with --in');
  const asked = accountName(what, `reach ${what}`);
  const estate = await readEstate(args.all('in'), args, io);
  const subjects = estate.graphs.flatMap((graph) => {
    const rbac = authorizer(graph, { defaults: true, minor: estate.minor });
    return accountsOf(graph, rbac, asked).map((account) => subjectOf(account, graph, rbac, estate));
  });
  const built = [...new Set(estate.graphs.flatMap(({ accounts, workloads }) => [...builtNames(accounts, asked), ...workloads.filter(({ object, namespace }) => namespace === asked.namespace && object.name === asked.name).flatMap(({ object }) => namesInCluster(object))]))];
  if (subjects.length === 0 && built.length > 0) throw new UsageError(`"${what}" is only written so; Kustomize builds it as ${built.map((name) => `"${asked.namespace}/${name}"`).join(', ')}: ask about that`);
  if (subjects.length === 0) throw new UsageError(`neither a workload nor an account "${what}" is among the files read${inRelease(estate, asked.name)}`);
  const format = args.value('format');
  if (format === 'json') io.out.write(`${JSON.stringify({ schemaVersion: 1, subjects: subjects.map((subject) => shown(subject, estate)), notes: estate.notes }, null, 2)}\n`);
  else if (format === 'table') io.out.write(rows(subjects, estate));
  else io.out.write(subjects.map((subject) => pretty(subject, estate).map((line) => `${visible(line)}\n`).join('')).join('\n'));
  if (format !== 'json') io.out.write(noteLines(estate.notes));
  return estate.complete ? exitCode.ok : exitCode.usage;
}

/** The accounts that a name means: of workloads, of ServiceAccount objects, else one that only bindings name. */
function accountsOf(graph: Graph, rbac: Authorizer, { namespace, name }: { namespace: string; name: string }): Account[] {
  const byWorkload = graph.workloads.filter((one) => one.namespace === namespace && namesInCluster(one.object).includes(name)).map((one) => graph.accountOf(one));
  const byName = graph.accounts.filter((one) => one.namespace === namespace && namesOfAccount(one).includes(name));
  const found = [...new Set([...byWorkload, ...byName])];
  if (found.length > 0) return found;
  const isNamed = rbac.permissionsOf(accountIdentity({ namespace, name })).some(({ subject }) => subject?.kind.state === 'known' && subject.kind.value !== 'Group');
  return isNamed ? [{ key: `${namespace}/${name}@named by bindings`, namespace, name, objects: [], perhaps: [], workloads: [] }] : [];
}

function subjectOf(account: Account, graph: Graph, rbac: Authorizer, estate: Estate): Subject {
  const all = reachIn(graph, rbac).from(account);
  // Shortest ways are known of accounts among the files; of one that only bindings name, the first found is a shortest.
  const admin = reachIn(graph, rbac).toClusterAdmin(account) ?? all.find(({ power }) => power.kind === 'cluster-admin');
  const others = all.filter(({ power }) => power.kind !== 'cluster-admin');
  return { account, reached: [...(admin ? [admin] : []), ...others], doubts: [...new Set(rbac.doubtsOfAccount(account).map((doubt) => doubtLine(doubt, estate)))] };
}

function pretty({ account, reached, doubts }: Subject, estate: Estate): string[] {
  const users = account.workloads.map(({ object, accountAt }) => `${object.resource.header.kind} "${displayName({ ...object, name: nameInCluster(object) })}" (${placeLabel(estate.place({ object, place: accountAt }))})`);
  const [first] = reached;
  const out = [`account "${displayName({ ...account, name: nameOfAccount(account) })}"${users.length === 0 ? '' : `, as which ${users.slice(0, mostShown).join(', ')}${users.length > mostShown ? ` and ${users.length - mostShown} more` : ''} run${users.length === 1 ? 's' : ''}`}`];
  if (!first) out.push('  leads to no other identity, as far as the files tell');
  if (first?.power.kind === 'cluster-admin') {
    out.push(`  cluster-admin in ${count(first.path.length, 'step')}:`);
    first.path.forEach((step, i) => out.push(...stepLines(step, `    ${i + 1}. `, estate)));
  }
  const others = reached.filter(({ power }) => power.kind !== 'cluster-admin');
  if (others.length > 0) out.push(first?.power.kind === 'cluster-admin' ? '  on the way and beside it:' : '  nearest first:', ...tree(others, estate));
  return [...out, ...doubts.map((doubt) => `  not known: ${doubt}`)];
}

/** What is reached, each below what it is reached from. */
function tree(reached: readonly Reached[], estate: Estate): string[] {
  const below = new Map<Step | undefined, Reached[]>();
  for (const one of reached) {
    const parent = one.path.at(-2);
    const list = below.get(parent);
    if (list) list.push(one);
    else below.set(parent, [one]);
  }
  const out: string[] = [];
  const visit = (parent: Step | undefined, indent: string): void => {
    const children = below.get(parent) ?? [];
    for (const { path } of children.slice(0, mostShown)) {
      const step = path.at(-1)!;
      out.push(...stepLines(step, indent, estate));
      visit(step, `${indent}  `);
    }
    if (children.length > mostShown) out.push(`${indent}and ${children.length - mostShown} more (--format json lists all)`);
  };
  visit(undefined, '    ');
  return out;
}

/** A step, and below it what makes it possible, each with its file and line. */
function stepLines(step: Step, indent: string, estate: Estate): string[] {
  const can = step.escalation ? 'it can ' : '';
  const where = step.at ? ` (${placeLabel(estate.place(step.at))})` : '';
  const by = [...new Set((step.escalation?.permissions ?? []).flatMap((permission) => permissionLines(permission, showPermission(permission, estate))))];
  const pad = ' '.repeat(indent.length + 2);
  return [`${indent}${powerLabel(step.to)}: ${can}${step.reason}${where}`, ...by.map((line) => `${pad}${line}`)];
}

function rows(subjects: readonly Subject[], estate: Estate): string {
  return table(['ACCOUNT', 'REACHES', 'STEPS', 'BY', 'SOURCE'], subjects.flatMap(({ account, reached }) => reached.map(({ power, path }) => {
    const last = path.at(-1)!;
    return [displayName({ ...account, name: nameOfAccount(account) }), powerLabel(power), String(path.length), last.reason, sourcesOf(last, estate).join(', ') || '-'].map(visible);
  })));
}

function sourcesOf(step: Step, estate: Estate): string[] {
  // Where a role is built in, its binding is what somebody wrote.
  const rules = (step.escalation?.permissions ?? []).map((permission) => showPermission(permission, estate)).map(({ rule, binding }) => rule.at ?? binding.at);
  return [...new Set([...rules, ...(step.at ? [estate.place(step.at)] : [])].map(at))];
}

function shown({ account, reached, doubts }: Subject, estate: Estate): Record<string, unknown> {
  return {
    account: { namespace: account.namespace, name: nameOfAccount(account) },
    workloads: account.workloads.map(({ object, accountAt }) => ({ kind: object.resource.header.kind, namespace: object.namespace, name: nameInCluster(object), at: estate.place({ object, place: accountAt }) })),
    clusterAdmin: reached[0]?.power.kind === 'cluster-admin',
    reached: reached.map(({ power, path }) => ({ power: shownPower(power), steps: path.map((step) => ({ to: shownPower(step.to), reason: step.reason, primitive: step.escalation?.primitive.id ?? null, at: step.at ? estate.place(step.at) : null, by: (step.escalation?.permissions ?? []).map((permission) => showPermission(permission, estate)) })) })),
    doubts,
  };
}

function shownPower(power: Power): Record<string, unknown> {
  const label = powerLabel(power);
  if (power.kind === 'account') return { kind: power.kind, label, namespace: power.account.namespace, name: nameOfAccount(power.account) };
  return { kind: power.kind, label, namespace: 'namespace' in power ? power.namespace ?? null : null, name: power.kind === 'role' ? power.name : null };
}
