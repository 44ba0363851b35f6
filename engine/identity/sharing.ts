import type { Labels } from '../kubernetes/header.ts';
import { known } from '../yaml/cursor.ts';
import type { Account, Graph, Workload } from './graph.ts';
import { isTold } from './grants.ts';
import { symbol, type GraphObject } from './objects.ts';
import { isPartial } from './token-need.ts';

/**
 * The other workloads that run as a workload's account: other owners, not replicas; never variants of the same object or
 * anything of an alternative set of files; not a CronJob and its Job, nor the versions of one service. One for each owner,
 * in the order of the files.
 */
export function sharersOf(workload: Workload, account: Account, graph: Graph): Workload[] {
  const { file } = workload.object.document;
  const seen = new Set([workload.owner]);
  return account.workloads.filter((other) => {
    if (other.repeated || seen.has(other.owner) || isPartial(other.fact)) return false;
    if (graph.proximity.alternatives(file, other.object.document.file) || !isSameNamespace(workload, other, account) || isSameWork(workload, other)) return false;
    seen.add(other.owner);
    return true;
  });
}

/**
 * Where no namespace is told, two directories may well be applied to two namespaces. They are taken for one only where
 * the files stand side by side, or below the account that both name; a chart's release has one namespace.
 */
function isSameNamespace(a: Workload, b: Workload, account: Account): boolean {
  if (isTold(account.namespace) || a.object.document.dialect === 'template') return true;
  const [one, other] = [directoryOf(a), directoryOf(b)];
  return one === other || account.objects.some((object) => [one, other].every((path) => path.startsWith(directoryOf(object))));
}

/** With its last slash; "" for the top. */
function directoryOf({ object }: { object: GraphObject }): string {
  return object.document.file.replace(/[^/]*$/, '');
}

/** Whether a workload is the first of its owner's that runs as an account: the one to speak of. */
export function speaksForOwner(workload: Workload, account: Account): boolean {
  return account.workloads.find((other) => other.object === workload.object) === workload;
}

/** Whether two workloads are one thing in two forms: a schedule and its run, or two versions behind one name. */
function isSameWork(a: Workload, b: Workload): boolean {
  return (isRun(a) && isRun(b) && (named(a, b) || program(a) === program(b))) || isVersionOf(a, b);
}

const runs = new Set(['Job', 'CronJob', 'Workflow', 'CronWorkflow', 'WorkflowTemplate', 'ClusterWorkflowTemplate', 'Pod']);

function isRun({ object }: Workload): boolean {
  return runs.has(object.resource.header.kind);
}

/** A run that was started by hand usually bears its schedule's name: `kubectl create job NAME-1 --from=cronjob/NAME`. */
function named(a: Workload, b: Workload): boolean {
  const [short, long] = [a.object.name, b.object.name].sort((one, other) => one.length - other.length);
  return short !== '' && (long === short || long!.startsWith(`${short}-`)) && a.object.resource.header.kind !== b.object.resource.header.kind;
}

function program({ fact, key }: Workload): string {
  if (fact.containers.length === 0) return key;
  return fact.containers.map(({ image, command, args }) => [image, ...command, ...args].map(symbol).join(' ')).join('\n');
}

/** Labels by which canaries, blue and green, and the versions of a service are told apart (kubernetes.io/docs/concepts/workloads/management/#canary-deployments, istio.io/latest/docs/ops/deployment/application-requirements/). */
const versionLabels = ['version', 'app.kubernetes.io/version', 'track', 'slot', 'color'];
const nameLabels = ['app', 'app.kubernetes.io/name', 'k8s-app'];

function isVersionOf(a: Workload, b: Workload): boolean {
  const sameName = nameLabels.some((label) => valueOf(a.fact.podLabels, label) !== '' && valueOf(a.fact.podLabels, label) === valueOf(b.fact.podLabels, label));
  return sameName && versionLabels.some((label) => valueOf(a.fact.podLabels, label) !== valueOf(b.fact.podLabels, label));
}

/** Whether two workloads say that they are parts of one application, or one is a one-off of the other: a hook, a test, a task run from the same image. */
export function isOfOneApplication(a: Workload, b: Workload): boolean {
  const part = partOf(a);
  return (part !== '' && part === partOf(b)) || isHook(a) || isHook(b) || isTaskOf(a, b) || isTaskOf(b, a);
}

function partOf({ object, fact }: Workload): string {
  return valueOf(object.resource.header.labels, 'app.kubernetes.io/part-of') || valueOf(fact.podLabels, 'app.kubernetes.io/part-of');
}

/** Helm and Argo CD hooks live for the length of an installation (helm.sh/docs/topics/charts_hooks, argo-cd docs/user-guide/resource_hooks.md). */
function isHook({ object }: Workload): boolean {
  const { entries } = object.resource.header.annotations;
  return 'helm.sh/hook' in entries || 'argocd.argoproj.io/hook' in entries;
}

function isTaskOf(task: Workload, other: Workload): boolean {
  if (!isRun(task)) return false;
  const images = new Set(other.fact.containers.map(({ image }) => symbol(image)));
  return task.fact.containers.length > 0 && task.fact.containers.every(({ image }) => images.has(symbol(image)));
}

function valueOf({ entries }: Labels, key: string): string {
  const value = entries[key];
  return value === undefined ? '' : value.state === 'hole' ? symbol(value) : known(value) ?? '';
}
