// npm run charts DIR [-- --helm PROGRAM] [--markdown]
// Reads every chart below a folder twice, without Helm and from Helm's own output, and says how far the two agree:
// per rule the findings of both, and of Helm's findings the share whose place is exact, a parent's (path) or the file's.
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { standIn } from '../engine/identity/objects.ts';
import type { Finding } from '../engine/lint/finding.ts';
import { defaultConfiguration } from '../engine/lint/config.ts';
import { Workspace } from '../engine/lint/workspace.ts';
import { rules } from '../rules/index.ts';
import { environmentOf } from '../sources/environment.ts';
import { installsOf } from '../sources/installs.ts';
import { nodeHost } from '../sources/node-host.ts';
import { resolvePath } from '../sources/path.ts';
import { renderChart } from '../sources/render.ts';
import { loadTree, type LoadedWorkspace } from '../sources/tree.ts';
import { markedLines, withMarks } from './charts/marks.ts';

/** What one chart gives. */
interface ChartResult {
  readonly chart: string;
  /** Helm's own message, where it does not render the chart. */
  readonly failed?: string;
  readonly both: readonly Finding[];
  /** Only from Helm's output, and only without Helm. */
  readonly onlyRendered: readonly Finding[];
  readonly onlyMasked: readonly Finding[];
  readonly mappings: Readonly<Record<Finding['mapping'], number>>;
  /** Findings whose line Helm itself told, by marks in the templates. */
  readonly checked: number;
  /** Findings from Helm's output whose line is another than Helm tells, or shows neither what was found nor an action that could write it. */
  readonly wrongLines: readonly string[];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { helm: { type: 'string', default: 'helm' }, markdown: { type: 'boolean', default: false } } });
  if (positionals.length !== 1) throw new Error('usage: npm run charts DIR [-- --helm PROGRAM] [--markdown]');
  const { workspaces } = await loadTree(nodeHost, [resolve(positionals[0]!)], { configure: () => ({ configuration: defaultConfiguration, problems: [] }), noConfiguration: true });
  const results: ChartResult[] = [];
  for (const { root, files, supplies } of workspaces) {
    for (const { scope, chart } of installsOf(files, defaultConfiguration)) {
      const own = files.filter((file) => file.chart === chart);
      results.push(await compare(chart === '' ? root.slice(root.lastIndexOf('/') + 1) : chart, resolvePath(root, chart), scope, own, supplies.filter((one) => one.scope === scope), values.helm));
    }
  }
  if (results.length === 0) throw new Error(`no charts below ${positionals[0]}`);
  console.log(values.markdown ? markdown(results) : plain(results));
  process.exitCode = results.some(({ wrongLines }) => wrongLines.length > 0) ? 1 : 0;
}

