import type { Reporter } from './reporter.ts';

const severities = { error: 'critical', warning: 'minor', info: 'info' } as const;

/** GitLab's Code Quality report (docs.gitlab.com, "Code Quality report format"): it tells findings apart by their fingerprint. */
export const gitlab: Reporter = ({ findings }) => `${JSON.stringify(findings.map(({ message, rule, fingerprint, severity, file, range }) => ({
  description: message,
  check_name: rule,
  fingerprint,
  severity: severities[severity],
  location: { path: file, lines: { begin: range.start.line, end: range.end.line } },
})), null, 2)}\n`;
