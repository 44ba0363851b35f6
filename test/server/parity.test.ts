// The editor and the command line say the same of the same files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver-protocol/node';
import { corpusProjects, corpusRoot as corpus } from '../corpus/projects.ts';
import { corpusAbsent } from '../support/absent.ts';
import { capable, withEditor } from './support.ts';

interface Place { readonly line: number; readonly column: number }
interface Reported {
  readonly rule: string; readonly message: string; readonly severity: string; readonly fingerprint: string; readonly file: string;
  readonly range: { readonly start: Place; readonly end: Place };
  readonly related: readonly { readonly file: string; readonly message: string; readonly range: { readonly start: Place; readonly end: Place } }[];
}

const severities = ['', 'error', 'warning', 'info'];
const spot = ({ start, end }: { start: Place; end: Place }) => `${start.line}:${start.column}-${end.line}:${end.column}`;
const fromLsp = (range: Diagnostic['range']) => ({ start: { line: range.start.line + 1, column: range.start.character + 1 }, end: { line: range.end.line + 1, column: range.end.character + 1 } });

/** Compares what both say of some folders below one, each a workspace of its own; returns how many findings that are. */
async function compare(folder: string, folders: readonly string[]): Promise<number> {
  const run = spawnSync(process.execPath, [resolve('dist/cli.js'), 'lint', '--format', 'json', '--persona', 'auditor', '--fail-on', 'never', ...folders.map((path) => path || '.')], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(run.status, 0, run.stderr.slice(0, 2000));
  const { findings } = JSON.parse(run.stdout) as { findings: Reported[] };
  const said = findings.map((one) => [pathToFileURL(resolve(folder, one.file)), spot(one.range), one.severity, one.rule, one.fingerprint, one.message, ...one.related.map((other) => `${pathToFileURL(resolve(folder, other.file))} ${spot(other.range)} ${other.message}`)].join(' | '));
  await withEditor({ at: folder, folders, capabilities: capable, initializationOptions: { settings: { persona: 'auditor' } } }, async (editor) => {
    const { items } = await editor.pullWorkspace();
    const shown = items.flatMap((item) => (item.kind === 'full' ? item.items.filter((one) => one.code !== 'configuration').map((one) => [item.uri, spot(fromLsp(one.range)), severities[one.severity!], one.code, one.data.fingerprint, one.message, ...(one.relatedInformation ?? []).map((other) => `${other.location.uri} ${spot(fromLsp(other.location.range))} ${other.message}`)].join(' | ')) : []));
    assert.deepEqual(shown.sort(), said.sort());
  });
  return findings.length;
}

describe('editor and command line', () => {
  it('agree on the example estate', async () => {
    assert.ok(await compare(resolve('examples'), ['']) > 0);
  });

  it('agree under phases, and on exceptions that have ended or that nothing needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubewho-parity-'));
    try {
      cpSync(resolve('examples/journey/start'), folder, { recursive: true });
      writeFileSync(join(folder, 'kubewho.yaml'), `phases:
  - phase: observe
  - { phase: enforce, namespaces: [payments] }
exceptions:
  - { rule: network-only-trust, target: payments/api, reason: it has ended, until: 2020-01-01 }
  - { rule: network-only-trust, target: payments/settlement, reason: the mainframe has no identity, until: 2999-01-01 }
  - { rule: network-only-trust, target: shop/nobody, reason: nothing needs it, until: 2999-01-01 }
`);
      assert.ok(await compare(folder, ['']) > 5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const projects = corpusProjects();
  if (projects.length === 0) corpusAbsent(1);
  else it(`agree on ${projects.length} real projects, opened together`, async () => {
    assert.ok(await compare(corpus, projects) > 1000);
  });
});
