import { rules } from '../rules/index.ts';
import { Workspace } from '../engine/lint/workspace.ts';
import { indexLines, positionAt } from '../engine/yaml/text.ts';
import { version } from './version.ts';

/** Runs the command line and returns the exit code (contract.md: 0 clean, 1 findings, 2 usage, 4 internal error). */
export async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === '--version') {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (command === 'lsp') {
    const { serve } = await import('../server/node.ts');
    return serve();
  }
  if (command !== 'lint' || !rest.includes('-')) {
    process.stderr.write('kubewho: usage: kubewho lint -\n');
    return 2;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const workspace = new Workspace(rules);
  workspace.set({ path: '<stdin>', text, dialect: 'kubernetes', scope: '', role: 'manifest' });
  const lines = indexLines(text);
  const at = (offset: number) => ({ line: positionAt(lines, offset).line + 1, column: positionAt(lines, offset).character + 1, offset });
  const findings = workspace.findings().map(({ span, related, ...finding }) => ({ ...finding, range: { start: at(span.start), end: at(span.end) }, related: related.map((one) => ({ file: one.file, range: { start: at(one.span.start), end: at(one.span.end) }, message: one.message })) }));
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, tool: { name: 'kubewho', version }, findings }, null, 2)}\n`);
  return findings.some((finding) => finding.severity !== 'info') ? 1 : 0;
}
