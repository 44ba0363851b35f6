// The language server in an editor that is not VS Code: Neovim, headless, with its own LSP client and nothing configured.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { badManifest, goodManifest, root, temporaryFolder } from './support.ts';

interface Said {
  readonly failed?: string;
  readonly found: readonly { readonly line: number; readonly from: number; readonly to: number; readonly rule: string; readonly source: string; readonly severity: number }[];
  readonly actions: readonly string[];
  readonly text: readonly string[];
  readonly after: readonly unknown[];
}

describe('Neovim', () => {
  it('shows findings, applies a fix, and shows them no more', () => {
    const folder = temporaryFolder();
    const manifest = join(folder, 'ledger.yaml');
    const result = join(folder, 'result.json');
    // The account that every namespace has: a named one that is in no file is no regular finding.
    const [bad, good] = [badManifest, goodManifest].map((text) => text.replace(/ +serviceAccountName.*\n/, '')) as [string, string];
    writeFileSync(manifest, bad);
    const run = spawnSync('nvim', ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-c', `luafile ${join(root, 'test/integration/neovim.lua')}`], {
      encoding: 'utf8', timeout: 60_000,
      env: { ...process.env, HOME: folder, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder, KUBEWHO_MANIFEST: manifest, KUBEWHO_RESULT: result, KUBEWHO_NODE: process.execPath, KUBEWHO_CLI: join(root, 'dist/cli.js') },
    });
    assert.ok(existsSync(result), `Neovim (exit ${run.status}) said: ${run.error?.message ?? ''}${run.stdout}${run.stderr}`);
    const said = JSON.parse(readFileSync(result, 'utf8')) as Said;
    assert.equal(said.failed, undefined, `waited for ${said.failed}: ${run.stderr}`);
    const line = bad.split('\n').findIndex((text) => text.includes('Token: true'));
    const from = bad.split('\n')[line]!.indexOf('true');
    assert.deepEqual(said.found, [{ line, from, to: from + 4, rule: 'automounted-token', source: 'kubewho', severity: 2 }]);
    assert.match(said.actions[0]!, /^Do not mount the token/);
    assert.equal(said.text.join('\n'), good.trimEnd());
    assert.deepEqual(said.after, []);
  });
});
