import type { RiskSettings } from '../identity/risk-classes.ts';
import { nodeAt, type MapNode, type Path, type YamlNode } from '../yaml/node.ts';
import { parseUnfinished } from '../yaml/unfinished.ts';
import { isBlank, splitStream } from '../yaml/split.ts';
import { indexLines, positionAt, shift, type Span } from '../yaml/text.ts';
import { maxPatternLength } from './config-schema.ts';
import { describeFault, describeImpossibleDay, faultsOf, type ConfigurationValidator } from './config-faults.ts';
import { exceptionsIn, impossibleDays, phasesIn, records, type Reading } from './config-phases.ts';
import { riskIn } from './config-risk.ts';
import type { Exception, PhaseSettings } from './phases.ts';
import type { Rule, Severity } from './rule.ts';

/** The settings of one rule in kubewho.yaml. */
export interface RuleSettings {
  readonly severity?: Severity | 'off';
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Files that belong together, by path patterns relative to kubewho.yaml. */
export interface ScopeSettings {
  readonly name: string;
  readonly paths: readonly string[];
  /** All Namespaces, workloads, accounts and bindings of its namespaces are in these files (contract.md, safe and unsafe). */
  readonly complete: boolean;
}

/** A further way in which charts are installed. */
export interface ProfileSettings {
  readonly name: string;
  /** The chart's folder, counted from kubewho.yaml; without it, every chart that has the values files. */
  readonly chart?: string;
  /** Values files, counted from the chart. */
  readonly values: readonly string[];
}

/** kubewho.yaml after validation: plain data. */
export interface Configuration {
  /** By rule id; what a family says is spread over its rules. */
  readonly rules: Readonly<Record<string, RuleSettings>>;
  readonly scopes: readonly ScopeSettings[];
  /** Path patterns of objects of a cluster that resolve references and are never reported on. */
  readonly context: readonly string[];
  /** Ways in which charts are installed beside their defaults. */
  readonly profiles: readonly ProfileSettings[];
  /** Risk classes of workloads, in place of what these show. */
  readonly risk: readonly RiskSettings[];
  /** Where the estate stands on its way from location to identity, in written order. */
  readonly phases: readonly PhaseSettings[];
  /** Accepted risks, each with a reason and an end. */
  readonly exceptions: readonly Exception[];
  /** Whether a suppression without a reason is a finding. */
  readonly requireReasons: boolean;
  /** The Kubernetes minor version to judge by. */
  readonly kubernetesMinor: number;
  /** The file itself, named from the workspace, where something in it can be found: its exceptions. Sources set it. */
  readonly source?: { readonly path: string; readonly text: string };
}

export const defaultConfiguration: Configuration = { rules: {}, scopes: [], context: [], profiles: [], risk: [], phases: [], exceptions: [], requireReasons: false, kubernetesMinor: 36 };

/** A fault in kubewho.yaml. Lines and columns from 1. */
export interface ConfigurationProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** What can be used of a kubewho.yaml, and what is wrong with the rest. */
export interface ParsedConfiguration {
  readonly configuration: Configuration;
  readonly problems: readonly ConfigurationProblem[];
  /** Where a section holds a text, for what is said of it once the files are known. */
  readonly placeOf?: PlaceOfSetting;
}

/** The first place of a text in a section of kubewho.yaml; line and column from 1. */
export type PlaceOfSetting = (section: string, text: string) => { readonly line: number; readonly column: number } | undefined;

/**
 * Reads a kubewho.yaml. Pure and total: a fault is a problem with its place, and everything else still counts.
 * @param file as problems name it
 * @param validate compiled from schemas/kubewho.schema.json
 * @param rules all rules: families are spread over them
 */
export function parseConfiguration(text: string, file: string, validate: ConfigurationValidator, rules: readonly Pick<Rule, 'id' | 'family'>[]): ParsedConfiguration {
  const lines = indexLines(text);
  const placeAt = ({ start }: Span): { line: number; column: number } => {
    const { line, character } = positionAt(lines, start);
    return { line: line + 1, column: character + 1 };
  };
  const problem = (message: string, span: Span): ConfigurationProblem => ({ file, ...placeAt(span), message });
  const [document, second] = splitStream(text).filter((one) => !isBlank(one.text));
  if (!document) return { configuration: defaultConfiguration, problems: [] };
  const at = (span: Span) => shift(span, document.start);
  const { root, problem: syntax } = parseUnfinished(document.text, 'kubernetes');
  if (!root) return { configuration: defaultConfiguration, problems: syntax ? [problem(syntax.detail, at(syntax.span))] : [] };

  const data = withoutEmpty(dataOf(root));
  const faults = faultsOf(data, validate);
  // What is missing beside a line that cannot be read may be in it.
  const problems = syntax ? [problem(syntax.detail, at(syntax.span))] : [
    ...faults.map((fault) => problem(describeFault(fault), at(spanOfFault(root, fault.path, fault.key)))),
    ...(isRecord(data) ? impossibleDays(data) : []).map(({ path, text }) => problem(describeImpossibleDay(path, text), at(spanOfFault(root, path, undefined)))),
    ...(isRecord(data) ? repeatedProfiles(data) : []).map(({ index, name, first }) => problem(`profiles[${index}].name is "${name}", as is profiles[${first}].name; give it a name of its own, or each a chart of its own`, at(spanOfFault(root, ['profiles', index, 'name'], undefined)))),
    ...duplicatesIn(root).map(({ key, span }) => problem(`"${key}" is said twice; the last one counts`, at(span))),
    ...(second ? [problem('a second document; only the first is read', { start: second.start, end: second.start })] : []),
  ].sort((a, b) => a.line! - b.line! || a.column! - b.column!);
  const isFaulty = (path: Path) => faults.some((fault) => path.every((step, i) => [...fault.path, ...(fault.key === undefined ? [] : [fault.key])][i] === step));
  const placeOf: PlaceOfSetting = (section, said) => {
    const found = scalarIn(nodeAt(root, [section]), said);
    return found && placeAt(at(found.span));
  };
  return { configuration: isRecord(data) ? configurationOf(data, { root, start: document.start, rules, isFaulty }) : defaultConfiguration, problems, placeOf };
}

/** The first scalar with a text, in a node or below it. */
function scalarIn(node: YamlNode | undefined, text: string): YamlNode | undefined {
  if (node?.kind === 'scalar') return node.value === text ? node : undefined;
  const below = node?.kind === 'seq' ? node.items : node?.kind === 'map' ? node.entries.map(({ value }) => value) : [];
  for (const one of below) {
    const found = scalarIn(one, text);
    if (found) return found;
  }
  return undefined;
}

function configurationOf(data: Record<string, unknown>, reading: Reading): Configuration {
  const { root, rules, isFaulty } = reading;
  return {
    rules: ruleSettings(data['rules'], rules, isFaulty),
    scopes: list(data['scopes']).filter(isRecord).flatMap((scope) => (typeof scope['name'] === 'string' && patterns(scope['paths']).length > 0 ? [{ name: scope['name'], paths: patterns(scope['paths']), complete: scope['complete'] === true }] : [])),
    context: patterns(data['context']),
    profiles: records(data['profiles']).filter(({ index }) => !repeatedProfiles(data).some((one) => one.index === index)).flatMap(({ entry: one }) => (typeof one['name'] === 'string' && patterns(one['values']).length > 0 ? [{ name: one['name'], ...(typeof one['chart'] === 'string' ? { chart: one['chart'] } : {}), values: patterns(one['values']) }] : [])),
    risk: riskIn(data['risk'], reading),
    phases: phasesIn(data['phases'], reading),
    exceptions: exceptionsIn(data['exceptions'], reading),
    requireReasons: data['requireReasons'] === true,
    kubernetesMinor: minorOf(nodeAt(root, ['kubernetesVersion'])) ?? defaultConfiguration.kubernetesMinor,
  };
}

function ruleSettings(data: unknown, rules: readonly Pick<Rule, 'id' | 'family'>[], isFaulty: (path: Path) => boolean): Record<string, RuleSettings> {
  if (!isRecord(data)) return {};
  const usable = (name: string): RuleSettings => {
    const value = data[name];
    if (typeof value === 'string') return isFaulty(['rules', name]) ? {} : { severity: value as Severity };
    if (!isRecord(value)) return {};
    const options = isRecord(value['options']) ? Object.entries(value['options']).filter(([key]) => !isFaulty(['rules', name, 'options', key])) : [];
    return {
      ...(typeof value['severity'] === 'string' && !isFaulty(['rules', name, 'severity']) ? { severity: value['severity'] as Severity } : {}),
      ...(options.length > 0 ? { options: Object.fromEntries(options) } : {}),
    };
  };
  const settings: [string, RuleSettings][] = rules.map((rule) => [rule.id, { ...usable(rule.family), ...usable(rule.id) }]);
  return Object.fromEntries(settings.filter(([, one]) => Object.keys(one).length > 0));
}

/** A section that is still empty (`rules:` with nothing below it) says nothing, rather than something wrong. */
function withoutEmpty(data: unknown): unknown {
  return isRecord(data) ? Object.fromEntries(Object.entries(data).filter(([key, value]) => value !== null || !sections.has(key))) : data;
}

const sections = new Set(['rules', 'scopes', 'context', 'profiles', 'risk', 'phases', 'exceptions']);

/** The plain data of a file that people write: the booleans of YAML 1.1 (`off`, `no`) are words here, as in most editors. */
function dataOf(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar': return typeof node.value === 'boolean' && !/^(?:true|false)$/i.test(node.source) ? node.source : node.value;
    case 'seq': return node.items.map(dataOf);
    case 'map': return Object.fromEntries(node.entries.map((entry) => [entry.key, dataOf(entry.value)]));
    case 'hole': return undefined;
  }
}

