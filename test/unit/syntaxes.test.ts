import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readDocument } from '../../engine/lint/document.ts';
import { readSuppressions } from '../../engine/lint/suppress.ts';
import { splitStream } from '../../engine/yaml/split.ts';

/* What the editor colours as a suppression is what the engine reads as one. */
const grammar = JSON.parse(readFileSync('syntaxes/suppression.tmLanguage.json', 'utf8')) as { patterns: { match: string; captures: Record<string, { patterns?: { match: string }[] }> }[] };
const [{ match, captures }] = grammar.patterns as [(typeof grammar.patterns)[0]];

function read(comment: string) {
  const text = `apiVersion: v1\nkind: Pod ${comment}\n`;
  const documents = splitStream(text).map((document) => ({ ...document, facts: readDocument(document.text, 'kubernetes') }));
  const [suppression] = readSuppressions({ path: 'pod.yaml', text, dialect: 'kubernetes', documents });
  return suppression && { rules: suppression.rules.map(({ id }) => id), until: suppression.until?.date, reason: suppression.reason };
}

function coloured(comment: string) {
  const found = new RegExp(match).exec(comment);
  const rule = new RegExp(captures['4']!.patterns![0]!.match, 'g');
  return found ? { rules: found[4]!.match(rule) ?? [], until: found[7], reason: found[9] ?? '' } : undefined;
}

describe('the grammar of suppressions', () => {
  for (const comment of [
    '# kubewho: ignore[automounted-token]',
    '# kubewho: ignore[automounted-token, shared-service-account] -- two of them',
    '# kubewho: ignore[automounted-token] until=2027-03-31 -- until the migration is done',
    '# kubewho: ignore-file[automounted-token] -- all of it',
    '#kubewho:ignore [automounted-token]',
    '# nothing of the kind',
    '# kubewho is mentioned',
  ]) {
    test(comment, () => assert.deepEqual(coloured(comment), read(comment)));
  }
});
