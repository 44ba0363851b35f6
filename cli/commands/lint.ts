import type { Finding } from '../../engine/lint/finding.ts';
import { countGone, rounds } from '../../engine/lint/fix-all.ts';
import { rules } from '../../rules/index.ts';
import { HostError } from '../../sources/host.ts';
import { relativeTo } from '../../sources/path.ts';
import { UsageError, type Arguments } from '../args.ts';
import { baselineText, readBaseline, staleIn, updated, type Baseline, type LookedAt } from '../baseline.ts';
import { composeReport } from '../compose.ts';
import { chooseFindings, keyOf, type Findings } from '../findings.ts';
import { diffOf, fixedStdin, fixesOf, writeFixes, type Fixed } from '../fix.ts';
import { readInput, type LintInput } from '../input.ts';
import type { OpenWorkspace } from '../open-workspace.ts';
import { exitCode, type Io, type Output } from '../io.ts';
import { problemLine, skipLine } from '../messages.ts';
import { resolveFrom } from '../paths.ts';
import type { Report } from '../report.ts';
import { reporters, type Format } from '../reporters/index.ts';
import { count } from '../reporters/words.ts';
import { failsOn, isSelected } from '../select.ts';
import { lintSettings, type LintSettings } from '../settings.ts';
import { makeStyle, wantsColour } from '../style.ts';

/** What a run made of the files, beside its report. */
interface Outcome {
  readonly findings: Findings;
  readonly fixed: number;
  /** What standard output is for, where it is not for the report: a diff, or the fixed text of standard input. */
  readonly diff?: string;
  readonly text?: Uint8Array;
  /** A fixed file could not be written. */
  readonly failed?: boolean;
}

/** `kubewho lint`: reads, asks, fixes where told to, reports. Exit codes as in contract.md. */
export async function lint(args: Arguments, io: Io): Promise<number> {
  const started = io.host.now();
  const settings = lintSettings(args, io, rules);
  const input = await readInput(settings, io);
  let baseline = settings.baseline === undefined ? undefined : await readBaseline(settings.baseline, io, settings.updateBaseline);
  if (baseline && settings.updateBaseline) baseline = await writeBaseline(baseline, input, settings, io);

  const outcome = await act(input, settings, baseline, io);
  const report = composeReport(input.opened, outcome.findings, settings, { fixed: outcome.fixed, durationMs: io.host.now() - started });

  for (const problem of input.problems) io.err.write(problemLine(problem, io.cwd));
  for (const skip of report.skipped) io.err.write(skipLine(skip));
  if (!settings.quiet) for (const note of notesOn(report, input, settings, baseline, outcome.findings)) io.err.write(`kubewho: ${note}\n`);
  if (outcome.diff !== undefined) io.out.write(outcome.diff);
  if (outcome.text !== undefined) io.out.write(outcome.text);
  await writeReports(report, settings, io, { asked: args.has('format'), taken: outcome.diff !== undefined || outcome.text !== undefined });

  if (input.problems.length > 0 || outcome.failed) return exitCode.usage;
  if (settings.strict && (report.skipped.length > 0 || input.unread || (settings.render === 'always' && input.unrendered))) return exitCode.found;
  if (outcome.diff !== undefined) return outcome.diff === '' ? exitCode.ok : exitCode.found;
  return report.findings.some((finding) => failsOn(settings.failOn, finding.severity)) ? exitCode.found : exitCode.ok;
}

/** Finds, and fixes or shows what fixing would write. */
async function act(input: LintInput, settings: LintSettings, baseline: Baseline | undefined, io: Io): Promise<Outcome> {
  const findings = chooseFindings(input.opened, settings, baseline);
  if (!settings.fix && !settings.diff) return { findings, fixed: 0 };
  const key = (opened: OpenWorkspace, finding: Finding): string => `${opened.root}\n${keyOf(finding)}`;
  const known = new Set(findings.known.map(({ opened, finding }) => key(opened, finding)));
  const changesNow = () => fixesOf(input, settings.fix === 'all', (opened, finding) => opened.concerns(finding) && isSelected(settings.selection, finding) && !known.has(key(opened, finding)));
  const changes = changesNow();
  if (settings.diff) return { findings, fixed: 0, diff: diffOf(changes) };
  const text = input.stdin && fixedStdin(input.stdin, changes);
  const written = input.stdin !== undefined || (await writeAll(changes, changesNow, input, io));
  const left = chooseFindings(input.opened, settings, baseline);
  const fixed = input.opened.reduce((sum, opened) => {
    const of = (all: Findings) => all.reported.filter((one) => one.opened === opened).map((one) => one.finding);
    return sum + countGone(of(findings), of(left));
  }, 0);
  return { findings: left, fixed, text, failed: !written };
}

/** Writes fixes, and those that Helm's and kustomize's output shows to be left or new when they have read the files as they are now. */
async function writeAll(first: readonly Fixed[], next: () => readonly Fixed[], { renderAgain }: LintInput, io: Io): Promise<boolean> {
  let written = true;
  let changes = first;
  for (let round = 0; round < rounds && written && changes.some((one) => one.changes.size > 0); round++) {
    written = await writeFixes(changes, io);
    await renderAgain();
    changes = next();
  }
  return written;
}

async function writeBaseline(baseline: Baseline, input: LintInput, settings: LintSettings, io: Io): Promise<Baseline> {
  const { reported } = chooseFindings(input.opened, settings, undefined);
  const made = updated(baseline, reported.map(({ opened, finding }) => ({ absolute: opened.absolute(finding.file), finding })), lookedAtBy(input, settings));
  await writeFile(baseline.path, baselineText(made), io);
  return made;
}

function lookedAtBy({ opened }: LintInput, { selection }: LintSettings): LookedAt {
  return (absolute, rule) => selection.rules.has(rule) && opened.some((one) => one.covers(absolute));
}

/** What is worth knowing and neither a finding nor a fault. */
function* notesOn({ summary }: Report, input: LintInput, settings: LintSettings, baseline: Baseline | undefined, { known }: Findings): Iterable<string> {
  if (input.isEmpty) yield 'nothing to lint: standard input holds no Kubernetes object';
  else if (summary.files === 0 && input.problems.length === 0) yield 'nothing to lint: no YAML or JSON manifests here';
  yield* input.notes;
  const stale = baseline ? staleIn(baseline, known.map(({ finding }) => finding), lookedAtBy(input, settings)) : 0;
  if (stale > 0) yield `the baseline holds ${count(stale, 'finding')} that this run did not meet; --update-baseline takes out what is gone`;
}

/** Writes every report that was asked for. Where standard output is taken, what would go there goes to standard error. */
async function writeReports(report: Report, settings: LintSettings, io: Io, shown: { readonly asked: boolean; readonly taken: boolean }): Promise<void> {
  for (const { format, file } of settings.outputs) {
    if (file !== undefined) await writeFile(resolveFrom(io.cwd, file), rendered(report, format, settings, undefined, io), io);
    else if (!shown.taken) io.out.write(rendered(report, format, settings, io.out, io));
    else if (!settings.diff || shown.asked) io.err.write(rendered(report, format, settings, io.err, io));
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
    await host.writeFile!(file, new TextEncoder().encode(text));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new UsageError(`cannot write ${relativeTo(cwd, file)}: ${error.message}`);
  }
}
