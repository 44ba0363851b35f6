import type { ReportFinding } from '../report.ts';
import type { Reporter } from './reporter.ts';

/** The report of schemas/report.schema.json: every key always there, in one order, unknown as null. */
export const json: Reporter = ({ tool, summary, findings, skipped }) => `${JSON.stringify({
  schemaVersion: 1,
  tool,
  summary,
  findings: findings.map(jsonFinding),
  skipped: skipped.map(({ file, document, reason, detail }) => ({ file, document, reason, detail })),
}, null, 2)}\n`;

function jsonFinding(finding: ReportFinding): Record<string, unknown> {
  const { rule, messageId, message, severity, confidence, persona, file, document, range, source, tier, mapping, instances, resource, path, related, group, frameworks, ruleUrl, fingerprint, fixes } = finding;
  return {
    rule, messageId, message, severity, confidence, persona, file, document, range, source, tier, mapping, instances,
    resource: { apiVersion: resource.apiVersion, kind: resource.kind, namespace: resource.namespace, name: resource.name },
    path, related, group, frameworks, ruleUrl, fingerprint, fixes,
  };
}
