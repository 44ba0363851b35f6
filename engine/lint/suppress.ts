import type { Configuration } from './config.ts';
import { isDay } from './dates.ts';
import { hash, type Finding } from './finding.ts';
import type { Rule } from './rule.ts';
import type { ReadFile, Suppression, Target } from './suppress-read.ts';
import { didYouMean } from './suggest.ts';

export { readSuppressions, type ReadFile, type Suppression } from './suppress-read.ts';

/** The rules about suppressions themselves, whose findings are made here rather than by a check of their own. */
export type MetaRuleId = 'unused-suppression' | 'expired-suppression' | 'unknown-rule' | 'suppression-without-reason';

export interface SuppressionContext {
  /** Today as `YYYY-MM-DD`: dates are compared as they are written. */
  readonly today: string;
  /** All rules, those about suppressions among them: they say texts and severities. */
  readonly rules: readonly Rule[];
  readonly configuration: Configuration;
}

/** A finding about a suppression, with the suppression and the id in it that it is about: what its fixes are made from. */
export interface SuppressionFinding {
  readonly finding: Finding;
  readonly suppression: Suppression;
  readonly id: string | undefined;
}

export interface Applied {
  readonly kept: readonly Finding[];
  readonly suppressed: readonly { readonly finding: Finding; readonly suppression: Suppression }[];
  /** Findings about the suppressions, in written order; to be reported beside those kept. */
  readonly about: readonly SuppressionFinding[];
}

/** One id of one suppression: what is used or not. */
interface Clause {
  readonly suppression: Suppression;
  readonly id: string;
  readonly span: Finding['span'];
  used: boolean;
}

/**
 * Takes the suppressed findings of one file out, and finds what is wrong with the suppressions. Pure. Where several
 * suppress one finding, the most specific counts as used. `findings` are all of the file's, before persona, severity or
 * PATHs choose among them: what is merely not shown is no reason to call a suppression unused.
 */
export function applySuppressions(file: ReadFile, findings: readonly Finding[], suppressions: readonly Suppression[], context: SuppressionContext): Applied {
  if (suppressions.length === 0) return { kept: findings, suppressed: [], about: [] };
  const known = new Map(context.rules.map((rule) => [rule.id, rule]));
  const inForce = suppressions.filter((one) => !isOver(one, context.today));
  const clauses = inForce.flatMap((suppression) => suppression.rules.filter(({ id }) => known.has(id)).map(({ id, span }): Clause => ({ suppression, id, span, used: false })));
  const { kept, suppressed } = sieve(findings, clauses);

  const isOff = (id: string) => context.configuration.rules[id]?.severity === 'off';
  const unusedAmong = (some: readonly Clause[]) => (canJudge(file) ? some.filter((clause) => !clause.used && !isOff(clause.id)) : []);
  const report = (rule: MetaRuleId, messageId: string, suppression: Suppression, id: string | undefined, span: Finding['span'], args: Record<string, string> = {}) => findingAbout(file, known.get(rule), messageId, suppression, id, span, args, context.configuration);
  const reportUnused = ({ suppression, id, span }: Clause) => report('unused-suppression', 'unused', suppression, id, span, { rule: id });

  const isMeta = (clause: Clause) => known.get(clause.id)!.family === 'meta';
  const faults = [
    ...suppressions.flatMap((one) => faultsOf(one, context, known, report)),
    ...unusedAmong(clauses.filter((clause) => !isMeta(clause))).flatMap(reportUnused),
  ];
  // A suppression may speak of what is wrong with another; what is said of that one is final.
  const rest = sieve(faults.map((fault) => fault.finding), clauses.filter(isMeta));
  const remaining = new Set(rest.kept);
  const about = [...faults.filter((fault) => remaining.has(fault.finding)), ...unusedAmong(clauses.filter(isMeta)).flatMap(reportUnused)];
  about.sort((a, b) => a.finding.span.start - b.finding.span.start);
  return { kept, suppressed: [...suppressed, ...rest.suppressed], about };
}

