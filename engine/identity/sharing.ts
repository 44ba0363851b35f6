import type { Labels } from '../kubernetes/header.ts';
import { known } from '../yaml/cursor.ts';
import type { Account, Graph, Workload } from './graph.ts';
import { isTold } from './grants.ts';
import { symbol, type GraphObject } from './objects.ts';
import { isPartial } from './token-need.ts';

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

/** Another workload that runs as the same account. */
export interface Sharer {
  readonly workload: Workload;
  /** Whether the two are parts of one application, or one is a one-off of the other: a hook, a test, a task run from the same image. */
  readonly sameApplication: boolean;
}

interface Users {
  readonly profiles: readonly Profile[];
  /** Whether each has an owner of its own, so that none can be met twice. */
  readonly distinct: boolean;
}

const users = new WeakMap<Account, Users>();

/** The workloads of an account that count, read once: an account may have thousands of them. */
function usersOf(account: Account): Users {
  const before = users.get(account);
  if (before) return before;
  const profiles = account.workloads.filter((one) => !one.repeated && !isPartial(one.fact)).map(profileOf);
  const now = { profiles, distinct: new Set(profiles.map(({ workload }) => workload.owner)).size === profiles.length };
  users.set(account, now);
  return now;
}

/**
 * The other workloads that run as a workload's account: other owners, not replicas; never variants of the same object or
 * anything of an alternative set of files; not a CronJob and its Job, nor the versions of one service. One for each owner,
 * in the order of the files.
 */
export function sharersOf(workload: Workload, account: Account, graph: Graph): Sharer[] {
  const { file } = workload.object.document;
  const { profiles, distinct } = usersOf(account);
  const own = profiles.find((one) => one.workload === workload);
  if (!own) return [];
  const seen = new Set([workload.owner]);
  const found: Sharer[] = [];
  for (const other of profiles) {
    const { owner, object } = other.workload;
    if ((distinct ? other === own : seen.has(owner)) || graph.proximity.alternatives(file, object.document.file) || !isSameNamespace(own, other, account) || isSameWork(own, other)) continue;
    if (!distinct) seen.add(owner);
    found.push({ workload: other.workload, sameApplication: isOfOneApplication(own, other) });
  }
  return found;
}

/** Whether a workload is the first of its owner's that runs as an account: the one to speak of. */
export function speaksForOwner(workload: Workload, account: Account): boolean {
  return account.workloads.find((other) => other.object === workload.object) === workload;
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

/** Whether two workloads are one thing in two forms: a schedule and its run, or two versions behind one name. */
function isSameWork(a: Profile, b: Profile): boolean {
  return (a.run && b.run && (isNamedAfter(a, b) || (a.program !== '' && a.program === b.program))) || isVersionOf(a, b);
}

/** A run that was started by hand usually bears its schedule's name: `kubectl create job NAME-1 --from=cronjob/NAME`. */
function isNamedAfter(a: Profile, b: Profile): boolean {
  const [one, other] = [a.workload.object.name, b.workload.object.name];
  if (one === '' || other === '' || a.kind === b.kind) return false;
  return one === other || one.startsWith(`${other}-`) || other.startsWith(`${one}-`);
}

function isVersionOf(a: Profile, b: Profile): boolean {
  return a.names.some((name, i) => name !== '' && name === b.names[i]) && a.versions.some((version, i) => version !== b.versions[i]);
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
