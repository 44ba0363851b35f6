import type { Report } from '../report.ts';

/** `1 file`, `2 files`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** What a run found, in one sentence. */
export function summaryLine({ summary, findings }: Report): string {
  const { bySeverity, fixed, suppressed, baselined, skipped } = summary;
  const read = `${count(summary.files, 'file')} with ${count(summary.resources, 'resource')}`;
  const aside = [
    fixed > 0 ? `${fixed} fixed` : '',
    suppressed > 0 ? `${suppressed} suppressed` : '',
    baselined > 0 ? `${baselined} in the baseline` : '',
    skipped > 0 ? `${count(skipped, 'document')} skipped` : '',
  ].filter((part) => part !== '').map((part) => `; ${part}`).join('');
  if (findings.length === 0) return `No findings in ${read}${aside}`;
  const parts = [bySeverity.error > 0 ? count(bySeverity.error, 'error') : '', bySeverity.warning > 0 ? count(bySeverity.warning, 'warning') : '', bySeverity.info > 0 ? `${bySeverity.info} info` : ''].filter((part) => part !== '');
  return `${count(findings.length, 'finding')} (${parts.join(', ')}) in ${count(new Set(findings.map((finding) => finding.file)).size, 'file')}; read ${read}${aside}`;
}
