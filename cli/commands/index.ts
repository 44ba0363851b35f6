import type { Arguments, Flag } from '../args.ts';
import type { Io } from '../io.ts';
import { lintFlags } from './lint-flags.ts';

/** A command as data; its code is loaded when it runs. */
export interface Command {
  readonly name: string;
  /** What it takes besides flags, for `--help`. */
  readonly operands: string;
  readonly summary: string;
  /** Paragraphs of `--help` below the flags. */
  readonly notes?: readonly string[];
  readonly flags: readonly Flag[];
  run(args: Arguments, io: Io): Promise<number>;
}

const tableFormats: readonly Flag[] = [{ name: 'format', value: 'FORMAT', choices: ['table', 'json'], default: 'table', help: 'how to print it' }];

/** Every command, in the order of `--help`. */
export const commands: readonly Command[] = [
  {
    name: 'lint',
    operands: '[PATH…|-]',
    summary: 'find identity problems in manifests',
    notes: [
      'PATHs (default: the current folder) narrow what is reported, never what is analysed: the workspace of a PATH is the nearest folder above it with kubewho.yaml, else the git top level, else the PATH itself. "-" reads one stream from standard input.',
      'Exit code: 0 nothing at or above --fail-on, 1 something is, 2 wrong usage or configuration or a missing PATH, 4 internal error.',
    ],
    flags: lintFlags,
    run: async (args, io) => (await import('./lint.ts')).lint(args, io),
  },
  { name: 'explain', operands: 'RULE', summary: 'say what a rule finds, why it matters and how to fix it', flags: [], run: async (args, io) => (await import('./explain.ts')).explain(args, io) },
  { name: 'rules', operands: '', summary: 'list the rules', flags: tableFormats, run: async (args, io) => (await import('./rules.ts')).listRules(args, io) },
  { name: 'init', operands: '', summary: 'write a kubewho.yaml to begin with', flags: [], run: async (args, io) => (await import('./init.ts')).init(args, io) },
  { name: 'print-config', operands: 'PATH', summary: 'show the workspace and the settings of a PATH', flags: [], run: async (args, io) => (await import('./print-config.ts')).printConfig(args, io) },
  {
    name: 'lsp',
    operands: '',
    summary: 'serve an editor: the language server',
    flags: [{ name: 'stdio', help: 'speak over standard input and output (the only way)' }],
    run: async (args, io) => (await import('./lsp.ts')).lsp(args, io),
  },
];

/** Commands that the contract names and this version does not have yet. */
export const laterCommands: readonly string[] = ['baseline', 'report', 'inventory', 'trust', 'reach', 'graph', 'can-i', 'who-can', 'phase', 'right-size', 'audit-policy', 'export', 'facts', 'test-rules'];
