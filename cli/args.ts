import { didYouMean } from '../engine/lint/suggest.ts';

/** A flag as data: parsing, `--help` and the tests read the same table. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** One dash and one letter, for the few that every tool has. */
  readonly short?: string;
  /** What stands for the value in `--help`; a flag without one is a switch. */
  readonly value?: string;
  /** The value of the bare flag: it then takes one only after `=`, and never swallows the next argument. */
  readonly bare?: string;
  readonly choices?: readonly string[];
  /** May be given more than once; all values are kept in order. */
  readonly repeatable?: boolean;
  /** Takes every argument up to the next flag, so that a shell may spell out `*`. */
  readonly rest?: boolean;
  /** Values are comma separated; giving it again adds. */
  readonly list?: boolean;
  /** What holds without the flag, for `--help`. */
  readonly default?: string;
  /** Part of the contract, but not in this version yet: the flag, or one of its values. */
  readonly later?: true | string;
  readonly help: string;
}

/** A flag as given on the command line. */
export interface Given {
  readonly name: string;
  readonly value: string;
}

/** Arguments after parsing: all flags in the order given, and what is not a flag. */
export class Arguments {
  constructor(readonly given: readonly Given[], readonly operands: readonly string[]) {}

  /** Whether a flag was given. */
  has(name: string): boolean {
    return this.given.some((one) => one.name === name);
  }

  /** The last value given for a flag. */
  value(name: string): string | undefined {
    return this.given.filter((one) => one.name === name).at(-1)?.value;
  }

  /** All values given for a flag that repeats, each as it was written. */
  all(name: string): string[] {
    return this.given.filter((one) => one.name === name).map((one) => one.value);
  }

  /** All values given for a flag that repeats or holds a comma separated list. */
  values(name: string): string[] {
    return this.given.filter((one) => one.name === name).flatMap(({ value }) => value.split(',')).map((one) => one.trim()).filter((one) => one !== '');
  }
}

/** What the user got wrong, as a sentence for standard error; the exit code is 2. */
export class UsageError extends Error {}

/** Reads arguments by a table of flags. Throws a UsageError that names the flag and, where one is near, what was meant. */
export function parseArguments(flags: readonly Flag[], argv: readonly string[]): Arguments {
  const given: Given[] = [];
  const operands: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') {
      operands.push(...argv.slice(i + 1));
      break;
    }
    if (argument === '-' || !argument.startsWith('-')) {
      operands.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument : argument.slice(0, equals);
    const flag = flags.find((one) => name === `--${one.name}` || name === one.short);
    if (!flag) throw new UsageError(`unknown flag ${name}${didYouMean(name, flags.map((one) => `--${one.name}`))}`);
    const attached = equals < 0 ? undefined : argument.slice(equals + 1);
    const takesNext = flag.value !== undefined && flag.bare === undefined && attached === undefined;
    if (takesNext && !isValue(argv[i + 1])) throw new UsageError(`${name} needs a value: ${name} ${flag.value}`);
    given.push({ name: flag.name, value: checked(flag, takesNext ? argv[++i]! : attached) });
    while (flag.rest && attached === undefined && isValue(argv[i + 1])) given.push({ name: flag.name, value: checked(flag, argv[++i]!) });
  }
  return new Arguments(given, operands);
}

/** A flag where a value should be is a value forgotten. */
function isValue(argument: string | undefined): boolean {
  return argument !== undefined && (argument === '-' || !argument.startsWith('-'));
}

function checked(flag: Flag, value: string | undefined): string {
  if (flag.later === true || (flag.later !== undefined && flag.later === value)) throw new UsageError(`--${flag.name}${flag.later === true ? '' : ` ${value}`} is not available in this version`);
  if (flag.value === undefined) {
    if (value !== undefined) throw new UsageError(`--${flag.name} takes no value`);
    return '';
  }
  if (value === undefined) return flag.bare ?? '';
  if (value === '') throw new UsageError(`--${flag.name} needs a value: --${flag.name}=${flag.value}`);
  if (flag.choices && !flag.choices.includes(value)) throw new UsageError(`--${flag.name} ${value}: not one of ${flag.choices.join(', ')}${didYouMean(value, flag.choices)}`);
  return value;
}
