import { matches, regex } from './regex.ts';

/**
 * What `.Files.Glob` matches with (github.com/gobwas/glob, `/` as separator): `*` and `?` within a step of a path, `**` over
 * steps, `[abc]`, `[!a-c]`, `{one,other}`. Undefined for what is no pattern. A path may be more than can be tried: then it
 * throws a RangeError.
 */
export function pathPattern(pattern: string): ((path: string) => boolean) | undefined {
  let source = '';
  let open = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') {
      const over = pattern[i + 1] === '*';
      while (pattern[i + 1] === '*') i++;
      source += over ? '.*' : '[^/]*';
    } else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const list = /^\[(!?)((?:[^\]\\[-]-[^\]\\[-])|[^\]\\[-]+)\]/.exec(pattern.slice(i));
      if (!list) return undefined;
      source += `[${list[1] ? '^' : ''}${list[2]!.replace(/\^/g, '\\^')}]`;
      i += list[0].length - 1;
    } else if (char === '{') {
      source += '(?:';
      open++;
    } else if (char === '}' && open > 0) {
      source += ')';
      open--;
    } else if (char === ',' && open > 0) source += '|';
    else {
      const literal = char === '\\' ? pattern[++i] : char;
      if (literal === undefined) return undefined;
      source += literal.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
    }
  }
  if (open > 0) return undefined;
  return (path) => {
    // A character of several bytes is not always one to it.
    if (/[?[]/.test(pattern) && /[^\x00-\x7f]/.test(path + pattern)) throw new RangeError('not told for these characters');
    return matches(regex(`(?s)^${source}$`), path);
  };
}
