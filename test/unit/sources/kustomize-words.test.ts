// What is taken of the messages of kustomize, and of a kubectl that logs them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kustomizeWords } from '../../../sources/kustomize-words.ts';

const words = (stderr: string): string => kustomizeWords(stderr, '/tmp/own', '/repo');

const plain = `accumulating resources: accumulation err='accumulating resources from '../../repo/base': read /repo/base: is a directory': couldn't make target for path '/repo/base': invalid Kustomization: json: unknown field "namespaces"`;
const told = 'invalid Kustomization: json: unknown field "namespaces"';
const logged = (time: string, pid: number): string => `E1122 ${time} ${String(pid).padStart(7)} run.go:72] "command failed" err="${plain.replaceAll('"', '\\"')}"\n`;

describe('the words of kustomize', () => {
  test('are those about the level that failed, and where it could not be read', () => {
    assert.equal(words(`error: ${plain}\n`), told);
    assert.equal(words(`Error: accumulating resources: accumulation err='accumulating resources from '../../repo/prod': read /repo/prod: is a directory': recursed accumulation of path '/repo/prod': ${plain}`), told);
  });

  test('are the same from a kubectl that logs them, at any time and in any process', () => {
    assert.equal(words(logged('18:08:40.667355', 11738)), told);
    assert.equal(words(logged('03:59:01.000001', 9)), told);
    assert.equal(words('# Warning: \'vars\' is deprecated.\n' + logged('18:08:40.667355', 11738)), told);
  });

  test('of several lines are logged as a block', () => {
    assert.equal(words('E1122 18:08:40.667355   11738 run.go:72] "command failed" err=<\n\taccumulating: first\n\tsecond\n >\n'), 'accumulating: first second');
  });

  test('are unquoted as Go quotes them', () => {
    assert.equal(words('E1122 18:08:40.667355   11738 run.go:72] "command failed" err="no \\"a\\\\b\\" \\u00e9\\n\\there"\n'), 'no "a\\b" é \there');
  });

  test('that look otherwise are left as they are', () => {
    assert.equal(words('fatal: E1122 is no resource in /repo/base'), 'fatal: E1122 is no resource in base');
    assert.equal(words('E1122 18:08:40.667355   11738 run.go:72] something else'), 'something else');
    assert.equal(words(''), 'it failed');
  });
});
