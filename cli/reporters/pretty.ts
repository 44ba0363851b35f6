import { isSymbol, namespaceWords } from '../../engine/identity/objects.ts';
import { writtenHere } from '../../engine/lint/finding.ts';
import type { Severity } from '../../engine/lint/rule.ts';
import { displayLine, visible } from '../display.ts';
import { hunksOf } from '../diff.ts';
import { codeFrame } from '../frame.ts';
import type { Report, ReportFinding, ReportFix } from '../report.ts';
import type { Style } from '../style.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { statisticsTable } from './statistics.ts';
import { count, summaryLine } from './words.ts';

/** Findings with equal messages in a namespace, and members of a group, are shown up to here. */
const shownBeforeFolding = 3;
const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Findings of one cause: the gravest leads, the others follow as "also". */
interface Block {
  readonly leader: ReportFinding;
  readonly also: readonly ReportFinding[];
}

/** Code frames for people: each cause once, equal messages of a namespace folded, a summary with what can be fixed. */
export const pretty: Reporter = (report, options) => {
  if (report.summary.files === 0) return '';
  const { shown, folded } = foldEqual(blocksOf(report.findings), options.fold);
  const out = shown.map((block) => `${renderBlock(block, folded.get(block), report, options).join('\n')}\n\n`).join('');
  const statistics = options.statistics && report.findings.length > 0 ? `${statisticsTable(report.findings)}\n` : '';
  return options.quiet ? out + statistics : `${out}${statistics}${options.style.strong(summaryLine(report))}\n${hints(report).map((line) => `${line}\n`).join('')}`;
};

/** The marked places of a finding: its own, and the related ones with their labels. */
export function findingFrame(finding: ReportFinding, report: Report, { style, width }: Pick<ReporterOptions, 'style' | 'width'>): string[] {
  const marks = [
    { file: finding.file, range: finding.range, label: '', primary: true },
    ...finding.related.map(({ file, range, message }) => ({ file, range, label: message, primary: false })),
  ];
  return codeFrame(marks, (file) => report.texts.get(file), { style, severity: finding.severity, width });
}

function blocksOf(findings: readonly ReportFinding[]): Block[] {
  const groups = new Map<string, ReportFinding[]>();
  for (const finding of findings) if (finding.group !== null) groups.set(finding.group, [...(groups.get(finding.group) ?? []), finding]);
  const leaders = new Map([...groups].map(([group, members]) => [group, members.reduce((a, b) => (rank[b.severity] < rank[a.severity] ? b : a))]));
  return findings.flatMap((finding): Block[] => {
    if (finding.group === null) return [{ leader: finding, also: [] }];
    if (leaders.get(finding.group) !== finding) return [];
    return [{ leader: finding, also: groups.get(finding.group)!.filter((one) => one !== finding) }];
  });
}

/** Keeps the first blocks of each rule, message and namespace, of those that one line of a helper writes the first; the last one kept is told how many more there are. */
function foldEqual(blocks: readonly Block[], fold: boolean): { shown: Block[]; folded: Map<Block, number> } {
  const folded = new Map<Block, number>();
  if (!fold) return { shown: [...blocks], folded };
  const seen = new Map<string, Block[]>();
  const shown = blocks.filter((block) => {
    const writer = block.leader.related.find(({ message }) => message === writtenHere);
    const key = JSON.stringify([block.leader.rule, block.leader.message, block.leader.resource.namespace, writer?.file, writer?.range.start.line]);
    const equal = seen.get(key) ?? [];
    if (equal.length < (writer ? 1 : shownBeforeFolding)) return seen.set(key, [...equal, block]);
    const last = equal.at(-1)!;
    folded.set(last, (folded.get(last) ?? 0) + 1 + block.also.length);
    return false;
  });
  return { shown, folded };
}

