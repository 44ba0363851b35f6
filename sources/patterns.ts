import { compileGlob, matchesGlob } from './glob.ts';

/** Alternatives that the braces of one pattern may make: more than anybody writes. */
const maxAlternatives = 100;

/**
 * A test for workspace-relative paths by the patterns of kubewho.yaml (`*`, `**`, `?`, `[a-z]`, `{a,b}`, `!` before one
 * that takes paths out again). A pattern that names a folder means everything below it, so that `clusters/prod` and
 * `clusters/prod/**` say the same.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).flatMap(matchersOf);
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).flatMap((pattern) => matchersOf(pattern.slice(1)));
  return (path) => {
    const steps = path.split('/');
    return wanted.some((matches) => matches(steps)) && !unwanted.some((matches) => matches(steps));
  };
}

function matchersOf(pattern: string): ((steps: readonly string[]) => boolean)[] {
  return expandBraces(normalise(pattern)).map((one) => {
    if (one === '') return (steps) => steps[0] !== '..';
    const glob = compileGlob(one);
    const ups = upsOf(one.split('/'));
    // No wildcard stands for the way out of the workspace.
    return (steps) => upsOf(steps) === ups && steps.some((_, i) => i >= ups && matchesGlob(glob, steps.slice(0, i + 1)));
  });
}

function upsOf(steps: readonly string[]): number {
  let ups = 0;
  while (steps[ups] === '..') ups++;
  return ups;
}

/** The folder or file that a pattern starts from: everything it can match lies there. "" is the workspace. */
export function patternBase(pattern: string): string {
  const steps = normalise(pattern).split('/');
  const wild = steps.findIndex((step) => /[*?[\\{]/.test(step));
  return (wild < 0 ? steps : steps.slice(0, wild)).join('/');
}

/** Whether a pattern names one file or folder rather than many. */
export function isLiteral(pattern: string): boolean {
  return patternBase(pattern) === normalise(pattern);
}

function normalise(pattern: string): string {
  return pattern.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '').replace(/^\.$/, '');
}

/** `a/{b,c}` → `a/b`, `a/c`. Braces without a comma, or that are not closed, stand for themselves. */
function expandBraces(pattern: string): string[] {
  let patterns = [pattern];
  for (;;) {
    const next = patterns.flatMap((one) => {
      const match = /\{([^{}]*,[^{}]*)\}/.exec(one);
      return match ? match[1]!.split(',').map((part) => one.slice(0, match.index) + part + one.slice(match.index + match[0].length)) : [one];
    });
    if (next.length === patterns.length || next.length > maxAlternatives) return patterns;
    patterns = next;
  }
}
