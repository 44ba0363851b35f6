import type { Finding } from '../../engine/lint/finding.ts';
import type { FixAllResult } from '../../engine/lint/fix-all.ts';
import { rules } from '../../rules/index.ts';
import { HostError } from '../../sources/host.ts';
import { UsageError, type Arguments } from '../args.ts';
import { diffOf, fixedStdin, fixesFor, writeFixes } from '../fix.ts';
import { readInput, type LintInput, type OpenWorkspace } from '../input.ts';
import { exitCode, type Io, type Output } from '../io.ts';
import { problemLine, skipLine } from '../messages.ts';
import { resolveFrom } from '../paths.ts';
import { makeReport, positionIn, reportFinding, type Report, type ReportFinding } from '../report.ts';
import { reporters, type Format } from '../reporters/index.ts';
import { count } from '../reporters/words.ts';
import { ruleUrl } from '../rule-url.ts';
import { failsOn, isSelected } from '../select.ts';
import { lintSettings, type LintSettings } from '../settings.ts';
import { makeStyle, wantsColour } from '../style.ts';

/** `kubewho lint`: reads, asks, fixes where told to, reports. Exit codes as in contract.md. */
export async function lint(args: Arguments, io: Io): Promise<number> {
  const started = io.host.now();
  const settings = lintSettings(args, io, rules);
  const input = await readInput(settings, io);
  for (const problem of input.problems) io.err.write(problemLine(problem, io.cwd));

  const results = settings.fix || settings.diff ? input.opened.map((opened) => [opened, fixesFor(opened, input, settings)] as const) : [];
  if (settings.diff) return finish(reportOf(input, settings, 0, io.host.now() - started), { diff: diffOf(results) });
  let failed = false;
  let fixed = 0;
  for (const [opened, result] of results) {
    if (input.stdin) takeIn(opened, result);
    else if ((await writeFixes(opened, result, io)).failed) failed = true;
    fixed += result.fixed;
  }
  const text = input.stdin && settings.fix ? fixedStdin(input.stdin, results[0]![1]) : undefined;
  return finish(reportOf(input, settings, fixed, io.host.now() - started), { text, failed });

  async function finish(report: Report, made: { readonly diff?: string; readonly text?: Uint8Array; readonly failed?: boolean }): Promise<number> {
    for (const skip of report.skipped) io.err.write(skipLine(skip));
    if (made.diff !== undefined) io.out.write(made.diff);
    if (made.text !== undefined) io.out.write(made.text);
    if (report.summary.files === 0 && input.problems.length === 0 && !settings.quiet) io.err.write('kubewho: nothing to lint: no YAML or JSON manifests here\n');
    await writeReports(report, settings, io, { asked: args.has('format'), taken: made.diff !== undefined || made.text !== undefined });
    if (input.problems.length > 0 || made.failed) return exitCode.usage;
    if (settings.strict && report.skipped.length > 0) return exitCode.found;
    if (made.diff !== undefined) return made.diff === '' ? exitCode.ok : exitCode.found;
    return report.findings.some((finding) => failsOn(settings.failOn, finding.severity)) ? exitCode.found : exitCode.ok;
  }
}

function takeIn(opened: OpenWorkspace, { changes }: FixAllResult): void {
  for (const [path, { after }] of changes) opened.workspace.set({ ...opened.sourceOf(path)!, text: after });
}

/** Everything there is to say about the workspaces as they are now. */
function reportOf({ opened }: LintInput, settings: LintSettings, fixed: number, durationMs: number): Report {
  const edits = settings.showFixes || settings.fix !== undefined || settings.diff;
  const urls = new Map(rules.map((rule) => [rule.id, ruleUrl(rule)]));
  const texts = new Map<string, ReturnType<OpenWorkspace['naming']['linesOf']>>();
  const summary = { files: 0, documents: 0, resources: 0, baselined: 0, fixed, durationMs };
  const selected = (one: OpenWorkspace) => (finding: Finding): boolean => one.reports(finding.file) && isSelected(settings.selection, finding);
  const placed = ({ workspace, naming }: OpenWorkspace, finding: Finding): ReportFinding => {
    const fixes = workspace.fixesOf(finding);
    for (const file of [finding.file, ...finding.related.map((one) => one.file), ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.file))]) texts.set(naming.nameOf(file), naming.linesOf(file));
    return reportFinding(finding, fixes, naming, { edits, ruleUrl: urls.get(finding.rule) ?? null });
  };
  for (const { workspace } of opened) {
    const { files, documents, resources } = workspace.counts();
    summary.files += files;
    summary.documents += documents;
    summary.resources += resources;
  }
  const findings = opened.flatMap((one) => one.workspace.findings().filter(selected(one)).map((finding) => placed(one, finding)));
  const suppressed = opened.flatMap((one) => one.workspace.suppressed().filter(({ finding }) => selected(one)(finding)).map(({ finding, suppression }) => ({ ...placed(one, finding), reason: suppression.reason || null })));
  const skipped = opened.flatMap(({ workspace, naming, skipped: unread, reports }) => [...unread, ...workspace.skipped()].filter((skip) => reports(skip.file)).map(({ span, ...skip }) => ({
    ...skip,
    file: naming.nameOf(skip.file),
    line: span ? positionIn(naming.linesOf(skip.file), span.start).line : null,
  })));
  return makeReport({ findings, suppressed, skipped, rules: rules.filter((rule) => settings.selection.rules.has(rule.id)), texts, summary });
}

/** Writes every report that was asked for. Where standard output is taken by a diff or a fixed text, what would go there goes to standard error. */
async function writeReports(report: Report, settings: LintSettings, io: Io, shown: { readonly asked: boolean; readonly taken: boolean }): Promise<void> {
  for (const { format, file } of settings.outputs) {
    if (file !== undefined) await writeFile(file, rendered(report, format, settings, undefined, io), io);
    else if (!shown.taken) io.out.write(rendered(report, format, settings, io.out, io));
    else if (settings.diff && !shown.asked) {
      if (!settings.quiet) io.err.write(`kubewho: ${count(report.findings.length, 'finding')} before fixing\n`);
    } else io.err.write(rendered(report, format, settings, io.err, io));
  }
}

/** A report as text; for a file there is no terminal. */
function rendered(report: Report, format: Format, settings: LintSettings, to: Output | undefined, io: Io): string {
  const isTTY = to?.isTTY ?? false;
  const colour = to === undefined ? settings.colour === 'always' : wantsColour(settings.colour, isTTY, io.env);
  return reporters[format](report, {
    style: makeStyle(colour, colour && isTTY),
    width: Math.max(60, (isTTY ? to?.columns : undefined) ?? 120),
    fold: settings.fold,
    quiet: settings.quiet,
    showFixes: settings.showFixes,
    statistics: settings.statistics,
  });
}

async function writeFile(file: string, text: string, { host, cwd }: Io): Promise<void> {
  try {
    await host.writeFile!(resolveFrom(cwd, file), new TextEncoder().encode(text));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new UsageError(`cannot write ${file}: ${error.message}`);
  }
}