function sieve(findings: readonly Finding[], clauses: readonly Clause[]): { kept: Finding[]; suppressed: { finding: Finding; suppression: Suppression }[] } {
  const byRule = new Map<string, Clause[]>();
  for (const clause of clauses) byRule.set(clause.id, [...(byRule.get(clause.id) ?? []), clause]);
  for (const list of byRule.values()) list.sort((a, b) => rank[a.suppression.target.kind] - rank[b.suppression.target.kind]);
  const kept: Finding[] = [];
  const suppressed: { finding: Finding; suppression: Suppression }[] = [];
  for (const finding of findings) {
    const clause = byRule.get(finding.rule)?.find(({ suppression }) => silences(suppression.target, finding));
    if (!clause) {
      kept.push(finding);
      continue;
    }
    clause.used = true;
    suppressed.push({ finding, suppression: clause.suppression });
  }
  return { kept, suppressed };
}

/** The narrower goes first. */
const rank: Record<Target['kind'], number> = { lines: 0, object: 1, document: 2, file: 3 };

function silences(target: Target, finding: Finding): boolean {
  switch (target.kind) {
    case 'lines': return target.span.start <= finding.span.start && finding.span.start <= target.span.end;
    case 'object': return finding.document === target.document && target.root.every((step, i) => finding.path[i] === step);
    case 'document': return finding.document === target.document;
    case 'file': return true;
  }
}

/** Whether all that can be found in a file has been: not where a document could not be read, nor in a template, whose rendered form may say more. */
function canJudge(file: ReadFile): boolean {
  return file.dialect !== 'template' && file.documents.every((document) => !document.facts.problem);
}

/** A date that is past, or that is none: a suppression whose end cannot be read is not in force. */
function isOver({ until }: Suppression, today: string): boolean {
  return until !== undefined && (!isDay(until.date) || until.date < today);
}

type Report = (rule: MetaRuleId, messageId: string, suppression: Suppression, id: string | undefined, span: Finding['span'], args?: Record<string, string>) => SuppressionFinding[];

/** What can be said of a suppression by itself. One that is over needs no further remark. */
function faultsOf(one: Suppression, { today, configuration }: SuppressionContext, known: ReadonlyMap<string, Rule>, report: Report): SuppressionFinding[] {
  if (one.rules.length === 0) return report('unknown-rule', 'none', one, undefined, one.span);
  if (one.until && isOver(one, today)) return report('expired-suppression', isDay(one.until.date) ? 'expired' : 'unreadable', one, undefined, one.until.span, { date: one.until.date });
  const bounded = one.rules.find(({ id }) => known.get(id)?.bounded);
  return [
    ...one.rules.filter(({ id }) => !known.has(id)).flatMap(({ id, span }) => report('unknown-rule', 'unknown', one, id, span, { rule: id, hint: didYouMean(id, [...known.keys()]) })),
    ...((configuration.requireReasons || bounded) && one.reason === '' ? report('suppression-without-reason', 'missing', one, undefined, one.span) : []),
    ...(bounded && !one.until ? report('suppression-without-reason', 'endless', one, bounded.id, one.span, { rule: bounded.id }) : []),
  ];
}

function findingAbout(file: ReadFile, rule: Rule | undefined, messageId: string, suppression: Suppression, id: string | undefined, span: Finding['span'], args: Record<string, string>, configuration: Configuration): SuppressionFinding[] {
  const severity = rule && (configuration.rules[rule.id]?.severity ?? rule.severity);
  if (!rule || !severity || severity === 'off') return [];
  const { resource } = suppression;
  const finding: Finding = {
    rule: rule.id,
    messageId,
    message: (rule.messages[messageId] ?? messageId).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole),
    severity,
    confidence: rule.confidence ?? 'high',
    persona: rule.persona,
    file: file.path,
    document: suppression.document,
    span,
    source: null,
    tier: file.dialect === 'template' ? 'masked' : 'plain',
    mapping: 'exact',
    instances: 1,
    resource,
    path: suppression.annotation ?? [],
    related: [],
    group: null,
    frameworks: rule.frameworks,
    fingerprint: hash([rule.id, messageId, resource.apiVersion, resource.kind, resource.namespace, resource.name, suppression.rules.map((one) => one.id).join(), id].join('\n')),
  };
  return [{ finding, suppression, id }];
}
