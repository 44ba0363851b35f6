import type { Reporter } from './reporter.ts';

const levels = { error: 'error', warning: 'warning', info: 'notice' } as const;

/**
 * Workflow commands that GitHub shows as annotations (docs.github.com, "Workflow commands for GitHub Actions"). GitHub
 * shows ten of each level a step: the gravest come first.
 */
export const github: Reporter = ({ findings }) => {
  const order = ['error', 'warning', 'info'];
  return [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity)).map(({ severity, file, range: { start, end }, rule, message }) => {
    // GitHub takes columns only where both are on one line.
    const columns = start.line === end.line ? `,col=${start.column},endColumn=${end.column}` : '';
    return `::${levels[severity]} file=${property(file)},line=${start.line},endLine=${end.line}${columns},title=${property(rule)}::${data(message)}\n`;
  }).join('');
};

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
