/*
 * Go's regular expressions (RE2, github.com/google/re2/wiki/Syntax) as JavaScript's, where they mean the same. RE2 takes
 * linear time; JavaScript goes back and tries again, which for some patterns never ends. Those are refused.
 */

/** More attempts at a match than this take longer than anybody waits. */
const mostAttempts = 1e7;
/** A text so short that even a repetition of repetitions comes to an end on it. */
const short = 20;

/**
 * The expression, to be asked about this input.
 * @throws RangeError where the search might not end; SyntaxError where the pattern is none
 */
export function regexFor(input: string, pattern: string, flags = ''): RegExp {
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const source = pattern.slice(inline?.[0].length ?? 0).replaceAll('\\z', '$').replaceAll('\\A', '^').replaceAll('(?P<', '(?<').replace(/\[\[:(\w+):\]\]/g, (_, name: string) => ({ alnum: '[A-Za-z0-9]', alpha: '[A-Za-z]', digit: '[0-9]', space: '\\s' })[name] ?? '.');
  if (attempts(source, input.length) > mostAttempts) throw new RangeError('too many ways to match');
  return new RegExp(source, `${flags}${inline?.[1] ?? ''}`);
}

/** An upper bound of the ways to lay a pattern over a text of a length; from any place in it. */
function attempts(source: string, length: number): number {
  const { repetitions, options, nested } = shapeOf(source);
  if (nested && length > short) return Infinity;
  // Where each repetition ends: as many ways as to choose that many places out of the length, in order.
  let ways = 2 ** options;
  for (let i = 1; i <= repetitions + 1; i++) ways *= (length + i) / i;
  return ways;
}

interface Shape {
  /** Quantifiers that take any number. */
  readonly repetitions: number;
  /** What may be there or not, and alternatives. */
  readonly options: number;
  /** Whether a repeated group holds a choice of its own. */
  readonly nested: boolean;
}

function shapeOf(source: string): Shape {
  let [repetitions, options, nested] = [0, 0, false];
  // Choices in each group that is open.
  const open = [0];
  let closed = 0;
  // Escapes, classes, parentheses, alternatives, quantifiers, anything else.
  for (const [token] of source.matchAll(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?:[:=!]|P?<\w+>))?|\)|\||[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S]/g)) {
    const isQuantifier = /^(?:[*+?]|\{\d)/.test(token);
    if (token.startsWith('(')) open.push(0);
    else if (token === ')') {
      closed = open.length > 1 ? open.pop()! : 0;
      open[open.length - 1]! += closed;
      continue;
    } else if (token === '|' || isQuantifier) {
      open[open.length - 1]!++;
      if (token === '|' || token.startsWith('?')) options++;
      else {
        repetitions++;
        nested ||= closed > 0;
      }
    }
    closed = 0;
  }
  return { repetitions, options, nested };
}