/** `1.30` is a number to YAML, and loses its zero there: the text counts. */
function minorOf(node: YamlNode | undefined): number | undefined {
  const minor = node?.kind === 'scalar' ? /^v?1\.([0-9]+)$/.exec(node.source)?.[1] : undefined;
  return minor === undefined ? undefined : Number(minor);
}

/** The key that is unknown, else the value; long values are shown by their key. */
function spanOfFault(root: YamlNode, path: Path, key: string | undefined): Span {
  const node = nodeAt(root, path);
  if (key !== undefined && node?.kind === 'map') return node.entries.find((entry) => entry.key === key)?.keySpan ?? node.span;
  if (node?.kind === 'scalar' && node.source !== '') return node.span;
  const above = nodeAt(root, path.slice(0, -1));
  const entry = above?.kind === 'map' ? above.entries.find((one) => one.key === path[path.length - 1]) : undefined;
  return entry?.keySpan ?? node?.span ?? root.span;
}

/** Profiles that are called as an earlier one which may be for the same chart: `--profile NAME` would mean both. */
function repeatedProfiles(data: Readonly<Record<string, unknown>>): { readonly index: number; readonly name: string; readonly first: number }[] {
  const all = records(data['profiles']);
  return all.flatMap(({ index, entry: { name, chart } }) => {
    const first = all.find((one) => one.index < index && one.entry['name'] === name && (one.entry['chart'] === chart || chart === undefined || one.entry['chart'] === undefined));
    return typeof name === 'string' && first ? [{ index, name, first: first.index }] : [];
  });
}

function duplicatesIn(node: YamlNode): { key: string; span: Span }[] {
  if (node.kind === 'seq') return node.items.flatMap(duplicatesIn);
  if (node.kind !== 'map') return [];
  return [...repeatedKeys(node), ...node.entries.flatMap((entry) => duplicatesIn(entry.value))];
}

function repeatedKeys(map: MapNode): { key: string; span: Span }[] {
  const seen = new Set<string>();
  return map.entries.filter((entry) => !entry.merged && (seen.has(entry.key) || !seen.add(entry.key))).map((entry) => ({ key: entry.key, span: entry.keySpan }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function patterns(value: unknown): string[] {
  return list(value).filter((one): one is string => typeof one === 'string' && one !== '' && one.length <= maxPatternLength);
}
