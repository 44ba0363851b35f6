import type { Flag } from './args.ts';
import type { Command } from './commands/index.ts';

const width = 100;

/** `kubewho --help`. */
export function programHelp(commands: readonly Command[]): string {
  const column = Math.max(...commands.map(({ name, operands }) => `${name} ${operands}`.length)) + 4;
  return [
    'kubewho: who, not where. Finds identity problems in Kubernetes YAML, Helm charts and Kustomize overlays.',
    '',
    'Usage: kubewho COMMAND [flags]',
    '',
    'Commands:',
    ...commands.map(({ name, operands, summary }) => `  ${`${name} ${operands}`.padEnd(column)}${summary}`),
    '',
    'kubewho COMMAND --help says more about a command; kubewho --version prints the version.',
    '',
  ].join('\n');
}

/** `kubewho COMMAND --help`. */
export function commandHelp({ name, operands, summary, flags, notes }: Command): string {
  const all: readonly Flag[] = [...flags, { name: 'help', help: 'show this' }];
  const column = Math.max(...all.map((flag) => label(flag).length)) + 4;
  return [
    `kubewho ${name}: ${summary}`,
    '',
    `Usage: ${['kubewho', name, operands, '[flags]'].filter((part) => part !== '').join(' ')}`,
    '',
    'Flags:',
    ...all.flatMap((flag) => wrapped(describe(flag), column, `  ${label(flag)}`)),
    '',
    ...(notes ?? []).flatMap((note) => [...wrapped(note, 0, ''), '']),
  ].join('\n');
}

function label({ name, short, value, bare, rest }: Flag): string {
  const names = short === undefined ? `--${name}` : `${short}, --${name}`;
  if (value === undefined) return names;
  return bare === undefined ? `${names} ${value}${rest ? '…' : ''}` : `${names}[=${value}]`;
}

function describe({ help, choices, default: preset, repeatable, later }: Flag): string {
  const details = [choices ? choices.join(', ') : '', preset === undefined ? '' : `default: ${preset}`, repeatable ? 'may be repeated' : '', later === true ? 'not in this version' : later ? `${later}: not in this version` : ''].filter((part) => part !== '');
  return details.length === 0 ? help : `${help} (${details.join('; ')})`;
}

/** Words in lines of a width, indented, the first line behind a label. */
function wrapped(text: string, indent: number, first: string): string[] {
  const lines: string[] = [];
  let line = first.padEnd(indent);
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
