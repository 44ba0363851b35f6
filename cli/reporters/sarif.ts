import type { Rule } from '../../engine/lint/rule.ts';
import type { Report, ReportEdit, ReportFinding, ReportRange } from '../report.ts';
import { ruleUrl } from '../../rules/url.ts';
import type { Reporter } from './reporter.ts';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;
const precisions = { high: 'high', medium: 'medium', low: 'low' } as const;

/** SARIF 2.1.0 (OASIS), as GitHub's code scanning and editors read it. Suppressed findings are in it, and say so. */
export const sarif: Reporter = (report) => {
  const index = new Map(report.rules.map((rule, i) => [rule.id, i]));
  const suppressed = new Map(report.suppressed.map((finding) => [finding as ReportFinding, finding.reason]));
  const results = [...report.findings, ...report.suppressed].map((finding) => resultOf(finding, index.get(finding.rule), suppressed.has(finding) ? [{ kind: 'inSource', ...(suppressed.get(finding) ? { justification: suppressed.get(finding) } : {}) }] : []));
  return `${JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'kubewho', version: report.tool.version, semanticVersion: report.tool.version, informationUri: 'https://github.com/kubewho/kubewho', rules: report.rules.map(ruleOf) } },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The folder that kubewho was started in.' } } },
      invocations: [{ executionSuccessful: true, toolExecutionNotifications: notificationsOf(report) }],
      results,
    }],
  }, null, 2)}\n`;
};

function ruleOf(rule: Rule): Record<string, unknown> {
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    helpUri: ruleUrl(rule),
    help: { text: `${rule.title}. See ${ruleUrl(rule)}` },
    defaultConfiguration: { level: levels[rule.severity] },
    properties: { tags: ['security', rule.family, ...rule.frameworks], precision: precisions[rule.confidence ?? 'high'] },
  };
}

function resultOf(finding: ReportFinding, ruleIndex: number | undefined, suppressions: readonly unknown[]): Record<string, unknown> {
  const { resource, fixes } = finding;
  const edited = fixes.filter((fix) => fix.edits !== null && fix.edits.length > 0);
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [{
      physicalLocation: physical(finding.file, finding.range),
      logicalLocations: [{ fullyQualifiedName: [resource.kind, resource.namespace, resource.name].filter((part) => part !== null).join('/'), kind: 'resource', ...(resource.name === null ? {} : { name: resource.name }) }],
    }],
    ...(finding.related.length === 0 ? {} : { relatedLocations: finding.related.map(({ file, range, message }, id) => ({ id, physicalLocation: physical(file, range), message: { text: message } })) }),
    partialFingerprints: { 'kubewho/v1': finding.fingerprint },
    suppressions,
    ...(edited.length === 0 ? {} : { fixes: edited.map((fix) => ({ description: { text: fix.title }, artifactChanges: changesOf(fix.edits!) })) }),
    properties: { messageId: finding.messageId, confidence: finding.confidence, persona: finding.persona, tier: finding.tier, mapping: finding.mapping, instances: finding.instances, group: finding.group },
  };
}

function changesOf(edits: readonly ReportEdit[]): unknown[] {
  return [...new Set(edits.map((edit) => edit.file))].map((file) => ({
    artifactLocation: artifact(file),
    replacements: edits.filter((edit) => edit.file === file).map(({ range, newText }) => ({ deletedRegion: region(range), insertedContent: { text: newText } })),
  }));
}

/** Documents that could not be read, so that a consumer sees that the run did not see everything. */
function notificationsOf({ skipped }: Report): unknown[] {
  return skipped.map(({ file, line, reason, detail }) => ({
    level: 'warning',
    descriptor: { id: reason },
    message: { text: detail },
    locations: [{ physicalLocation: { artifactLocation: artifact(file), ...(line === null ? {} : { region: { startLine: line } }) } }],
  }));
}

function physical(file: string, range: ReportRange): Record<string, unknown> {
  return { artifactLocation: artifact(file), region: region(range) };
}

function artifact(file: string): Record<string, unknown> {
  return { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function region({ start, end }: ReportRange): Record<string, unknown> {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column, charOffset: start.offset, charLength: end.offset - start.offset };
}
