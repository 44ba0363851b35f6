import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Workspace } from '../../../engine/lint/workspace.ts';
import { splitStream } from '../../../engine/yaml/split.ts';
import { rules } from '../../../rules/index.ts';
import { parseCase } from '../../support/cases.ts';

/*
 * What a rule says that it reads is all that it reads: with the objects of all rules' cases thrown together and edited
 * at random, the findings kept from before are those that a fresh reading gives. A rule that looks at a kind of fact it
 * does not declare, or beyond its namespace without saying so (`wide`), fails here.
 */
const documents = [...new Set(readdirSync('rules', { recursive: true, encoding: 'utf8' })
  .filter((name) => /[\\/]cases[\\/][^\\/]+(?<!\.fixed)\.yaml$/.test(name))
  .flatMap((name) => parseCase(readFileSync(join('rules', name), 'utf8')).files)
  .flatMap((file) => splitStream(file.text).map((document) => document.text.trim()))
  .filter((text) => text.includes('kind') && !text.includes('{{') && text.length < 2_000))];

const put = (workspace: Workspace, path: string, text: string) => workspace.set({ path, text, dialect: 'kubernetes', scope: '', role: 'manifest' });

/** A document with one line of its body dropped or one word changed; what it is called stays, so that the edit is a narrow one. */
function mutate(text: string, line: number, how: 'drop' | 'word', word: string): string {
  const lines = text.split('\n');
  const body = lines.findIndex((one) => /^(?!apiVersion|kind|metadata|#)\w/.test(one));
  if (body < 0) return text;
  const at = body + (line % (lines.length - body));
  if (how === 'drop') return lines.filter((_, i) => i !== at).join('\n');
  return lines.with(at, lines[at]!.replace(/(: |- |\[)["']?[\w./-]+["']?$/, `$1${word}`)).join('\n');
}

test('the findings kept through edits are those of a fresh reading', () => {
  assert.ok(documents.length > 200);
  const estate = fc.array(fc.tuple(fc.constantFrom('a.yaml', 'b.yaml', 'dir/c.yaml'), fc.array(fc.constantFrom(...documents), { minLength: 1, maxLength: 5 })), { minLength: 2, maxLength: 3 });
  const edit = fc.record({ file: fc.nat(2), document: fc.nat(4), line: fc.nat(40), how: fc.constantFrom('drop' as const, 'word' as const), word: fc.constantFrom('true', 'false', 'default', 'app', '"*"', 'secrets', 'get', 'cluster-admin', 'payments', 'LoadBalancer') });
  fc.assert(fc.property(estate, fc.array(edit, { minLength: 1, maxLength: 6 }), (files, edits) => {
    const now = new Map(files);
    const workspace = new Workspace(rules);
    for (const [path, texts] of now) put(workspace, path, texts.join('\n---\n'));
    workspace.findings();
    for (const { file, document, line, how, word } of edits) {
      const path = [...now.keys()][file % now.size]!;
      const texts = now.get(path)!;
      now.set(path, texts.with(document % texts.length, mutate(texts[document % texts.length]!, line, how, word)));
      put(workspace, path, now.get(path)!.join('\n---\n'));
      workspace.findings();
    }
    const fresh = new Workspace(rules);
    for (const [path, texts] of now) put(fresh, path, texts.join('\n---\n'));
    assert.deepEqual(workspace.findings(), fresh.findings());
  }), { numRuns: Number(process.env['EDIT_RUNS'] ?? 120) });
});
