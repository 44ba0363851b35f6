import { UsageError, type Arguments } from '../args.ts';
import { exitCode, type Io } from '../io.ts';

/**
 * `kubewho lsp --stdio`: the language server, which lives in a bundle of its own so that other commands do
 * not load it. It takes its transport from the arguments and ends the process when its client does.
 */
export async function lsp(args: Arguments, _io: Io): Promise<number> {
  if (!args.has('stdio')) throw new UsageError('lsp speaks over standard input and output only: kubewho lsp --stdio');
  if (args.operands.length > 0) throw new UsageError(`lsp takes no operand: ${args.operands[0]}`);
  await import('../../server/main.ts');
  return exitCode.ok;
}
