import { DiagnosticSeverity, DiagnosticTag, type Diagnostic } from 'vscode-languageserver';
import { hash, type Finding } from '../../engine/lint/finding.ts';
import { rules } from '../../rules/index.ts';
import { ruleUrl } from '../../rules/url.ts';
import { configurationName } from '../../sources/workspace-root.ts';
import type { Client } from '../client.ts';
import type { Project } from '../project.ts';

/** A file's diagnostics, with an id that is the same exactly as long as they are. */
export interface Report {
  readonly resultId: string;
  readonly items: readonly Diagnostic[];
}

/** What a diagnostic carries for the code actions on it. */
export interface DiagnosticData {
  readonly fingerprint: string;
}

const severities = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, info: DiagnosticSeverity.Information };

const kept = new WeakMap<Project, { generation: number; reports: Map<string, Report> }>();

/** The diagnostics of one file as it stands now, in what the client can take. Made once for each state of the project. */
export function reportOf(project: Project, path: string, client: Client): Report {
  let made = kept.get(project);
  if (made?.generation !== project.generation) kept.set(project, (made = { generation: project.generation, reports: new Map() }));
  let report = made.reports.get(path);
  if (!report) {
    const items = [...faultsOf(project, path), ...project.findingsOf(path).map((finding) => diagnosticOf(project, finding, client))];
    made.reports.set(path, (report = { resultId: hash(JSON.stringify(items)), items }));
  }
  return report;
}

/** What is wrong with a kubewho.yaml, where it is wrong. */
function faultsOf(project: Project, path: string): Diagnostic[] {
  if (path !== configurationName) return [];
  return project.faults.map(({ line = 1, column = 1, message }) => {
    const start = project.fromUtf16(path, { line: line - 1, character: column - 1 });
    return { range: { start, end: { line, character: 0 } }, severity: DiagnosticSeverity.Error, code: 'configuration', source: 'kubewho', message };
  });
}

/** A finding as a diagnostic. */
export function diagnosticOf(project: Project, finding: Finding, client: Client): Diagnostic {
  const rule = rules.find((one) => one.id === finding.rule);
  return {
    range: project.range(finding.file, finding.span),
    severity: severities[finding.severity],
    code: finding.rule,
    ...(client.links && rule ? { codeDescription: { href: ruleUrl(rule) } } : {}),
    source: 'kubewho',
    message: finding.message,
    ...(client.tags && finding.rule === 'unused-suppression' ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(client.related && finding.related.length > 0
      ? { relatedInformation: finding.related.map((one) => ({ location: { uri: project.uri(one.file), range: project.range(one.file, one.span) }, message: one.message })) }
      : {}),
    ...(client.diagnosticData ? { data: { fingerprint: finding.fingerprint } satisfies DiagnosticData } : {}),
  };
}
