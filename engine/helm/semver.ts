/*
 * Ranges of versions as `semverCompare` reads them: github.com/Masterminds/semver v3 (constraints.go, version.go), function
 * by function.
 */

interface Version {
  readonly parts: readonly [number, number, number];
  readonly pre: string;
  readonly metadata: string;
}

interface Constraint {
  readonly operator: string;
  readonly bound: Version;
  /** How many of its three parts are written as numbers. */
  readonly given: 0 | 1 | 2 | 3;
}

const versionShape = /^v?(0|[1-9]\d*|\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const constraintShape = /^(=|!=|>|<|>=|=>|<=|=<|~|~>|\^)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** Whether a version lies in a range. @throws TypeError where one of them is none */
export function satisfies(version: string, range: string): boolean {
  const subject = parseVersion(version);
  const alternatives = range.split('||').map((one) => one.replace(/(\S+)\s+-\s+(\S+)/g, '>= $1, <= $2').replace(/([<>=!~^])\s+/g, '$1').trim().split(/\s*,\s*|\s+/).map(constraint));
  return alternatives.some((all) => all.every((one) => holds(subject, one)));
}

/** The parts of a version. @throws TypeError where it is none */
export function parseVersion(text: string): Version {
  const match = versionShape.exec(text);
  if (!match) throw new TypeError(`not a version: ${text}`);
  return { parts: [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)], pre: match[4] ?? '', metadata: match[5] ?? '' };
}

function constraint(text: string): Constraint {
  const match = constraintShape.exec(text);
  if (!match) throw new TypeError(`not a range of versions: ${text}`);
  const [, operator = '', major, minor, patch, pre = ''] = match;
  const isNumber = (part: string | undefined): boolean => part !== undefined && /^\d/.test(part);
  const given = !isNumber(major) ? 0 : !isNumber(minor) ? 1 : !isNumber(patch) ? 2 : 3;
  const part = (one: string | undefined, position: number): number => (position < given ? Number(one) : 0);
  return { operator, bound: { parts: [part(major, 0), part(minor, 1), part(patch, 2)], pre, metadata: '' }, given };
}

function holds(version: Version, { operator, bound, given }: Constraint): boolean {
  const isEqual = (part: 0 | 1 | 2): boolean => version.parts[part] === bound.parts[part];
  const order = compare(version, bound);
  // Without a pre-release in the range, versions that have one are left out.
  const isLeftOut = version.pre !== '' && bound.pre === '';
  if (operator === '!=') {
    if (given === 3) return isLeftOut ? unsure() : order !== 0;
    if (isLeftOut) return false;
    // Of a range without any number, no major version but 0 is the same.
    if (!isEqual(0)) return true;
    if (given === 0) return !isEqual(1) || !isEqual(2) || order !== 0;
    if (given === 1) return false;
    return !isEqual(1) || (version.pre !== '' || bound.pre !== '' ? comparePre(version.pre, bound.pre) !== 0 : false);
  }
  if (isLeftOut) return false;
  switch (operator) {
    case '>': {
      if (given === 3 || given === 0) return order > 0;
      if (!isEqual(0)) return version.parts[0] > bound.parts[0];
      return given === 2 && version.parts[1] > bound.parts[1];
    }
    case '<': return order < 0;
    case '>=': case '=>': return order >= 0;
    case '<=': case '=<': {
      if (given === 3) return order <= 0;
      return version.parts[0] < bound.parts[0] || (isEqual(0) && (given === 1 || version.parts[1] <= bound.parts[1]));
    }
    case '~': case '~>': return tilde(version, bound, given);
    case '^': return caret(version, bound, given);
    default: return given === 3 ? order === 0 : tilde(version, bound, given);
  }
}

/** Versions of the library differ here. */
function unsure(): never {
  throw new TypeError('told differently by different versions of Helm');
}

function tilde(version: Version, bound: Version, given: number): boolean {
  if (compare(version, bound) < 0) return false;
  // `~0.0.0`, and a range without any number, take all.
  if (bound.parts.every((part) => part === 0) && (given === 0 || given === 3)) return true;
  return version.parts[0] === bound.parts[0] && (given === 1 || version.parts[1] === bound.parts[1]);
}

function caret(version: Version, bound: Version, given: number): boolean {
  if (compare(version, bound) < 0) return false;
  if (version.parts[0] !== bound.parts[0]) return false;
  if (bound.parts[0] > 0 || given === 1) return true;
  if (version.parts[1] !== bound.parts[1]) return false;
  return bound.parts[1] > 0 || given === 2 || version.parts[2] === bound.parts[2];
}

function compare(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) if (a.parts[i] !== b.parts[i]) return a.parts[i] - b.parts[i];
  return comparePre(a.pre, b.pre);
}

/** Part by part; numbers come before words, and are compared as numbers (semver.org, 11). */
function comparePre(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [one, other] = [left[i], right[i]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    if (one === other) continue;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (isNumber && isOtherNumber) return Number(one) - Number(other);
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return 0;
}
