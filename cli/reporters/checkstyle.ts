import type { Reporter } from './reporter.ts';
import { attributes } from './markup.ts';

/** Checkstyle's XML, which many CI servers read: findings by file. */
export const checkstyle: Reporter = ({ findings }) => {
  const files = [...new Set(findings.map((finding) => finding.file))].map((name) => {
    const errors = findings.filter((finding) => finding.file === name).map(({ range: { start }, severity, message, rule }) =>
      `    <error${attributes({ line: start.line, column: start.column, severity, message, source: `kubewho.${rule}` })}/>\n`);
    return `  <file${attributes({ name })}>\n${errors.join('')}  </file>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n${files.join('')}</checkstyle>\n`;
};