function renderBlock({ leader, also }: Block, folded: number | undefined, report: Report, options: ReporterOptions): string[] {
  const { style, fold } = options;
  const { severity, rule, ruleUrl, message, confidence, instances, source } = leader;
  const gutter = String(Math.max(leader.range.start.line, ...leader.related.map((one) => one.range.start.line))).length;
  const note = (text: string): string => `${' '.repeat(gutter)} ${style.frame('=')} ${text}`;
  const name = ruleUrl ? style.link(ruleUrl, rule) : rule;
  const notes = [
    ...(confidence === 'high' ? [] : [`confidence: ${confidence}`]),
    ...(instances > 1 ? [`${instances} instances come from this line`] : []),
    ...(source === null ? [] : [`source: ${visible(source)}`]),
    ...alsoLines(leader, also, fold),
    ...leader.fixes.filter((_, i) => options.showFixes || i === 0).map((fix) => fixLine(fix, options.showFixes)),
    ...(folded === undefined ? [] : [moreLine(folded, leader.resource.namespace)]),
  ];
  return [
    `${style.severity(severity, `${severity}[${name}]`)}${style.strong(`: ${visible(message)}`)}`,
    ...findingFrame(leader, report, options),
    ...notes.map(note),
    ...(options.showFixes ? leader.fixes.flatMap((fix) => fixDiff(fix, report, style)) : []),
  ];
}

function alsoLines(leader: ReportFinding, also: readonly ReportFinding[], fold: boolean): string[] {
  const listed = fold ? also.slice(0, shownBeforeFolding) : also;
  const lines = listed.map(({ rule, message, file, range: { start }, resource }) => {
    const object = visible([resource.kind, [resource.namespace, resource.name].filter((part) => part !== null).join('/')].filter((part) => part !== '').join(' '));
    return `also: ${visible(file)}:${start.line}:${start.column} ${rule === leader.rule ? object : `${rule}: ${visible(message)}`}`;
  });
  const rest = new Map<string | null, number>();
  for (const { resource } of also.slice(listed.length)) rest.set(resource.namespace, (rest.get(resource.namespace) ?? 0) + 1);
  return [...lines, ...[...rest].map(([namespace, number]) => moreLine(number, namespace))];
}

/** In characters: what fits on a line beside its mark. */
const longestChoice = 100;

function moreLine(number: number, namespace: string | null): string {
  return `${number} more${namespace === null ? '' : ` in ${visible(isSymbol(namespace) ? namespaceWords(namespace) : namespace)}`}; --no-fold`;
}

/** A fix that --fix does not apply is read in full where it is chosen; here it is enough to know of it. */
function fixLine({ title, safe, choice }: ReportFix, whole: boolean): string {
  if (choice && (whole || title.length <= longestChoice)) return `fix to choose: ${visible(title)}`;
  if (choice) return `fix to choose: ${visible(title.split(' (', 1)[0]!)}; --show-fixes says what to check`;
  return safe ? `fix available: --fix: ${visible(title)}` : `unsafe fix: --fix=all: ${visible(title)}`;
}

/** A fix as the lines that it changes, file by file. */
function fixDiff({ title, edits }: ReportFix, report: Report, style: Style): string[] {
  const out = ['', style.strong(visible(title))];
  for (const file of new Set((edits ?? []).map((edit) => edit.file))) {
    const before = report.texts.get(file)?.text ?? '';
    const here = edits!.filter((edit) => edit.file === file).sort((a, b) => b.range.start.offset - a.range.start.offset);
    const after = here.reduce((text, { range, newText, create }) => (create ? newText : text.slice(0, range.start.offset) + newText + text.slice(range.end.offset)), before);
    out.push(visible(file), ...hunksOf(before, after, 1).map((line) => paintDiffLine(line, style)));
  }
  return out;
}

function paintDiffLine(line: string, style: Style): string {
  const shown = line[0]! + displayLine(line.slice(1).replace(/\r$/, '')).text;
  return line.startsWith('+') ? style.added(shown) : line.startsWith('-') ? style.removed(shown) : line.startsWith('@@') ? style.frame(shown) : shown;
}

/** What to do next: each hint only where it applies. */
function hints({ findings }: Report): string[] {
  const applicable = findings.map(({ fixes }) => fixes.filter((fix) => !fix.choice));
  const safe = applicable.filter((fixes) => fixes.some((fix) => fix.safe)).length;
  const unsafe = applicable.filter((fixes) => fixes.length > 0).length - safe;
  return [
    ...(safe > 0 ? [`${count(safe, 'finding')} can be fixed with --fix`] : []),
    ...(unsafe > 0 ? [`${count(unsafe, safe > 0 ? 'more' : 'finding', safe > 0 ? 'more' : 'findings')} can be fixed with --fix=all, which is unsafe: read --fix=all --diff first`] : []),
    ...(findings.length > 0 ? [`kubewho explain ${findings[0]!.rule} says more`] : []),
  ];
}
