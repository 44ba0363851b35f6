import type { Reporter } from './reporter.ts';
import { summaryLine } from './words.ts';

/** A table for a pull request's comment or a job summary. */
export const markdown: Reporter = (report) => {
  const rows = report.findings.map(({ severity, rule, ruleUrl, message, file, range: { start } }) =>
    `| ${severity} | ${ruleUrl ? `[${rule}](${ruleUrl})` : rule} | ${cell(message)} | ${cell(`${file}:${start.line}`)} |\n`);
  const table = rows.length === 0 ? '' : `\n| Severity | Rule | Finding | Place |\n| --- | --- | --- | --- |\n${rows.join('')}`;
  return `## kubewho\n\n${summaryLine(report)}\n${table}`;
};

/** Text in a table's cell: nothing in it is markup. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[&<>]|[\\`*_{}[\]|~@#!]/g, (c) => (/[&<>]/.test(c) ? `&#${c.charCodeAt(0)};` : `\\${c}`));
}
