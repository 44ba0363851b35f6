import type { Decided } from '../yaml/node.ts';
import type { Span } from '../yaml/text.ts';
import type { GraphObject } from '../identity/objects.ts';
import type { Answers } from './ask.ts';
import { oneEach, type Told } from './charts.ts';
import type { ChartVariant } from './variant.ts';
import type { Configuration } from './config.ts';
import type { ExceptionsAtWork } from './exceptions.ts';
import { isPatch, type FileEntry } from './files.ts';
import { fileOf, findingOf, inPlace, numberFingerprints, writtenHere, type Finding } from './finding.ts';
import type { Made } from './made.ts';
import { mergeBuilds } from './overlay-findings.ts';
import { placeOfPacked } from './packed-place.ts';
import { phasedSeverity, type Exception } from './phases.ts';
import type { Rule, Severity, Signal } from './rule.ts';
import { subjectsOf } from './subjects.ts';
import { applySuppressions, type Suppression, type SuppressionFinding } from './suppress.ts';
import { askedFor } from './switches.ts';

/** What findings are made with, beside the signals: what the workspace holds and is told. */
export interface Surroundings {
  readonly rules: readonly Rule[];
  readonly configuration: Configuration;
  /** As `YYYY-MM-DD`, or "". */
  readonly today: string;
  holds(path: string): boolean;
  textOf(path: string): string | undefined;
  /** Where a value is written that decides another. */
  decidingSpan(decided: Decided): Span | undefined;
  /** Whether what is found in a file is told once, by one way of making its objects: neither a chart's nor Kustomize's. */
  isPlain(file: FileEntry): boolean;
}

/** A finding that is kept back, and what keeps it. */
export interface Suppressed {
  readonly finding: Finding;
  readonly suppression: Suppression | Exception;
}

export interface FileFindings {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
}

/** What the findings of a file came to, of which ones, and on which day. */
export interface Conclusion extends FileFindings {
  readonly file: FileEntry;
  readonly raised: readonly Made[];
  /** The same, merged and numbered: those that are kept back are among them. */
  readonly made: readonly Made[];
  readonly today: string;
  /** What is to be said of suppressions. */
  readonly about: readonly SuppressionFinding[];
}

/** What the rules say about a scope, with the objects that they were asked about. */
export interface Judged {
  answers: Answers;
  objects: readonly GraphObject[];
  known: ReadonlySet<GraphObject>;
  /** What was made of the answers, where that depends on them alone. */
  made: readonly Made[] | undefined;
}

/** Makes the signals of a scope into findings. */
export function makeFindings(judged: Judged, variant: ChartVariant, isMeant: (object: GraphObject) => boolean, around: Surroundings): readonly Made[] {
  const { rules, today, configuration: { phases, rules: settings } } = around;
  const all: Made[] = [];
  let isLasting = true;
  for (const rule of rules) {
    if (settings[rule.id]?.severity === 'off') continue;
    const isPhased = phases.some((one) => one.rules.includes(rule.id));
    const phased = (signal: Signal) => (severity: Severity) => phasedSeverity(phases, rule.id, subjectsOf(judged.answers.graph, signal), severity, today);
    for (const [unitKey, answer] of judged.answers.said.get(rule.id)!) {
      for (const said of answer) {
        const { signal, made } = said;
        if (!isMeant(signal.at.object)) continue;
        const finding = made ? inPlace(made.finding, signal) : placed(signal, findingOf(rule, signal, settings[rule.id], isPhased ? phased(signal) : undefined), around);
        if (!finding) continue;
        const now = made?.finding === finding ? made : { finding, origin: made?.origin ?? { rule, unitKey, signal, variant, judged } };
        // Where a phase decides, a line of a values file is shown, or Chart.yaml stands for an archive, more than the signal tells.
        if (isPhased || finding.file !== fileOf(signal.at) || signal.at.place.decided || signal.at.place.helper || finding.related.length !== (signal.related?.length ?? 0)) isLasting = false;
        else said.made = now;
        all.push(now);
      }
    }
  }
  if (isLasting) judged.made = all;
  return all;
}

/**
 * A finding with the line of a values file that decides its value. What is in an archive is nobody's to open: a finding
 * there stands at that line itself, or where the chart says that the archive is part of it.
 */
