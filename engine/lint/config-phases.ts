import { riskClasses, type RiskClass } from '../identity/risk-classes.ts';
import { nodeAt, type Path, type YamlNode } from '../yaml/node.ts';
import { shift } from '../yaml/text.ts';
import { isDay } from './dates.ts';
import { phases, type Exception, type Phase, type PhaseSettings } from './phases.ts';
import type { Rule } from './rule.ts';

/** What a reader of kubewho.yaml's data has at hand: the tree for places, and which paths the schema refused. */
export interface Reading {
  readonly root: YamlNode;
  /** Offset of the document in the file. */
  readonly start: number;
  readonly rules: readonly Pick<Rule, 'id' | 'family'>[];
  isFaulty(path: Path): boolean;
}

/** The family whose findings take their severity from a phase that names no rules. */
const governed = 'trust';

/** Reads `phases:`. An entry with a fault in it says nothing: half of what was meant would be another phase for others. */
export function phasesIn(data: unknown, { rules, isFaulty }: Reading): PhaseSettings[] {
  return records(data).flatMap(({ index, entry }): PhaseSettings[] => {
    const phase = phases.find((one) => one === entry['phase']);
    if (!phase || holdsFault(entry, ['phases', index], isFaulty) || (typeof entry['from'] === 'string' && !isDay(entry['from']))) return [];
    const named = texts(entry['rules']) ?? [governed];
    return [{
      phase: phase satisfies Phase,
      from: typeof entry['from'] === 'string' ? entry['from'] : undefined,
      namespaces: texts(entry['namespaces']),
      selector: selectorIn(entry['selector']),
      risk: texts(entry['risk'])?.filter((one): one is RiskClass => (riskClasses as readonly string[]).includes(one)),
      rules: rules.filter(({ id, family }) => named.includes(id) || named.includes(family)).map(({ id }) => id),
    }];
  });
}

/** Reads `exceptions:`. One without a reason or an end does not count. */
export function exceptionsIn(data: unknown, { root, start, isFaulty }: Reading): Exception[] {
  return records(data).flatMap(({ index, entry }): Exception[] => {
    const path = ['exceptions', index];
    const { rule, target, reason, until } = entry;
    if (typeof rule !== 'string' || typeof target !== 'string' || typeof reason !== 'string' || typeof until !== 'string' || !isDay(until) || holdsFault(entry, path, isFaulty)) return [];
    const spanOf = (key: string) => shift(nodeAt(root, [...path, key])!.span, start);
    return [{ rule, target, reason, until, at: { target: spanOf('target'), until: spanOf('until') } }];
  });
}

/** Days that look like one and are none, which no schema sees. */
export function impossibleDays(data: Readonly<Record<string, unknown>>): { readonly path: Path; readonly text: string }[] {
  const dated = [['phases', 'from'], ['exceptions', 'until']] as const;
  return dated.flatMap(([section, key]) => records(data[section]).flatMap(({ index, entry }) => {
    const text = entry[key];
    return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && !isDay(text) ? [{ path: [section, index, key], text }] : [];
  }));
}

function selectorIn(data: unknown): PhaseSettings['selector'] {
  if (!isRecord(data)) return undefined;
  const matchLabels = Object.entries(isRecord(data['matchLabels']) ? data['matchLabels'] : {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const matchExpressions = records(data['matchExpressions']).map(({ entry }) => ({ key: String(entry['key']), operator: entry['operator'] as 'In', values: texts(entry['values']) ?? [] }));
  return { matchLabels: Object.fromEntries(matchLabels), matchExpressions };
}

/** Whether the schema refused a value or anything in it. */
export function holdsFault(value: unknown, path: Path, isFaulty: (path: Path) => boolean): boolean {
  if (isFaulty(path)) return true;
  if (Array.isArray(value)) return value.some((one, i) => holdsFault(one, [...path, i], isFaulty));
  return isRecord(value) && Object.entries(value).some(([key, one]) => holdsFault(one, [...path, key], isFaulty));
}

/** The maps in a list, with their place in it. */
export function records(data: unknown): { index: number; entry: Record<string, unknown> }[] {
  return (Array.isArray(data) ? data : []).flatMap((entry, index) => (isRecord(entry) ? [{ index, entry }] : []));
}

/** The strings in a list; undefined for what is none. */
export function texts(data: unknown): string[] | undefined {
  return Array.isArray(data) ? data.filter((one): one is string => typeof one === 'string') : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
