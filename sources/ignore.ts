import { compileGlob, matchesGlob, type Glob } from './glob.ts';

/** One line of an ignore file. */
interface IgnoreLine {
  readonly glob: Glob;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Whether it speaks of the last step of a path wherever that lies. */
  readonly anywhere: boolean;
}

/** An ignore file in the syntax of .gitignore (git-scm.com/docs/gitignore). */
export type IgnoreFile = readonly IgnoreLine[];

/** Reads an ignore file. */
export function parseIgnoreFile(text: string): IgnoreFile {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/).flatMap((line) => {
    const pattern = withoutTrailingBlanks(line);
    if (pattern === '' || pattern.startsWith('#')) return [];
    const negated = pattern.startsWith('!');
    const whole = negated ? pattern.slice(1) : pattern;
    const foldersOnly = whole.endsWith('/');
    const path = foldersOnly ? whole.slice(0, -1) : whole;
    if (path === '') return [];
    return [{ glob: compileGlob(path.startsWith('/') ? path.slice(1) : path), negated, foldersOnly, anywhere: !path.includes('/') }];
  });
}

/** Blanks at the end of a line do not count, unless a backslash keeps one. */
function withoutTrailingBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ' && !isEscaped(line, end - 1)) end--;
  return line.slice(0, end);
}

function isEscaped(line: string, at: number): boolean {
  let slashes = 0;
  while (line[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

/**
 * What an ignore file says of a path: ignored, taken back, or nothing. The last line that matches decides. It says
 * nothing of what lies in an ignored folder: who asks has not gone in there.
 * @param path counted from the ignore file's folder
 */
export function decide(file: IgnoreFile, path: string, isFolder: boolean): 'ignored' | 'kept' | undefined {
  const steps = path.split('/');
  const name = steps.slice(-1);
  for (let i = file.length - 1; i >= 0; i--) {
    const line = file[i]!;
    if ((isFolder || !line.foldersOnly) && matchesGlob(line.glob, line.anywhere ? name : steps)) return line.negated ? 'kept' : 'ignored';
  }
  return undefined;
}

/** Whether an ignore file leaves out a file, or a folder that it lies in. */
export function leavesOut(file: IgnoreFile, path: string): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (decide(file, path.slice(0, slash), true) === 'ignored') return true;
  }
  return decide(file, path, false) === 'ignored';
}

/** The ignore files of one folder, and through `above` those of the folders that it lies in. Paths are absolute. */
export interface IgnoreRules {
  readonly folder: string;
  /** In the order in which they decide: .kubewhoignore may take back what .gitignore says. */
  readonly files: readonly IgnoreFile[];
  readonly above: IgnoreRules | undefined;
}

/** The ignore files of a folder below what holds above it; the same rules where there are none. */
export function ignoreRules(folder: string, texts: readonly string[], above: IgnoreRules | undefined): IgnoreRules | undefined {
  return texts.length === 0 ? above : { folder, files: texts.map(parseIgnoreFile), above };
}

/**
 * Whether a discovered path is ignored. As in git, the deepest ignore file with a word on it decides, and a folder that
 * is ignored is not entered, so that nothing below it can be taken back.
 * @param path absolute
 */
export function isIgnored(rules: IgnoreRules | undefined, path: string, isFolder: boolean): boolean {
  for (let level = rules; level; level = level.above) {
    const seen = path.slice(level.folder.endsWith('/') ? level.folder.length : level.folder.length + 1);
    for (const file of level.files) {
      const decision = decide(file, seen, isFolder);
      if (decision) return decision === 'ignored';
    }
  }
  return false;
}