async function compare(chart: string, folder: string, scope: string, files: LoadedWorkspace['files'], supplies: LoadedWorkspace['supplies'], helm: string): Promise<ChartResult> {
  const nothing = { chart, both: [], onlyRendered: [], onlyMasked: [], mappings: { exact: 0, path: 0, file: 0 }, checked: 0, wrongLines: [] };
  const rendering = await renderChart(nodeHost, folder, [], { helm, ...standIn, kubernetesMinor: defaultConfiguration.kubernetesMinor });
  if ('missing' in rendering) throw new Error(`${helm}: no such program`);
  if ('failed' in rendering) return { ...nothing, failed: rendering.failed };
  const judge = (rendered: string | undefined): Workspace => {
    const workspace = new Workspace(rules, environmentOf(defaultConfiguration));
    for (const file of files) workspace.set(file);
    for (const supply of supplies) workspace.supply(supply);
    if (rendered !== undefined) workspace.install(scope, [{ name: 'rendered', values: [], ...standIn, rendered }], { alone: true });
    return workspace;
  };
  const [masked, rendered] = [judge(undefined).findings(), judge(rendering.text).findings().filter(({ tier }) => tier === 'rendered')];
  const keyOf = ({ rule, messageId, file, span }: Finding): string => `${rule} ${messageId} ${file} ${span.start}`;
  const inMasked = new Set(masked.map(keyOf));
  const inRendered = new Set(rendered.map(keyOf));
  const count = (mapping: Finding['mapping']): number => rendered.filter((one) => one.mapping === mapping).length;
  const textOf = new Map(files.map((file) => [file.path, file.text]));
  const inChart = (path: string): string => path.slice(path.indexOf('templates/'));
  // Of subcharts Helm says another path than where the files lie: they are judged by their own lines only.
  const templates = files.filter((file) => file.dialect === 'template' && file.role === 'manifest' && !/(?:^|\/)charts\//.test(file.path.slice(chartOf(files).length))).map((file) => file.path.slice(chartOf(files).length).replace(/^\//, ''));
  const marked = await withMarks(folder, templates, (copy) => renderChart(nodeHost, copy, [], { helm, ...standIn, kubernetesMinor: defaultConfiguration.kubernetesMinor }));
  const told = 'text' in marked ? rendered.flatMap((one) => {
    const lines = markedLines(marked.text, one, inChart(one.file));
    return lines.length === 0 ? [] : [{ one, right: lines.includes(lineOf(textOf.get(one.file) ?? '', one.span.start)), line: lines.at(-1)! }];
  }) : [];
  return {
    chart,
    both: rendered.filter((one) => inMasked.has(keyOf(one))),
    onlyRendered: rendered.filter((one) => !inMasked.has(keyOf(one))),
    onlyMasked: masked.filter((one) => one.tier === 'masked' && !inRendered.has(keyOf(one))),
    mappings: { exact: count('exact'), path: count('path'), file: count('file') },
    checked: told.length,
    wrongLines: [...told.filter(({ right }) => !right).map(({ one, line }) => `${one.rule} ${one.file}:${lineOf(textOf.get(one.file) ?? '', one.span.start)}, where Helm says line ${line}`), ...rendered.filter((one) => !isRightLine(one, textOf.get(one.file) ?? '')).map((one) => `${one.rule} ${one.file}:${lineOf(textOf.get(one.file) ?? '', one.span.start)}`)],
  };
}

/** The folder of the one chart that files are of. */
function chartOf(files: readonly { readonly chart?: string }[]): string {
  return files[0]?.chart ?? '';
}

/** Whether what stands at a finding's place can be what was found: the last key of its path, an action, or the object's kind. */
function isRightLine({ span, path, mapping }: Finding, text: string): boolean {
  const from = text.lastIndexOf('\n', span.start - 1) + 1;
  const end = text.indexOf('\n', Math.max(span.end, from));
  const line = text.slice(from, end < 0 ? text.length : end);
  const key = path.findLast((step): step is string => typeof step === 'string');
  return line.includes('{{') || mapping !== 'exact' || key === undefined || line.includes(key) || /^\s*-/.test(line) || text.slice(0, from).trimEnd().split('\n').at(-1)!.includes(key);
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

function rowsOf(results: readonly ChartResult[]): string[][] {
  return results.map(({ chart, failed, both, onlyRendered, onlyMasked, mappings, wrongLines }) => (failed === undefined
    ? [chart, String(both.length + onlyRendered.length), String(both.length), String(onlyRendered.length), String(onlyMasked.length), String(mappings.exact), String(mappings.path), String(mappings.file), String(wrongLines.length)]
    : [chart, `not rendered: ${failed.slice(0, 80)}`]));
}

const columns = ['chart', 'with Helm', 'same without', 'only with', 'only without', 'exact', 'path', 'file', 'wrong lines'];

function totals(results: readonly ChartResult[]): string[] {
  const sum = (of: (one: ChartResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const found = sum(({ both, onlyRendered }) => both.length + onlyRendered.length);
  return [
    `${results.filter(({ failed }) => failed === undefined).length} charts rendered, ${results.filter(({ failed }) => failed !== undefined).length} not`,
    `findings from Helm's output: ${found}; also found without Helm: ${percent(sum(({ both }) => both.length), found)}`,
    `places: exact ${percent(sum(({ mappings }) => mappings.exact), found)}, path ${percent(sum(({ mappings }) => mappings.path), found)}, file ${percent(sum(({ mappings }) => mappings.file), found)}; lines told by Helm itself, through marks in the templates: ${sum(({ checked }) => checked)}; wrong lines: ${sum(({ wrongLines }) => wrongLines.length)}`,
  ];
}

function perRule(results: readonly ChartResult[]): string[][] {
  const ids = [...new Set(results.flatMap(({ both, onlyRendered, onlyMasked }) => [...both, ...onlyRendered, ...onlyMasked].map(({ rule }) => rule)))].sort();
  const of = (findings: (one: ChartResult) => readonly Finding[], id: string): number => results.reduce((sum, one) => sum + findings(one).filter(({ rule }) => rule === id).length, 0);
  return ids.map((id) => {
    const [same, rendered, masked] = [of(({ both }) => both, id), of(({ onlyRendered }) => onlyRendered, id), of(({ onlyMasked }) => onlyMasked, id)];
    return [id, String(same + rendered), percent(same, same + rendered), String(rendered), String(masked)];
  });
}

function plain(results: readonly ChartResult[]): string {
  const differences = results.flatMap(({ chart, onlyRendered, onlyMasked, wrongLines }) => [
    ...onlyRendered.map((one) => `only with Helm: ${chart}: ${one.rule} ${one.file}: ${one.message}`),
    ...onlyMasked.map((one) => `only without Helm: ${chart}: ${one.rule} ${one.file}: ${one.message}`),
    ...wrongLines.map((one) => `wrong line: ${chart}: ${one}`),
  ]);
  const table = (rows: readonly string[][]): string => rows.map((row) => row.join('\t')).join('\n');
  return [table([columns, ...rowsOf(results)]), '', table([['rule', 'with Helm', 'agreement', 'only with', 'only without'], ...perRule(results)]), '', ...differences, '', ...totals(results)].join('\n');
}

function markdown(results: readonly ChartResult[]): string {
  const table = (head: readonly string[], rows: readonly string[][]): string => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const shown = results.filter(({ failed }) => failed === undefined);
  return [...totals(results).map((line) => `- ${line}`), '', table(columns, rowsOf(shown)), '', table(['rule', 'with Helm', 'agreement', 'only with', 'only without'], perRule(shown))].join('\n');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
