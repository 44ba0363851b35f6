import { visible } from '../display.ts';
import type { Reporter } from './reporter.ts';
import { statisticsTable } from './statistics.ts';

/** One line a finding: `file:line:column: severity rule message`, as editors and grep read it. */
export const compact: Reporter = ({ findings }, { statistics }) => {
  const lines = findings.map(({ file, range: { start }, severity, rule, message }) => `${visible(file)}:${start.line}:${start.column}: ${severity} ${rule} ${visible(message)}\n`);
  return lines.join('') + (statistics ? statisticsTable(findings) : '');
};
