import { relativeTo } from '../sources/path.ts';
import type { LoadProblem } from '../sources/tree.ts';
import { visible } from './display.ts';
import type { ReportSkip } from './report.ts';

/** What to do about a document that was not linted; the details of syntax faults, of what is missing and of builds say it themselves. */
const advice: Readonly<Record<Exclude<ReportSkip['reason'], 'syntax' | 'missing' | 'builds'>, string>> = {
  encoding: 'save the file as UTF-8',
  size: 'split the file',
  depth: 'no manifest is nested this deep',
  aliases: 'write out what the aliases repeat',
  unreadable: 'see to its permissions',
  template: '`helm template CHART` says more',
  'conflict-markers': 'resolve the merge conflict',
};

/** What to do about a skip; of an archive that can be opened and not unpacked, permissions are not the fault. */
function adviceFor({ file, reason, detail }: ReportSkip): string {
  if (reason === 'syntax' || reason === 'missing' || reason === 'builds' || detail.startsWith('an archive ') || detail.endsWith('; rename it')) return '';
  const isArchive = reason === 'unreadable' && file.endsWith('.tgz') && detail !== 'permission denied';
  return isArchive ? 'unpack it under charts/, or run `helm dependency build`' : advice[reason];
}

/** A line on standard error about a document that was skipped. */
export function skipLine(skip: ReportSkip): string {
  const { file, line, document, reason, detail } = skip;
  const where = line !== null ? `:${line}` : document !== null ? `, document ${document}` : '';
  const todo = adviceFor(skip);
  const told = detail.includes(todo) ? '' : `; ${todo}`;
  return `kubewho: ${visible(file)}${where}: skipped (${reason}): ${visible(detail)}${told}\n`;
}

/** A line on standard error about a PATH that is not there or a fault in kubewho.yaml. */
export function problemLine({ file, line, column, message }: LoadProblem, cwd: string): string {
  const where = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  return `kubewho: ${visible(relativeTo(cwd, file) || '.')}${where}: ${visible(message)}\n`;
}
