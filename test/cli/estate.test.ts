// The example estate as a newcomer sees it: what lint prints and what --fix=all would change, as checked in.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderWith, kubewho, root } from './support.ts';

/** Compares with a checked-in file; UPDATE_GOLDENS=1 writes it anew. */
function golden(name: string, text: string): void {
  const file = join(root, 'test/cli/goldens', name);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

describe('examples/estate', () => {
  // Copied out of this repository, whose other manifests belong to the same git workspace.
  const cwd = folderWith({});
  cpSync(join(root, 'examples/estate'), cwd, { recursive: true });

  test('lint', () => {
    const { code, stdout } = kubewho(['lint'], { cwd });
    golden('estate.txt', stdout);
    assert.equal(code, 1);
  });

  test('lint --diff --fix=all', () => {
    const { code, stdout } = kubewho(['lint', '--diff', '--fix=all'], { cwd });
    golden('estate.diff', stdout);
    assert.equal(code, 1);
  });

  test('lint --fix=all, again and again: the second time changes nothing', () => {
    kubewho(['lint', '--fix=all'], { cwd });
    assert.equal(kubewho(['lint', '--diff', '--fix=all'], { cwd }).stdout, '');
  });
});
