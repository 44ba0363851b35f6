import type { Labels } from '../kubernetes/header.ts';
import { known } from '../yaml/cursor.ts';
import { tierOf } from './tier.ts';
import { tokenMount, type Graph } from '../identity/graph.ts';
import type { Account, Workload } from '../identity/parts.ts';
import { isTold } from '../identity/grants.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { isPartial } from '../identity/token-need.ts';

/** What is compared of a workload, read once: an account may have thousands of them. */
interface Profile {
  readonly workload: Workload;
  readonly kind: string;
  /** With its last slash; "" for the top. */
  readonly directory: string;
  /** Whether it runs to an end. */
  readonly run: boolean;
  /** Whether it lives for the length of an installation only. */
  readonly hook: boolean;
  readonly partOf: string;
  readonly images: ReadonlySet<string>;
  readonly program: string;
  /** The values of the labels that name it and that tell its version, in the order of the lists. */
  readonly names: readonly string[];
  readonly versions: readonly string[];
}

/**
 * The other workloads that run as a workload's account: other owners, not replicas; never variants of the same object or
 * anything of an alternative set of files; not a CronJob and its Job, nor the versions of one service. One for each owner,
 * in the order of the files, looked for as they are asked for.
 */
export interface Sharers {
  readonly count: number;
  all(): Iterable<Workload>;
  /** Those that are no parts of one application with it, and neither is a one-off of the other: a hook, a test, a task run from the same image. */
  strangers(): Iterable<Workload>;
  /** Strangers from outside, or with a node's powers, where it is neither, or the other way round. */
  strangersAcross(): Iterable<Workload>;
}

/** The users of an account, and what leads from each to those that do not share with it. */
interface Users {
  readonly all: readonly Profile[];
  readonly ofWorkload: ReadonlyMap<Workload, Profile>;
  readonly ofOwner: ReadonlyMap<string, readonly Profile[]>;
  /** Those that run to an end: by what they run, by how they are called, and by the names that theirs may be made from. */
  readonly runsOf: ReadonlyMap<string, readonly Profile[]>;
  readonly runsNamed: ReadonlyMap<string, readonly Profile[]>;
  readonly runsNamedAfter: ReadonlyMap<string, readonly Profile[]>;
  /** By a label that names them, then by all labels that tell a version. */
  readonly versionsOf: ReadonlyMap<string, ReadonlyMap<string, readonly Profile[]>>;
  /** By file, those that share with none of it; filled as it is asked for, as are the two below. */
  readonly apart: Map<string, readonly Profile[]>;
  internal?: readonly Profile[];
  others?: readonly Profile[];
}

const users = { all: new WeakMap<Account, Users>(), withToken: new WeakMap<Account, Users>() };

/** The users of an account, sorted once: it may have thousands, and each is compared with all others. */
function usersOf(account: Account, which: keyof typeof users): Users {
  const before = users[which].get(account);
  if (before) return before;
  const counts = which === 'all' ? () => true : (one: Workload) => hasToken(one, account);
  const all = account.workloads.filter((one) => !one.repeated && !isPartial(one.fact) && counts(one)).map(profileOf);
  const runs = all.filter(({ run }) => run);
  const labelled = grouped(all, ({ names }) => names.flatMap((label, i) => (label === '' ? [] : [labelKey(label, i)])));
  const now: Users = {
    all,
    ofWorkload: new Map(all.map((one) => [one.workload, one])),
    ofOwner: grouped(all, ({ workload }) => [workload.owner]),
    runsOf: grouped(runs, ({ program }) => (program === '' ? [] : [program])),
    runsNamed: grouped(runs, ({ workload: { object } }) => [object.name]),
    runsNamedAfter: grouped(runs, ({ workload: { object } }) => namesBefore(object.name)),
    versionsOf: new Map([...labelled].map(([label, some]) => [label, grouped(some, ({ versions }) => [versionKey(versions)])])),
    apart: new Map(),
  };
  users[which].set(account, now);
  return now;
}

