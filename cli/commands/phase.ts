import { isDay } from '../../engine/lint/dates.ts';
import type { Finding } from '../../engine/lint/finding.ts';
import { dispensable, standingsOf, type Dispensable, type Journey, type Standing } from '../../engine/lint/journey.ts';
import { isTold } from '../../engine/identity/grants.ts';
import { rules } from '../../rules/index.ts';
import { UsageError, type Arguments } from '../args.ts';
import { visible } from '../display.ts';
import { noteLines, placeLabel, readEstate, type JudgedEstate } from '../estate.ts';
import { exitCode, type Io } from '../io.ts';
import { table } from '../table.ts';

/** `kubewho phase`: where each namespace stands on its way to identity, what blocks its next phase, and which exceptions can go. */
export async function phase(args: Arguments, io: Io): Promise<number> {
  const today = args.value('on') ?? new Date(io.host.now()).toISOString().slice(0, 10);
  if (!isDay(today)) throw new UsageError(`--on ${today}: a day looks like 2027-03-31`);
  const estate = await readEstate(args.operands, args, io, { rules, today });
  const journey: Journey = { workspace: estate.workspace, configuration: estate.configuration, rules, today };
  const answer: Answer = { standings: standingsOf(journey), dispensable: dispensable(journey), suppressions: suppressionsToGo(journey) };
  io.out.write(args.value('format') === 'json' ? `${JSON.stringify({ schemaVersion: 1, on: today, ...shown(answer, estate), notes: estate.notes }, null, 2)}\n` : text(answer, estate, args.has('show-blockers')) + noteLines(estate.notes));
  return estate.complete ? exitCode.ok : exitCode.usage;
}

interface Answer {
  readonly standings: readonly Standing[];
  readonly dispensable: readonly Dispensable[];
  /** What is said of suppressions in manifests that accept network-only trust: unused, or past their end. */
  readonly suppressions: readonly Finding[];
}

/** The findings about suppressions of rules whose exceptions are for a time only. */
function suppressionsToGo({ workspace }: Journey): Finding[] {
  const bounded = new Set(rules.filter((rule) => rule.bounded).map(({ id }) => id));
  return workspace.findings().filter((finding) => {
    const about = finding.rule === 'unused-suppression' || finding.rule === 'expired-suppression' ? workspace.suppressionIn(finding) : undefined;
    return about !== undefined && (about.id === undefined ? about.suppression.rules.some(({ id }) => bounded.has(id)) : bounded.has(about.id));
  });
}

function text({ standings, dispensable: exceptions, suppressions }: Answer, estate: JudgedEstate, showBlockers: boolean): string {
  if (standings.length === 0) return 'no workloads among the files read\n';
  const tracks = new Set(standings.map((standing) => trackLabel(standing.rules)));
  const header = ['NAMESPACE', ...(tracks.size > 1 ? ['RULES'] : []), 'WORKLOADS', 'PHASE', 'SINCE', 'NEXT', 'BLOCKED BY'];
  const rows = standings.map((standing) => [
    namespaceLabel(standing), ...(tracks.size > 1 ? [trackLabel(standing.rules)] : []), String(standing.workloads), standing.phase ?? 'none', standing.since ?? '-', nextLabel(standing), blockersLabel(standing),
  ].map(visible));
  const blocked = showBlockers ? standings.filter(({ blockers }) => blockers.length > 0) : [];
  return [
    table(header, rows),
    ...(estate.configuration.phases.length === 0 ? [`\n${estate.unconfigured === undefined ? 'kubewho.yaml has no phases' : `no phases are read (${estate.unconfigured})`}: findings are as grave as their rules say\n`] : []),
    ...blocked.map((standing) => `\n${visible(`${namespaceLabel(standing)}: ${standing.next ? `before ${standing.next.phase}` : `in ${standing.phase!}`}`)}\n${standing.blockers.map((finding) => `  ${visible(`${placeOf(finding, estate)} ${finding.rule}: ${finding.message}`)}\n`).join('')}`),
    ...(exceptions.length + suppressions.length > 0 ? ['\nexceptions that can go:\n'] : []),
    ...exceptions.map((one) => `  ${visible(`${exceptionPlace(one, estate)} ${one.exception.rule} at ${one.exception.target}: ${reasonWords(one)}`)}\n`),
    ...suppressions.map((finding) => `  ${visible(`${placeOf(finding, estate)} ${finding.message}`)}\n`),
  ].join('');
}

function namespaceLabel({ namespace }: Standing): string {
  return isTold(namespace) ? namespace : namespace === '' ? '(not told)' : '(a template\'s)';
}

/** The family, where all rules of one go this way together; else the rules. */
function trackLabel(ids: readonly string[]): string {
  const families = new Set(rules.filter(({ id }) => ids.includes(id)).map(({ family }) => family));
  const whole = [...families].filter((family) => rules.every((rule) => rule.family !== family || ids.includes(rule.id)));
  return [...whole, ...rules.filter(({ id, family }) => ids.includes(id) && !whole.includes(family)).map(({ id }) => id)].join(', ');
}

function nextLabel({ next }: Standing): string {
  return next ? `${next.phase}${next.from === undefined ? '' : ` from ${next.from}`}` : '-';
}

/** `nothing`, or the rules with how often each is met; at the end of the way what fails there. */
function blockersLabel({ blockers, next }: Standing): string {
  const counts = [...countsOf(blockers)].map(([rule, number]) => `${number} ${rule}`).join(', ');
  return counts === '' ? 'nothing' : next ? counts : `failing: ${counts}`;
}

function countsOf(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

function placeOf({ file, span }: Finding, { placeIn }: JudgedEstate): string {
  return placeLabel(placeIn(file, span));
}

function exceptionPlace({ exception }: Dispensable, { configuration: { source }, placeIn }: JudgedEstate): string {
  return source ? placeLabel(placeIn(source.path, exception.at.target)) : 'kubewho.yaml';
}

function reasonWords({ exception: { target, until, rule }, reason }: Dispensable): string {
  switch (reason) {
    case 'ended': return `it ended on ${until}`;
    case 'absent': return `nothing called ${target} is among the files read`;
    case 'identity': return 'every caller has to prove an identity there now';
    case 'repaired': return `nothing there is a finding of ${rule} any more`;
  }
}

function shown({ standings, dispensable: exceptions, suppressions }: Answer, estate: JudgedEstate): Record<string, unknown> {
  const at = ({ file, span }: Finding) => estate.placeIn(file, span);
  const { source } = estate.configuration;
  return {
    standings: standings.map((standing) => ({
      namespace: isTold(standing.namespace) ? standing.namespace : null, rules: standing.rules, workloads: standing.workloads, phase: standing.phase ?? null, since: standing.since ?? null,
      next: standing.next ? { phase: standing.next.phase, from: standing.next.from ?? null } : null,
      blockers: [...countsOf(standing.blockers)].map(([rule, number]) => ({ rule, count: number, findings: standing.blockers.filter((one) => one.rule === rule).map((one) => ({ message: one.message, severity: one.severity, at: at(one) })) })),
    })),
    exceptionsToGo: [
      ...exceptions.map((one) => ({ rule: one.exception.rule, target: one.exception.target, until: one.exception.until, reason: one.reason, words: reasonWords(one), at: source ? estate.placeIn(source.path, one.exception.at.target) : null })),
      ...suppressions.map((finding) => ({ rule: null, target: null, until: null, reason: finding.rule === 'expired-suppression' ? 'ended' : 'repaired', words: finding.message, at: at(finding) })),
    ],
  };
}
