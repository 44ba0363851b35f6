import type { LineIndex } from '../engine/yaml/text.ts';
import { rules } from '../rules/index.ts';
import type { Found, Findings } from './findings.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { makeReport, positionIn, reportFinding, type Report, type ReportFinding, type ReportSkip } from './report.ts';
import { ruleUrl } from '../rules/url.ts';
import { isSelected } from './select.ts';
import type { LintSettings } from './settings.ts';

/** Puts everything that a run has to say into one report: findings with their places and fixes, what is suppressed, what could not be read. */
export function composeReport(workspaces: readonly OpenWorkspace[], { reported, known }: Findings, settings: LintSettings, run: { readonly fixed: number; readonly durationMs: number }): Report {
  const edits = settings.showFixes || settings.fix !== undefined || settings.diff;
  const urls = new Map(rules.map((rule) => [rule.id, ruleUrl(rule)]));
  const texts = new Map<string, LineIndex>();
  const placed = ({ opened: { workspace, naming }, finding }: Found): ReportFinding => {
    const fixes = workspace.fixesOf(finding);
    for (const file of [finding.file, ...finding.related.map((one) => one.file), ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.file))]) texts.set(naming.nameOf(file), naming.linesOf(file));
    return reportFinding(finding, fixes, naming, { edits, ruleUrl: urls.get(finding.rule) ?? null });
  };
  const counts = workspaces.map(({ workspace }) => workspace.counts());
  const total = (of: 'files' | 'documents' | 'resources'): number => counts.reduce((sum, one) => sum + one[of], 0);
  return makeReport({
    findings: reported.map(placed),
    suppressed: workspaces.flatMap((opened) => opened.workspace.suppressed()
      .filter(({ finding }) => opened.concerns(finding) && isSelected(settings.selection, finding))
      .map(({ finding, suppression }) => ({ ...placed({ opened, finding }), reason: suppression.reason || null }))),
    skipped: workspaces.flatMap(skippedOf),
    rules: rules.filter((rule) => settings.selection.rules.has(rule.id)),
    texts,
    summary: { files: total('files'), documents: total('documents'), resources: total('resources'), baselined: known.length, ...run },
  });
}

function skippedOf({ workspace, naming, skipped, reports }: OpenWorkspace): ReportSkip[] {
  return [...skipped, ...workspace.skipped()].filter((skip) => reports(skip.file)).map(({ span, ...skip }) => ({
    ...skip,
    file: naming.nameOf(skip.file),
    line: span ? positionIn(naming.linesOf(skip.file), span.start).line : null,
  }));
}