/** Whether the token of its account is, or may be, mounted into a workload. */
export function hasToken(workload: Workload, account: Account): boolean {
  return tokenMount(workload, account).mounted !== false;
}

/**
 * The other users of a workload's account.
 * @param which those without the token have no use of the account's rights
 */
export function sharersOf(workload: Workload, account: Account, graph: Graph, which: 'all' | 'withToken' = 'all'): Sharers {
  const among = usersOf(account, which);
  const own = among.ofWorkload.get(workload);
  if (!own) return { count: 0, all: () => [], strangers: () => [], strangersAcross: () => [] };
  const without = new Set([...apartFrom(own, account, graph, among), ...sameWork(own, among)]);
  // Of an owner the first speaks that shares.
  const speaks = (other: Profile): boolean => among.ofOwner.get(other.workload.owner)!.find((one) => !without.has(one)) === other;
  const found = function* (some: readonly Profile[], counts: (other: Profile) => boolean): Iterable<Workload> {
    for (const other of some) if (other.workload.owner !== workload.owner && !without.has(other) && counts(other) && speaks(other)) yield other.workload;
  };
  const isStranger = (other: Profile): boolean => !isOfOneApplication(own, other);
  const left = new Set([...without].map((other) => other.workload.owner).filter((owner) => owner !== workload.owner && among.ofOwner.get(owner)!.every((one) => without.has(one))));
  return {
    count: among.ofOwner.size - 1 - left.size,
    all: () => found(among.all, () => true),
    strangers: () => found(among.all, isStranger),
    strangersAcross: () => found(acrossTiers(own, graph, among), isStranger),
  };
}

/** The users of files that are never applied together with a workload's, or perhaps to another namespace. */
function apartFrom(own: Profile, account: Account, graph: Graph, { all, apart }: Users): readonly Profile[] {
  const { file } = own.workload.object.document;
  let found = apart.get(file);
  if (!found) apart.set(file, (found = all.filter((other) => graph.proximity.alternatives(file, other.workload.object.document.file) || !isSameNamespace(own, other, account))));
  return found;
}

/**
 * The users that are one thing with a workload in another form: a schedule's run, or another version behind one name. A
 * run that was started by hand usually bears its schedule's name: `kubectl create job NAME-1 --from=cronjob/NAME`.
 */
function sameWork({ workload, run, kind, program, names, versions }: Profile, { runsOf, runsNamed, runsNamedAfter, versionsOf }: Users): Profile[] {
  const { name } = workload.object;
  const otherVersions = names.flatMap((label, i) => [...(versionsOf.get(labelKey(label, i)) ?? [])].flatMap(([key, some]) => (key === versionKey(versions) ? [] : some)));
  if (!run) return otherVersions;
  const related = [...(runsNamedAfter.get(name) ?? []), ...namesBefore(name).flatMap((one) => runsNamed.get(one) ?? [])].filter((other) => other.kind !== kind);
  return [...otherVersions, ...related, ...(runsOf.get(program) ?? []).filter(({ workload: other }) => other !== workload)];
}

/** The names that a name may be made from: itself, and what comes before each of its dashes. */
function namesBefore(name: string): string[] {
  return name === '' ? [] : [...[...name.matchAll(/-/g)].map(({ index }) => name.slice(0, index)).filter((one) => one !== ''), name];
}

function labelKey(label: string, i: number): string {
  return `${i}\n${label}`;
}

function versionKey(versions: readonly string[]): string {
  return versions.join('\n');
}

/** Of the users those on the other side: from outside or with a node's powers, or neither. */
function acrossTiers(own: Profile, graph: Graph, among: Users): readonly Profile[] {
  const isInternal = ({ workload }: Profile): boolean => tierOf(workload, graph).tier === 'internal';
  among.internal ??= among.all.filter(isInternal);
  among.others ??= among.all.filter((one) => !isInternal(one));
  return isInternal(own) ? among.others : among.internal;
}

function grouped(profiles: readonly Profile[], keysOf: (profile: Profile) => readonly string[]): Map<string, Profile[]> {
  const groups = new Map<string, Profile[]>();
  for (const profile of profiles) {
    for (const key of keysOf(profile)) {
      const list = groups.get(key);
      if (list) list.push(profile);
      else groups.set(key, [profile]);
    }
  }
  return groups;
}

