import picomatch from 'picomatch';

/**
 * A test for workspace-relative paths by the patterns of kubewho.yaml. A pattern that names a folder means everything
 * below it, so that `clusters/prod` and `clusters/prod/**` say the same.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.map(normalisePattern).flatMap((pattern) => (pattern === '' ? ['**'] : [pattern, `${pattern}/**`]));
  // Paths have `/` on every system, so the matcher must not ask which one it runs on.
  return globs.length === 0 ? () => false : picomatch(globs, { dot: true, windows: false });
}

/** The folder or file that a pattern starts from: everything it can match lies there. "" is the workspace. */
export function patternBase(pattern: string): string {
  const { base, isGlob } = picomatch.scan(normalisePattern(pattern));
  return isGlob ? base : normalisePattern(pattern);
}

/** Whether a pattern names one file or folder rather than many. */
export function isLiteral(pattern: string): boolean {
  return !picomatch.scan(normalisePattern(pattern)).isGlob;
}

function normalisePattern(pattern: string): string {
  return pattern.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '').replace(/^\.$/, '');
}
