/*
 * Ranges of versions as `semverCompare` reads them (github.com/Masterminds/semver v3): comparisons joined by blanks or
 * commas (and) and `||` (or), `~`, `^`, hyphens and wildcards.
 */

type Version = readonly [number, number, number, string];

/** Whether a version lies in a range. @throws TypeError where one of them is none */
export function satisfies(version: string, range: string): boolean {
  const subject = parse(version);
  return range.split('||').some((alternative) => {
    const spaced = alternative.replace(/([^\s,]+)\s+-\s+([^\s,]+)/g, '>=$1 <=$2').replace(/([<>=!~^]+)\s+/g, '$1');
    return spaced.split(/[\s,]+/).filter(Boolean).every((one) => holds(subject, one));
  });
}

function parse(text: string): Version {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text.trim());
  if (!match) throw new TypeError(`not a version: ${text}`);
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0), match[4] ?? ''];
}

function holds(version: Version, comparison: string): boolean {
  const [, operator = '', rest = ''] = /^([<>=!~^]*)(.*)$/.exec(comparison)!;
  const parts = rest.replace(/^v/, '').split(/[.-]/);
  const loose = parts.slice(0, 3).findIndex((part) => /^[xX*]$/.test(part));
  const given = loose >= 0 ? loose : Math.min(rest.split('-')[0]!.split('.').length, 3);
  if (given === 0) return true;
  const bound = parse(loose >= 0 ? parts.slice(0, loose).join('.') : rest);
  // Without a pre-release in the range, versions that have one are left out.
  if (version[3] !== '' && bound[3] === '') return false;
  const difference = compare(version, bound);
  switch (operator) {
    case '>': return given < 3 ? compare(version, next(bound, given)) >= 0 : difference > 0;
    case '>=': case '=>': return difference >= 0;
    case '<': return difference < 0;
    case '<=': case '=<': return given < 3 ? compare(version, next(bound, given)) < 0 : difference <= 0;
    case '!=': return given < 3 ? !between(version, bound, next(bound, given)) : difference !== 0;
    case '~': case '~>': return between(version, bound, next(bound, Math.min(given, 2)));
    case '^': return between(version, bound, next(bound, bound[0] > 0 || given === 1 ? 1 : bound[1] > 0 || given === 2 ? 2 : 3));
    default: return given < 3 ? between(version, bound, next(bound, given)) : difference === 0;
  }
}

function between(version: Version, from: Version, before: Version): boolean {
  return compare(version, from) >= 0 && compare(version, before) < 0;
}

/** The first version behind those that begin with the given number of parts. */
function next([major, minor, patch]: Version, given: number): Version {
  return given === 1 ? [major + 1, 0, 0, ''] : given === 2 ? [major, minor + 1, 0, ''] : [major, minor, patch + 1, ''];
}

function compare(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) if (a[i] !== b[i]) return a[i] - b[i];
  if (a[3] === b[3]) return 0;
  return a[3] === '' ? 1 : b[3] === '' ? -1 : a[3] < b[3] ? -1 : 1;
}
