/**
 * Path patterns: `*` and `?` within a step, `[a-z]`, `**` for any number of steps, `\` before a character that is meant
 * as such. They come with the repository that is linted, so matching never takes longer than the product of the two
 * lengths at each of two levels (steps, characters); regular expressions made from patterns such as `*a*a*a*b` or
 * several `**` take exponential time.
 */
export type Glob = readonly Step[];

type Step = typeof anySteps | readonly Piece[];
const anySteps = Symbol('**');
const anyText = Symbol('*');
/** What one character may be. */
type Piece = typeof anyText | ((char: string) => boolean);

/** Reads a pattern. One that ends in `/**` means what lies below, not the folder itself. */
export function compileGlob(pattern: string): Glob {
  const steps = pattern.split('/').map((step): Step => (step === '**' ? anySteps : compileStep(step)));
  return steps.length > 1 && steps[steps.length - 1] === anySteps ? [...steps, [anyText]] : steps;
}

/** Whether the pattern is the whole of a path, given as its steps. */
export function matchesGlob(glob: Glob, steps: readonly string[]): boolean {
  return matchSequence(glob, steps, anySteps, (step, text) => matchSequence(step, text, anyText, (piece, char) => piece(char)));
}

/**
 * Matches items one by one, a wildcard any number of them. When it does not go on, the last wildcard takes one more:
 * what an earlier one could take instead, the last could have as well.
 */
function matchSequence<P, W extends P, I>(pattern: readonly P[], items: ArrayLike<I>, wildcard: W, matches: (piece: Exclude<P, W>, item: I) => boolean): boolean {
  let p = 0;
  let i = 0;
  let last: { p: number; i: number } | undefined;
  while (i < items.length) {
    if (p < pattern.length && pattern[p] === wildcard) {
      last = { p: p++, i };
    } else if (p < pattern.length && matches(pattern[p] as Exclude<P, W>, items[i]!)) {
      p++;
      i++;
    } else if (last) {
      p = last.p + 1;
      i = ++last.i;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern[p] === wildcard) p++;
  return p === pattern.length;
}

function compileStep(step: string): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < step.length; i++) {
    const char = step[i]!;
    if (char === '*') {
      if (pieces[pieces.length - 1] !== anyText) pieces.push(anyText);
    } else if (char === '?') {
      pieces.push(() => true);
    } else if (char === '[') {
      const set = readSet(step, i);
      // A bracket that is not closed, or a class that does not exist: git matches nothing.
      if (!set) return [() => false];
      pieces.push(set.matches);
      i = set.end;
    } else if (char === '\\') {
      const meant = step[++i];
      pieces.push((one) => one === meant);
    } else {
      pieces.push((one) => one === char);
    }
  }
  return pieces;
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/, alpha: /[A-Za-z]/, blank: /[ \t]/, cntrl: /[\x00-\x1f\x7f]/, digit: /[0-9]/, graph: /[!-~]/, lower: /[a-z]/, print: /[ -~]/, punct: /[!-/:-@[-`{-~]/, space: /[ \t\n\r]/, upper: /[A-Z]/, xdigit: /[0-9A-Fa-f]/,
};

/** Reads `[…]` from its bracket on, as git's wildmatch.c does; `end` is the closing bracket. */
function readSet(step: string, start: number): { matches: (char: string) => boolean; end: number } | undefined {
  let i = start + 1;
  const negated = step[i] === '!' || step[i] === '^';
  if (negated) i++;
  const members: ((char: string) => boolean)[] = [];
  for (let first = true; i < step.length; first = false) {
    if (step[i] === ']' && !first) return { matches: (char) => members.some((member) => member(char)) !== negated, end: i };
    const named = /^\[:([a-z]*):\]/.exec(step.slice(i, i + 12));
    if (named) {
      const known = Object.hasOwn(classes, named[1]!) ? classes[named[1]!]! : undefined;
      if (!known) return undefined;
      members.push((char) => known.test(char));
      i += named[0].length;
      continue;
    }
    if (step[i] === '\\') i++;
    const low = step[i++];
    if (low === undefined) return undefined;
    if (step[i] !== '-' || i + 1 >= step.length || step[i + 1] === ']') {
      members.push((char) => char === low);
      continue;
    }
    i++;
    if (step[i] === '\\') i++;
    const high = step[i++];
    if (high === undefined) return undefined;
    members.push((char) => low <= char && char <= high);
  }
  return undefined;
}
