/**
 * A number that Go does not hold as an `int`: a `float64`, as all numbers of values files are to Helm, or an `int64`, as
 * Sprig's arithmetic gives them. A plain number is an `int`. The kinds are not equal to each other, and print differently.
 */
export class GoNumber {
  constructor(readonly type: 'float64' | 'int64' | 'uint64', readonly value: number) {}

  /** As fmt prints it (%v). */
  toString(): string {
    return this.type === 'float64' ? shortest(this.value) : String(this.value);
  }
}

export function float64(value: number): GoNumber {
  return new GoNumber('float64', value);
}

/** @throws RangeError for what JavaScript does not hold exactly */
export function int64(value: number): GoNumber {
  return new GoNumber('int64', exact(value));
}

/** @throws RangeError for what JavaScript does not hold exactly */
export function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('not exact');
  return value === 0 ? 0 : value;
}

/** The shortest digits that tell a float64 from its neighbours, with an exponent from a million on and below 0.0001 (strconv.FormatFloat, 'g', -1). */
export function shortest(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits, power] = value.toExponential().split('e') as [string, string];
  const exponent = Number(power);
  return exponent < -4 || exponent >= 6 ? scientific(digits, exponent) : String(value);
}

function scientific(digits: string, exponent: number): string {
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

const goInteger = /^([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|(0|[1-9](?:_?[0-9])*))$/;

/** strconv.ParseInt with base 0; undefined where that fails. @throws RangeError for what JavaScript does not hold exactly */
export function parseInteger(text: string): number | undefined {
  const match = goInteger.exec(text);
  if (!match) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const digits = (hex ?? binary ?? octal ?? decimal)!.replaceAll('_', '');
  const value = parseInt(digits, hex !== undefined ? 16 : binary !== undefined ? 2 : octal !== undefined ? 8 : 10);
  return exact(sign === '-' ? -value : value);
}
