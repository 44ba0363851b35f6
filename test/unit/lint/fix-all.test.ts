import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../../engine/lint/finding.ts';
import type { FileEdit, Fix } from '../../../engine/lint/fix.ts';
import { fixAll, type Fixable, type FixAllOptions } from '../../../engine/lint/fix-all.ts';
import type { SourceFile } from '../../../engine/lint/workspace.ts';

/** A workspace whose findings are the places of a word, and whose fixes the test says: what is tested is the loop, not a rule. */
function fake(texts: Record<string, string>, word: RegExp, fixesAt: (file: string, start: number, found: string) => readonly Partial<Fix>[]): Fixable {
  const files = new Map(Object.entries(texts));
  const places = new Map<Finding, readonly Partial<Fix>[]>();
  return {
    textOf: (path) => files.get(path),
    set: ({ path, text }: SourceFile) => void files.set(path, text),
    remove: (path) => void files.delete(path),
    findings: () => [...files].sort().flatMap(([file, text]) => [...text.matchAll(word)].map((match, ordinal) => {
      const finding = { file, rule: 'word', messageId: match[0], resource: { apiVersion: '', kind: 'Word', namespace: null, name: null }, span: { start: match.index, end: match.index + match[0].length }, fingerprint: `${match[0]} ${ordinal}` } as Finding;
      places.set(finding, fixesAt(file, match.index, match[0]));
      return finding;
    })),
    fixesOf: (finding) => places.get(finding)!.map((fix) => ({ id: 'fix', title: 'fix', safe: true, choice: false, edits: [], ...fix })),
  };
}

const replace = (file: string, start: number, length: number, newText: string): FileEdit => ({ file, span: { start, end: start + length }, newText, create: false });
const all = (more: Partial<FixAllOptions> = {}): FixAllOptions => ({ unsafe: false, wants: () => true, sourceOf: (path) => ({ path, dialect: 'kubernetes', scope: '', role: 'manifest' }), ...more });
const after = (result: ReturnType<typeof fixAll>) => Object.fromEntries([...result.changes].map(([path, change]) => [path, change.after]));

describe('fixAll', () => {
  test('applies the first safe fix of each finding and says how many findings are gone', () => {
    const workspace = fake({ 'a.yaml': 'bad bad', 'b.yaml': 'bad' }, /bad/g, (file, start) => [{ safe: false, edits: [replace(file, start, 3, 'unsafe')] }, { edits: [replace(file, start, 3, 'good')] }]);
    const result = fixAll(workspace, all());
    assert.deepEqual(after(result), { 'a.yaml': 'good good', 'b.yaml': 'good' });
    assert.equal(result.fixed, 3);
  });

  test('leaves the workspace as it was', () => {
    const workspace = fake({ 'a.yaml': 'bad' }, /bad/g, (file, start) => [{ edits: [replace(file, start, 3, 'good'), { file: 'new.yaml', span: { start: 0, end: 0 }, newText: 'made', create: true }] }]);
    const result = fixAll(workspace, all());
    assert.deepEqual(after(result), { 'a.yaml': 'good', 'new.yaml': 'made' });
    assert.equal(result.changes.get('new.yaml')!.before, undefined);
    assert.equal(workspace.textOf('a.yaml'), 'bad');
    assert.equal(workspace.textOf('new.yaml'), undefined);
  });

  test('takes an unsafe fix only where unsafe ones are wanted, and a choice never', () => {
    const texts = { 'a.yaml': 'unsafe choice' };
    const fixes = (file: string, start: number, found: string) => [{ safe: false, choice: found === 'choice', edits: [replace(file, start, found.length, 'done')] }];
    assert.deepEqual(after(fixAll(fake(texts, /unsafe|choice/g, fixes), all())), {});
    assert.deepEqual(after(fixAll(fake(texts, /unsafe|choice/g, fixes), all({ unsafe: true }))), { 'a.yaml': 'done choice' });
  });

  test('takes the first of two overlapping fixes and asks again in the changed text', () => {
    const workspace = fake({ 'a.yaml': 'xxxx' }, /x/g, (file, start) => [{ edits: [replace(file, 0, 4, `${start}${'x'.repeat(start === 0 ? 2 : 0)}`)] }]);
    // Round one keeps only the first finding's fix, "0xx"; round two sees two x and keeps the first again.
    assert.deepEqual(after(fixAll(workspace, all({ wants: ({ fingerprint }) => fingerprint === 'x 0' }))), { 'a.yaml': '1' });
  });

  test('writes no object while another of its kind is changed: asked again, it may not be needed', () => {
    const text = 'kind: Policy\nmode: weak\n---\nkind: Rule\nby: address\n';
    const policy = '\n---\nkind: Policy\nmode: strict';
    const workspace = fake({ 'a.yaml': text }, /weak|address/g, (file, start, found) => (found === 'weak'
      ? [{ edits: [replace(file, start, 4, 'strict')] }]
      : [{ edits: [replace(file, start, 7, 'identity'), ...(workspace.textOf(file)!.includes('strict') ? [] : [replace(file, text.length, 0, policy)])] }]));
    assert.deepEqual(after(fixAll(workspace, all())), { 'a.yaml': 'kind: Policy\nmode: strict\n---\nkind: Rule\nby: identity\n' });
  });

  test('takes a fix over two files as a whole or not at all', () => {
    const workspace = fake({ 'a.yaml': 'one two', 'b.yaml': 'role' }, /one|two/g, (file, start, found) => [{ edits: [replace(file, start, 3, found.toUpperCase()), replace('b.yaml', 0, 4, `${found}${found}`.slice(0, 4).toUpperCase())] }]);
    const result = fixAll(workspace, all());
    // Both want all of b.yaml: the second waits for the next round, where its own edit still fits.
    assert.deepEqual(after(result), { 'a.yaml': 'ONE TWO', 'b.yaml': 'TWOT' });
  });

  test('goes on while a fix makes the next one possible, and stops after ten rounds', () => {
    const workspace = fake({ 'a.yaml': 'n0' }, /n\d+/g, (file, start, found) => [{ edits: [replace(file, start, found.length, `n${Number(found.slice(1)) + 1}`)] }]);
    assert.deepEqual(after(fixAll(workspace, all())), { 'a.yaml': 'n10' });
  });

  test('fixes only what is wanted, with fixes that are allowed, in files that may be written', () => {
    const texts = { 'a.yaml': 'bad', 'b.yaml': 'bad', 'c.yaml': 'bad' };
    const fixes = (file: string, start: number) => [{ id: 'elsewhere', edits: [replace('z.yaml', 0, 0, '')] }, { id: 'here', edits: [replace(file, start, 3, 'good')] }];
    const options = all({
      wants: ({ file }) => file !== 'b.yaml',
      allows: ({ id }) => id === 'here',
      sourceOf: (path) => (path === 'c.yaml' ? undefined : { path, dialect: 'kubernetes', scope: '', role: 'manifest' }),
    });
    assert.deepEqual(after(fixAll(fake(texts, /bad/g, fixes), options)), { 'a.yaml': 'good' });
  });

  test('does not make a file that is there', () => {
    const workspace = fake({ 'a.yaml': 'bad', 'b.yaml': 'mine' }, /bad/g, () => [{ edits: [{ file: 'b.yaml', span: { start: 0, end: 0 }, newText: 'other', create: true }] }]);
    assert.equal(fixAll(workspace, all()).changes.size, 0);
  });
});
