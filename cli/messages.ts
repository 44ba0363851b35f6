import { relativeTo } from '../sources/path.ts';
import type { LoadProblem } from '../sources/tree.ts';
import { visible } from './display.ts';
import type { ReportSkip } from './report.ts';

/** What to do about a document that was not linted; the detail of a syntax fault says it itself. */
const advice: Readonly<Record<Exclude<ReportSkip['reason'], 'syntax'>, string>> = {
  encoding: 'save the file as UTF-8',
  size: 'split the file',
  depth: 'no manifest is nested this deep',
  aliases: 'write out what the aliases repeat',
  unreadable: 'see to its permissions',
  template: '`helm template CHART` says more',
  'conflict-markers': 'resolve the merge conflict',
};

/** A line on standard error about a document that was skipped. */
export function skipLine({ file, line, document, reason, detail }: ReportSkip): string {
  const where = line !== null ? `:${line}` : document !== null ? `, document ${document}` : '';
  const todo = reason === 'syntax' ? '' : advice[reason];
  const told = detail.includes(todo) ? '' : `; ${todo}`;
  return `kubewho: ${visible(file)}${where}: skipped (${reason}): ${visible(detail)}${told}\n`;
}

/** A line on standard error about a PATH that is not there or a fault in kubewho.yaml. */
export function problemLine({ file, line, column, message }: LoadProblem, cwd: string): string {
  const where = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  return `kubewho: ${visible(relativeTo(cwd, file) || '.')}${where}: ${visible(message)}\n`;
}
