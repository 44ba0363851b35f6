import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDocument } from '../../../engine/lint/document.ts';
import { applyEdits } from '../../../engine/lint/fix.ts';
import { suppressFinding } from '../../../engine/lint/suppress-edit.ts';
import { splitStream } from '../../../engine/yaml/split.ts';

/** The text after suppressing rule `one` at the first place where some words stand. */
function suppress(text: string, words: string, reason = 'why', path = 'x.yaml'): string | undefined {
  const documents = splitStream(text).map((one) => ({ ...one, facts: readDocument(one.text, 'kubernetes') }));
  const at = text.indexOf(words);
  const document = documents.filter((one) => one.start <= at).length - 1;
  const edit = suppressFinding({ path, text, dialect: 'kubernetes', documents }, { rule: 'one', span: { start: at, end: at + words.length }, document }, reason);
  return edit && applyEdits(text, [edit]);
}

describe('a finding is suppressed', () => {
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers: []\n';

  test('by a comment on the line above, indented alike', () => {
    assert.equal(suppress(pod, 'spec:'), pod.replace('spec:', '# kubewho: ignore[one] -- why\nspec:'));
    assert.equal(suppress(pod, 'web'), pod.replace('  name: web', '  # kubewho: ignore[one] -- why\n  name: web'));
    assert.equal(suppress(pod.replace(/\n/g, '\r\n'), 'spec:'), pod.replace('spec:', '# kubewho: ignore[one] -- why\nspec:').replace(/\n/g, '\r\n'));
  });

  test('with a reason of one line, or none', () => {
    assert.equal(suppress(pod, 'spec:', ' two\n lines '), pod.replace('spec:', '# kubewho: ignore[one] -- two lines\nspec:'));
    assert.equal(suppress(pod, 'spec:', ''), pod.replace('spec:', '# kubewho: ignore[one]\nspec:'));
  });

  test('behind the first key of a document: above it the comment would speak of the document', () => {
    assert.equal(suppress(pod, 'apiVersion'), pod.replace('apiVersion: v1', 'apiVersion: v1 # kubewho: ignore[one] -- why'));
    assert.equal(suppress(`${pod}---\n${pod}`.replace('Pod\nmetadata:\n  name: web\nspec:\n  containers: []\n---\napi', 'Pod\n---\napi'), 'apiVersion: v1\nkind: Pod\nmetadata')!.split('---\n')[1], pod.replace('apiVersion: v1', 'apiVersion: v1 # kubewho: ignore[one] -- why'));
    assert.equal(suppress('{kind: Pod, apiVersion: v1}', 'Pod'), '{kind: Pod, apiVersion: v1} # kubewho: ignore[one] -- why');
  });

  test('by joining a comment that gives the same reason', () => {
    const with2 = (ids: string, reason: string) => pod.replace('spec:', `# kubewho: ignore[${ids}] -- ${reason}\nspec:`);
    assert.equal(suppress(with2('two', 'why'), 'spec:'), with2('two, one', 'why'));
    assert.equal(suppress(with2('two', 'other'), 'spec:'), with2('two', 'other').replace('spec:', '# kubewho: ignore[one] -- why\nspec:'));
  });

  test('after a block scalar and within a flow mapping', () => {
    const block = 'kind: Pod\na: |\n  text\nspec: {}\n';
    assert.equal(suppress(block, 'spec'), block.replace('spec', '# kubewho: ignore[one] -- why\nspec'));
    assert.equal(suppress('kind: Pod\nspec: {\n  a: b\n}\n', 'a: b'), 'kind: Pod\nspec: {\n  # kubewho: ignore[one] -- why\n  a: b\n}\n');
  });

  test('never where a comment cannot stand', () => {
    assert.equal(suppress('{\n "kind": "Pod"\n}\n', '"Pod"', 'why', 'x.json'), undefined);
    assert.equal(suppress('kind: Pod\na: "one\n  two\n  three"\n', 'two'), undefined);
  });
});
