import type { ReportFinding } from '../report.ts';
import type { Reporter } from './reporter.ts';
import { attributes, escapeMarkup } from './markup.ts';

/** JUnit XML: one suite a file, one failed case a finding. A clean run is one case that passed, for some CI servers refuse an empty report. */
export const junit: Reporter = ({ findings, summary }) => {
  const seconds = (summary.durationMs / 1000).toFixed(3);
  const suites = [...new Set(findings.map((finding) => finding.file))].map((name) => {
    const cases = findings.filter((finding) => finding.file === name);
    return `  <testsuite${attributes({ name, tests: cases.length, failures: cases.length, errors: 0 })}>\n${cases.map(testCase).join('')}  </testsuite>\n`;
  });
  if (suites.length === 0) suites.push(`  <testsuite${attributes({ name: 'kubewho', tests: 1, failures: 0, errors: 0 })}>\n    <testcase${attributes({ name: 'no findings', classname: 'kubewho' })}/>\n  </testsuite>\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: 'kubewho', tests: Math.max(findings.length, 1), failures: findings.length, errors: 0, time: seconds })}>\n${suites.join('')}</testsuites>\n`;
};

function testCase({ rule, resource, file, range: { start }, severity, message }: ReportFinding): string {
  const object = [resource.kind, resource.namespace, resource.name].filter((part) => part !== null).join('/');
  const text = escapeMarkup(`${file}:${start.line}:${start.column}: ${message}`);
  return `    <testcase${attributes({ name: `${rule} ${object}`, classname: file, file, line: start.line })}>\n      <failure${attributes({ type: severity, message })}>${text}</failure>\n    </testcase>\n`;
}
