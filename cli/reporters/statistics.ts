import type { ReportFinding } from '../report.ts';

/** Findings by rule, most first, with how many of them a safe or an unsafe fix clears. */
export function statisticsTable(findings: readonly ReportFinding[]): string {
  const rows = new Map<string, { count: number; safe: number; unsafe: number }>();
  for (const { rule, fixes } of findings) {
    const row = rows.get(rule) ?? { count: 0, safe: 0, unsafe: 0 };
    const applicable = fixes.filter((fix) => !fix.choice);
    row.count++;
    if (applicable.some((fix) => fix.safe)) row.safe++;
    else if (applicable.length > 0) row.unsafe++;
    rows.set(rule, row);
  }
  const sorted = [...rows].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  const width = Math.max(4, ...sorted.map(([rule]) => rule.length));
  const line = (rule: string, ...cells: readonly (string | number)[]): string => `${rule.padEnd(width)}${cells.map((cell) => String(cell).padStart(10)).join('')}\n`;
  return line('rule', 'findings', '--fix', '--fix=all') + sorted.map(([rule, { count, safe, unsafe }]) => line(rule, count, safe, safe + unsafe)).join('');
}
