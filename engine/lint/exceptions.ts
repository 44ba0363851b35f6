import { displayName, type GraphObject } from '../identity/objects.ts';
import type { Configuration } from './config.ts';
import { hash, type Finding } from './finding.ts';
import type { Exception, Subject } from './phases.ts';
import type { Rule } from './rule.ts';

/** The exceptions of kubewho.yaml that count on a day, and which of them something needed. */
export interface ExceptionsAtWork {
  readonly used: ReadonlySet<Exception>;
  /** The exception that accepts a finding of a rule: for the object that it stands in, or for every workload that it is about. */
  accepting(rule: string, object: GraphObject, subjects: () => readonly Subject[]): Exception | undefined;
}

/** Puts exceptions to work. Without a day none has ended. */
export function exceptionsAtWork(exceptions: readonly Exception[], today: string): ExceptionsAtWork {
  const used = new Set<Exception>();
  const inForce = exceptions.filter((one) => !isOver(one, today));
  const governed = new Set(inForce.map(({ rule }) => rule));
  return {
    used,
    accepting(rule, object, subjects) {
      if (!governed.has(rule)) return undefined;
      const forTarget = (name: string) => inForce.find((one) => one.rule === rule && one.target === name);
      const own = forTarget(displayName(object));
      const each = own ? [own] : subjects().map(({ workload }) => workload && forTarget(displayName(workload.object)));
      if (each.includes(undefined)) return undefined;
      for (const one of each) used.add(one!);
      return each[0];
    },
  };
}

/** Whether the last day of an exception has gone by. */
export function isOver({ until }: Exception, today: string): boolean {
  return until < today;
}

export interface ExceptionJudgement {
  readonly today: string;
  readonly rules: readonly Rule[];
  readonly configuration: Configuration;
  readonly used: ReadonlySet<Exception>;
  /** Whether all that can be found at a target has been. */
  canJudge(target: string): boolean;
}

/** What is to be said of the exceptions themselves, in kubewho.yaml: those that have ended, and those that nothing needs. */
export function findingsAboutExceptions({ today, rules, configuration, used, canJudge }: ExceptionJudgement): Finding[] {
  const { source, exceptions } = configuration;
  if (!source) return [];
  const say = (id: string, exception: Exception, span: Finding['span']): Finding[] => {
    const rule = rules.find((one) => one.id === id);
    const severity = rule && (configuration.rules[id]?.severity ?? rule.severity);
    return rule && severity && severity !== 'off' ? [findingAbout(rule, severity, exception, span, source.path)] : [];
  };
  return exceptions.flatMap((exception) => {
    if (isOver(exception, today)) return say('expired-suppression', exception, exception.at.until);
    const isOff = configuration.rules[exception.rule]?.severity === 'off';
    return used.has(exception) || isOff || !canJudge(exception.target) ? [] : say('unused-suppression', exception, exception.at.target);
  });
}

function findingAbout(rule: Rule, severity: Finding['severity'], { rule: accepted, target, until }: Exception, span: Finding['span'], file: string): Finding {
  const args: Readonly<Record<string, string>> = { rule: accepted, target, date: until };
  return {
    rule: rule.id,
    messageId: 'exception',
    message: rule.messages['exception']!.replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole),
    severity,
    confidence: rule.confidence ?? 'high',
    persona: rule.persona,
    file,
    document: 0,
    span,
    source: null,
    tier: 'plain',
    mapping: 'exact',
    instances: 1,
    resource: { apiVersion: '', kind: '', namespace: null, name: null },
    path: [],
    related: [],
    group: null,
    frameworks: rule.frameworks,
    fingerprint: hash([rule.id, 'exception', accepted, target].join('\n')),
  };
}
