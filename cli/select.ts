import type { Finding } from '../engine/lint/finding.ts';
import type { Confidence, Family, Persona, Rule, Severity } from '../engine/lint/rule.ts';
import { UsageError, type Arguments } from './args.ts';
import { didYouMean } from '../engine/lint/suggest.ts';

/** From the gravest down. */
const severities: readonly Severity[] = ['error', 'warning', 'info'];
const confidences: readonly Confidence[] = ['high', 'medium', 'low'];
/** Each includes the ones before it. */
const personas: readonly Persona[] = ['regular', 'pedantic', 'auditor'];

/** Which findings are reported. */
export interface Selection {
  readonly rules: ReadonlySet<string>;
  readonly personas: ReadonlySet<Persona>;
  readonly severities: ReadonlySet<Severity>;
  readonly confidences: ReadonlySet<Confidence>;
}

/** Reads `--select`, `--ignore`, `--persona`, `--min-severity` and `--min-confidence`. `--select` hears a rule whatever its persona. */
export function selectionOf(args: Arguments, rules: readonly Rule[]): Selection {
  const selected = args.has('select') ? named(args.values('select'), rules, '--select') : new Set(rules.map((rule) => rule.id));
  const ignored = named(args.values('ignore'), rules, '--ignore');
  return {
    rules: new Set([...selected].filter((id) => !ignored.has(id))),
    personas: new Set(args.has('select') ? personas : upTo(personas, args.value('persona') ?? 'regular')),
    severities: new Set(upTo(severities, args.value('min-severity') ?? 'info')),
    confidences: new Set(upTo(confidences, args.value('min-confidence') ?? 'low')),
  };
}

/** Whether a finding is to be reported. */
export function isSelected(selection: Selection, { rule, persona, severity, confidence }: Finding): boolean {
  return selection.rules.has(rule) && selection.personas.has(persona) && selection.severities.has(severity) && selection.confidences.has(confidence);
}

/** Whether a severity makes the run fail. */
export function failsOn(threshold: string, severity: Severity): boolean {
  return threshold !== 'never' && upTo(severities, threshold).includes(severity);
}

/** Ids of the rules that are named, by themselves or by their family. */
function named(words: readonly string[], rules: readonly Rule[], flag: string): Set<string> {
  const families = new Set<Family>(rules.map((rule) => rule.family));
  return new Set(words.flatMap((word) => {
    const ids = rules.filter((rule) => rule.id === word || rule.family === word).map((rule) => rule.id);
    if (ids.length === 0) throw new UsageError(`${flag}: no rule or family ${word}${didYouMean(word, [...rules.map((rule) => rule.id), ...families])}`);
    return ids;
  }));
}

function upTo<T extends string>(ordered: readonly T[], last: string): readonly T[] {
  return ordered.slice(0, ordered.indexOf(last as T) + 1);
}
