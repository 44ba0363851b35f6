import { displayName } from '../identity/objects.ts';
import { targetOf } from '../trust/target.ts';
import { demandsIdentity, trustIn } from '../trust/trust.ts';
import type { Configuration } from './config.ts';
import { isOver } from './exceptions.ts';
import type { Finding } from './finding.ts';
import { phaseOf, phases, plannedPhase, severityIn, type Exception, type Phase, type PhaseSettings, type Subject } from './phases.ts';
import type { Rule } from './rule.ts';
import { subjectsOf } from './subjects.ts';
import type { Workspace } from './workspace.ts';

/** Where the workloads of a namespace stand on their way, those of one phase together. */
export interface Standing {
  /** The rules that go this way together: ids. */
  readonly rules: readonly string[];
  readonly namespace: string;
  readonly workloads: number;
  /** Undefined where no entry that has started is about them: findings are as grave as the rules say. */
  readonly phase: Phase | undefined;
  /** The day on which it started, where its entry says one. */
  readonly since: string | undefined;
  /** The phase after it: the one that is planned, with its day, else the next stricter one. Undefined at the end of the way. */
  readonly next: { readonly phase: Phase; readonly from: string | undefined } | undefined;
  /** What would be a warning or an error in the next phase, or is one in the last. */
  readonly blockers: readonly Finding[];
}

/** An exception that can be taken out of kubewho.yaml, and why. */
export interface Dispensable {
  readonly exception: Exception;
  readonly reason: 'ended' | 'absent' | 'identity' | 'repaired';
}

/** What a journey is judged by. */
export interface Journey {
  readonly workspace: Workspace;
  readonly configuration: Configuration;
  readonly rules: readonly Rule[];
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** Where each namespace stands, and what blocks its next phase; namespaces in the order of their names. */
export function standingsOf({ workspace, configuration, rules, today }: Journey): Standing[] {
  const tracks = new Map(configuration.phases.map((one) => [one.rules.join(), one.rules]));
  if (tracks.size === 0) tracks.set('', rules.filter(({ family }) => family === 'trust').map(({ id }) => id));
  return [...tracks.values()].flatMap((track) => {
    const settings = configuration.phases.filter((one) => one.rules.join() === track.join());
    const findings = workspace.findings().flatMap((finding) => {
      const raised = track.includes(finding.rule) && finding.persona === 'regular' ? workspace.raisedAs(finding) : undefined;
      return raised ? [{ finding, severity: configuration.rules[finding.rule]?.severity, base: raised.signal.severity ?? raised.rule.severity, subjects: subjectsOf(raised.graph, raised.signal) }] : [];
    });
    const groups = new Map<string, { subjects: Subject[]; findings: typeof findings }>();
    const groupOf = (subject: Subject) => {
      const key = JSON.stringify([subject.namespace, stepOf(settings, track, subject, today)]);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { subjects: [], findings: [] }));
      return group;
    };
    for (const { workloads } of workspace.graphs()) for (const workload of workloads) if (!workload.repeated) groupOf({ namespace: workload.namespace, workload }).subjects.push({ namespace: workload.namespace, workload });
    for (const one of findings) for (const group of new Set(one.subjects.map((subject) => groupOf(subject)))) group.findings.push(one);
    return [...groups].map(([key, group]): Standing => {
      const [namespace, step] = JSON.parse(key) as [string, Step];
      const judgedBy = step.next?.phase ?? step.phase;
      const blockers = group.findings.filter(({ severity, base }) => (severity ?? severityIn(judgedBy, base)) !== 'info').map(({ finding }) => finding);
      return { rules: track, namespace, workloads: group.subjects.length, phase: step.phase, since: step.since, next: step.next, blockers };
    }).sort((a, b) => compare(a.namespace, b.namespace) || phases.indexOf(a.phase!) - phases.indexOf(b.phase!));
  });
}

/** One place on the way: equal for all who stand there. */
type Step = Pick<Standing, 'phase' | 'since' | 'next'>;

function stepOf(settings: readonly PhaseSettings[], track: readonly string[], subject: Subject, today: string): Step {
  const now = phaseOf(settings, track[0] ?? '', subject, today);
  const planned = plannedPhase(settings, subject, today);
  const stricter = phases[phases.indexOf(now?.phase as Phase) + 1];
  return { phase: now?.phase, since: now?.from, next: planned ? { phase: planned.phase, from: planned.from } : stricter && { phase: stricter, from: undefined } };
}

/** The exceptions that nothing needs any more, or that have ended. */
export function dispensable({ workspace, configuration, today }: Journey): Dispensable[] {
  const used = workspace.usedExceptions();
  return configuration.exceptions.flatMap((exception): Dispensable[] => {
    if (isOver(exception, today)) return [{ exception, reason: 'ended' }];
    if (used.has(exception)) return [];
    return [{ exception, reason: whyUnneeded(workspace, exception) }];
  });
}

function whyUnneeded(workspace: Workspace, { target }: Exception): Dispensable['reason'] {
  const graphs = workspace.graphs();
  const isThere = graphs.some(({ objects }) => objects.some((object) => displayName(object) === target));
  if (!isThere) return 'absent';
  const proves = graphs.some((graph) => graph.workloads.some((workload) => displayName(workload.object) === target && demandsIdentity(trustIn(graph, targetOf(workload))).demanded === true));
  return proves ? 'identity' : 'repaired';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