function placed({ at: { place } }: Signal, made: Finding, { holds, textOf, decidingSpan }: Surroundings): Finding | undefined {
  const { decided, helper } = place;
  const span = decided && decidingSpan(decided);
  if (helper) made = { ...made, related: [...made.related, { ...helper, message: writtenHere }] };
  const finding = !made.related.every(({ file }) => holds(file)) ? { ...made, related: made.related.filter(({ file }) => holds(file)) } : made;
  if (holds(finding.file)) return span ? { ...finding, related: [...finding.related, { file: decided!.file, span, message: 'this value decides it' }] } : finding;
  const message = `${finding.message} (in ${/charts\/[^/]+\.tgz/.exec(finding.file)?.[0] ?? finding.file})`;
  if (span) return { ...finding, file: decided!.file, document: decided!.document ?? 0, span, path: decided!.path, message };
  const packed = placeOfPacked(finding.file, textOf);
  return packed && { ...finding, ...packed, document: 0, mapping: 'file', message };
}

/** A finding that only some ways of installing its chart have says which, and where they are asked for. */
function withVariants({ finding, only }: Told, { decidingSpan }: Surroundings): Finding {
  if (only.length === 0) return finding;
  // What Helm writes for a way of installing the chart is the same way.
  const related = [...new Map(only.map((one) => [one.at, one])).values()].flatMap(({ label, at, isSwitch }) => {
    const span = at && decidingSpan(at);
    return span ? [{ file: at.file, span, message: isSwitch ? 'switched off here' : `installed by ${label}` }] : [];
  });
  const isSwitch = only.every((one) => one.isSwitch);
  const ways = [...new Set(only.map(({ label }) => label))].join(' or ');
  const message = `${finding.message} (only with ${ways})`;
  return { ...finding, message, related: [...finding.related, ...related], ...(isSwitch ? askedFor(finding, ways) : {}) };
}

/** Concludes what has changed: findings that stand as they stood, in a file that did not change, come to what they came to. */
export function conclusionOf(file: FileEntry, raised: readonly Made[], before: Conclusion | undefined, exceptions: ExceptionsAtWork, around: Surroundings): Conclusion {
  const isSame = before?.file === file && around.isPlain(file) && around.configuration.exceptions.length === 0 && before.today === around.today && sameItems(before.raised, raised);
  return isSame ? before : conclude(file, raised, exceptions, around);
}

/** What is left of a file's findings when exceptions and its suppressions have spoken, with what is to be said of those. */
function conclude(file: FileEntry, raised: readonly Made[], exceptions: ExceptionsAtWork, around: Surroundings): Conclusion {
  const { rules, configuration, today } = around;
  const merged = around.isPlain(file) ? [...raised] : merge(file, raised, around);
  const made = numberFingerprints(merged.sort((a, b) => inOrder(a.finding, b.finding)));
  const accepted: Suppressed[] = [];
  const open = made.flatMap(({ finding, origin: { rule, signal, judged } }) => {
    const exception = exceptions.accepting(rule.id, signal.at.object, () => subjectsOf(judged.answers.graph, signal));
    if (exception) accepted.push({ finding, suppression: exception });
    return exception ? [] : [finding];
  });
  const conclusion = { file, raised, made, today, findings: open, suppressed: accepted, about: [] };
  if (file.suppressions.length === 0) return conclusion;
  const { kept, suppressed, about } = applySuppressions({ ...file.source, documents: file.documents }, open, file.suppressions, { today, rules, configuration });
  if (isPatch(file.source)) return { ...conclusion, findings: kept, suppressed: [...accepted, ...suppressed] };
  return { ...conclusion, findings: [...kept, ...about.map((one) => one.finding)].sort(inOrder), suppressed: [...accepted, ...suppressed], about };
}

/** The findings of a file each once, whatever ways of installing its chart and Kustomize builds say them. */
function merge(file: FileEntry, raised: readonly Made[], around: Surroundings): Made[] {
  // What is merged tells more than what was raised, which stays as it is.
  const origins = new Map(raised.map(({ finding, origin }) => [{ ...finding }, origin]));
  const told = oneEach(file, [...origins.keys()], (finding) => origins.get(finding)!.variant).map((one) => {
    const finding = withVariants(one, around);
    origins.set(finding, origins.get(one.finding)!);
    return finding;
  });
  const originOf = (finding: Finding) => ({ signal: origins.get(finding)!.signal, graph: origins.get(finding)!.judged.answers.graph });
  return mergeBuilds(told, originOf, around.textOf).map(({ finding, by, also }) => ({ finding, origin: { ...origins.get(finding)!, by, also: also.map((some) => some.map((one) => origins.get(one)!)) } }));
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By place; where several stand at one, in an order that does not depend on which edit came first. */
export function inOrder(a: Finding, b: Finding): number {
  return a.span.start - b.span.start || compare(a.rule, b.rule) || compare(a.message, b.message);
}
