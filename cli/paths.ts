import { resolvePath } from '../sources/path.ts';

/** A path as the user wrote it, absolute, with `/` and without `.` and `..`; a drive letter in the current folder makes `\\` a separator. */
export function resolveFrom(cwd: string, written: string): string {
  const path = /^[A-Za-z]:/.test(cwd) ? written.replace(/\\/g, '/') : written;
  if (path.startsWith('/')) return resolvePath('/', path);
  return /^[A-Za-z]:\//.test(path) ? resolvePath('', path) : resolvePath(cwd, path);
}