const speakers = new WeakMap<Account, ReadonlySet<Workload>>();

/** Whether a workload is the first of its object's that runs as an account: the one to speak of. */
export function speaksForOwner(workload: Workload, account: Account): boolean {
  let first = speakers.get(account);
  if (!first) {
    const byObject = new Map<GraphObject, Workload>();
    for (const one of account.workloads) if (!byObject.has(one.object)) byObject.set(one.object, one);
    speakers.set(account, (first = new Set(byObject.values())));
  }
  return first.has(workload);
}

function isOfOneApplication(a: Profile, b: Profile): boolean {
  return (a.partOf !== '' && a.partOf === b.partOf) || a.hook || b.hook || isUnseenRun(a) || isUnseenRun(b) || isTaskOf(a, b) || isTaskOf(b, a);
}

/**
 * Where no namespace is told, two directories may well be applied to two namespaces. They are taken for one only where
 * the files stand side by side, or below the account that both name; a chart's release has one namespace.
 */
function isSameNamespace(a: Profile, b: Profile, account: Account): boolean {
  if (isTold(account.namespace) || a.directory === b.directory || a.workload.object.document.dialect === 'template') return true;
  return account.objects.some(({ object }) => [a, b].every(({ directory }) => directory.startsWith(directoryOf(object))));
}

/** A run whose pods an operator writes may be one of whatever else is here: what it runs is not told. */
function isUnseenRun({ run, workload }: Profile): boolean {
  return run && workload.fact.generated;
}

function isTaskOf(task: Profile, other: Profile): boolean {
  if (!task.run || task.images.size === 0) return false;
  for (const image of task.images) if (!other.images.has(image)) return false;
  return true;
}

const runs = new Set([
  'Job', 'CronJob', 'Pod', 'Workflow', 'CronWorkflow', 'WorkflowTemplate', 'ClusterWorkflowTemplate', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun',
  'PipelineRun', 'TaskRun', 'ScaledJob', 'JobSink', 'BuildConfig', 'Build', 'JobSet', 'BroadcastJob', 'AdvancedCronJob', 'RayJob', 'RayCronJob',
]);

/** Labels by which canaries, blue and green, and the versions of a service are told apart (kubernetes.io/docs/concepts/workloads/management/#canary-deployments, istio.io/latest/docs/ops/deployment/application-requirements/). */
const versionLabels = ['version', 'app.kubernetes.io/version', 'track', 'slot', 'color'];
const nameLabels = ['app', 'app.kubernetes.io/name', 'k8s-app'];

/** Helm and Argo CD hooks (helm.sh/docs/topics/charts_hooks, argo-cd docs/user-guide/resource_hooks.md). */
const hooks = ['helm.sh/hook', 'argocd.argoproj.io/hook'];

function profileOf(workload: Workload): Profile {
  const { object, fact } = workload;
  const { kind, labels, annotations } = object.resource.header;
  return {
    workload,
    kind,
    directory: directoryOf(object),
    run: runs.has(kind),
    hook: hooks.some((hook) => hook in annotations.entries),
    partOf: valueOf(labels, 'app.kubernetes.io/part-of') || valueOf(fact.podLabels, 'app.kubernetes.io/part-of'),
    images: new Set(fact.containers.map(({ image }) => symbol(image))),
    program: fact.containers.map(({ image, command, args }) => [image, ...command, ...args].map(symbol).join(' ')).join('\n'),
    names: nameLabels.map((label) => valueOf(fact.podLabels, label)),
    versions: versionLabels.map((label) => valueOf(fact.podLabels, label)),
  };
}

function directoryOf({ document }: GraphObject): string {
  return document.file.slice(0, document.file.lastIndexOf('/') + 1);
}

function valueOf({ entries }: Labels, key: string): string {
  const value = entries[key];
  return value === undefined ? '' : value.state === 'hole' ? symbol(value) : known(value) ?? '';
}
