import type { RiskClass } from '../identity/risk-classes.ts';
import { riskOf } from '../identity/risk.ts';
import type { Workload } from '../identity/parts.ts';
import { fits } from '../kubernetes/name-pattern.ts';
import { matches, type LabelSelector, type Requirement } from '../kubernetes/selector.ts';
import type { Place } from '../yaml/cursor.ts';
import type { Span } from '../yaml/text.ts';
import type { Severity } from './rule.ts';

/*
 * The way from location to identity, in steps that a team can take one namespace at a time. `observe`: everything is
 * information, nothing fails a run. `warn`: nothing is more than a warning. `enforce`: what is a warning by itself is an
 * error. Severity is the rule's default, moved by reach, then by phase, then by what kubewho.yaml says of the rule.
 */
export const phases = ['observe', 'warn', 'enforce'] as const;
export type Phase = (typeof phases)[number];

/** One entry of `phases:` in kubewho.yaml. What is not given narrows nothing; what is given is AND-ed. */
export interface PhaseSettings {
  readonly phase: Phase;
  /** The day on which it starts, as `YYYY-MM-DD`; undefined for one that holds already. */
  readonly from: string | undefined;
  /** Namespaces by name, `*` standing for any characters. */
  readonly namespaces: readonly string[] | undefined;
  /** Of the labels of pods. */
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>>; readonly matchExpressions: readonly Requirement[] } | undefined;
  readonly risk: readonly RiskClass[] | undefined;
  /** The ids of the rules whose findings take their severity from it. */
  readonly rules: readonly string[];
}

/** One entry of `exceptions:` in kubewho.yaml: an accepted risk, for a time. */
export interface Exception {
  readonly rule: string;
  /** `NAMESPACE/NAME` of a workload, or of the object that the finding stands in. */
  readonly target: string;
  readonly reason: string;
  /** The last day on which it counts. */
  readonly until: string;
  /** Where it stands in kubewho.yaml. */
  readonly at: { readonly target: Span; readonly until: Span };
}

/** What an entry is asked about: a workload, or a namespace without one. */
export interface Subject {
  readonly namespace: string;
  readonly workload: Workload | undefined;
}

/** The phase in force for a subject and a rule on a day: of the entries that match and have started, the one written last. */
export function phaseOf(settings: readonly PhaseSettings[], rule: string, subject: Subject, today: string): PhaseSettings | undefined {
  return settings.findLast((one) => one.rules.includes(rule) && hasStarted(one, today) && covers(one, subject));
}

/** The phase that is planned next for a subject: of the entries that match and start later, the one that starts first. */
export function plannedPhase(settings: readonly PhaseSettings[], subject: Subject, today: string): PhaseSettings | undefined {
  return settings.filter((one) => !hasStarted(one, today) && covers(one, subject)).reduce<PhaseSettings | undefined>((first, one) => (first && first.from! <= one.from! ? first : one), undefined);
}

/** The severity of a finding on a day: it is about all of its subjects, so the gravest that any of them gives it. */
export function phasedSeverity(settings: readonly PhaseSettings[], rule: string, subjects: readonly Subject[], severity: Severity, today: string): Severity {
  const given = subjects.map((subject) => severityIn(phaseOf(settings, rule, subject, today)?.phase, severity));
  return severities.find((one) => given.includes(one)) ?? severity;
}

/** From the gravest down. */
const severities: readonly Severity[] = ['error', 'warning', 'info'];

/** What a phase makes of a severity. */
export function severityIn(phase: Phase | undefined, severity: Severity): Severity {
  switch (phase) {
    case 'observe': return 'info';
    case 'warn': return severity === 'error' ? 'warning' : severity;
    case 'enforce': return severity === 'warning' ? 'error' : severity;
    case undefined: return severity;
  }
}

function hasStarted({ from }: PhaseSettings, today: string): boolean {
  return from === undefined || from <= today;
}

function covers({ namespaces, selector, risk }: PhaseSettings, { namespace, workload }: Subject): boolean {
  if (namespaces && !namespaces.some((pattern) => fits(pattern, namespace))) return false;
  // A label that a template hides may be any: then the entry is not known to be about this workload.
  if (selector && !(workload && matches(selectorOf(selector), workload.fact.podLabels) === true)) return false;
  return !risk || (workload !== undefined && risk.includes(riskOf(workload)?.class as RiskClass));
}

const nowhere: Place = { path: [], stable: '', span: { start: 0, end: 0 } };
const made = new WeakMap<object, LabelSelector>();

function selectorOf(written: NonNullable<PhaseSettings['selector']>): LabelSelector {
  let selector = made.get(written);
  if (!selector) {
    const entries = Object.fromEntries(Object.entries(written.matchLabels).map(([key, value]) => [key, value === '' ? { state: 'absent' as const, at: nowhere } : { state: 'known' as const, value, at: nowhere }]));
    made.set(written, (selector = { matchLabels: { entries, open: false, at: nowhere }, matchExpressions: written.matchExpressions, open: false, at: nowhere }));
  }
  return selector;
}
