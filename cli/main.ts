import { parseArguments, UsageError } from './args.ts';
import { commands, laterCommands } from './commands/index.ts';
import { commandHelp, programHelp } from './help.ts';
import { exitCode, type Io } from './io.ts';
import { didYouMean } from '../engine/lint/suggest.ts';
import { version } from './version.ts';

/** Runs the command line and returns the exit code. What the user got wrong is one line on standard error. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err.write(`kubewho: ${error.message}\n`);
    return exitCode.usage;
  }
}

async function dispatch([name, ...rest]: readonly string[], io: Io): Promise<number> {
  if (name === undefined) throw new UsageError(`no command given: ${commands.map((command) => command.name).join(', ')}; kubewho --help says more`);
  if (name === '--version') {
    io.out.write(`${version}\n`);
    return exitCode.ok;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    io.out.write(programHelp(commands));
    return exitCode.ok;
  }
  const wanted = name === 'help' ? rest[0]! : name;
  const command = commands.find((one) => one.name === wanted);
  if (!command) throw new UsageError(laterCommands.includes(wanted) ? `${wanted} is not available in this version` : `unknown command ${wanted}${didYouMean(wanted, commands.map((one) => one.name))}`);
  if (name === 'help' || asksForHelp(rest)) {
    io.out.write(commandHelp(command));
    return exitCode.ok;
  }
  return command.run(parseArguments(command.flags, rest), io);
}

/** `--help` among the flags, whatever else is wrong with them. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((argument) => argument === '--help' || argument === '-h');
}
