import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import ignore from 'ignore';
import { compileGlob, matchesGlob } from '../../../sources/glob.ts';
import { leavesOut, parseIgnoreFile } from '../../../sources/ignore.ts';
import { isLiteral, pathMatcher, patternBase } from '../../../sources/patterns.ts';

describe('a pattern', () => {
  const rows: [pattern: string, matching: string[], other: string[]][] = [
    ['a.yaml', ['a.yaml'], ['b/a.yaml', 'a.yaml/b', 'aXyaml']],
    ['*.yaml', ['a.yaml', '.yaml', '.hidden.yaml'], ['b/a.yaml', 'a.yml']],
    ['a?c', ['abc', 'a.c'], ['ac', 'abbc', 'a/c']],
    ['a*b*c', ['abc', 'aXbYc', 'abcbc'], ['ab', 'acb']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'Ax']],
    ['[!a-c]x', ['dx'], ['ax', '/x']],
    ['[]x]', [']', 'x'], ['a']],
    ['[[:digit:]x]', ['1', 'x'], ['a', ':']],
    ['[a', [], ['[a', 'a']],
    ['\\*x', ['*x'], ['ax']],
    ['**', ['a', 'a/b'], []],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['ax', 'x/a']],
    ['a/**', ['a/b', 'a/b/c'], ['a', 'ab']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
    ['a/**/b/**/c', ['a/b/c', 'a/b/b/x/c'], ['a/c']],
    ['a**b', ['ab', 'axxb'], ['a/b']],
  ];
  for (const [pattern, matching, other] of rows) test(pattern, () => {
    const glob = compileGlob(pattern);
    for (const path of matching) assert.ok(matchesGlob(glob, path.split('/')), path);
    for (const path of other) assert.ok(!matchesGlob(glob, path.split('/')), path);
  });

  test('takes no time, whatever a repository brings along', () => {
    const start = performance.now();
    assert.ok(!matchesGlob(compileGlob(`${'*a'.repeat(40)}*b`), ['a'.repeat(250)]));
    assert.ok(!matchesGlob(compileGlob(`${'**/*a*/'.repeat(20)}**/*b`), `${'aa/'.repeat(100)}c`.split('/')));
    assert.ok(performance.now() - start < 1000, 'more than a second');
  });
});

describe('an ignore file', () => {
  test('is read as git reads it', () => {
    const file = parseIgnoreFile('\uFEFF# comment\r\n\r\n*.log\r\n!keep.log\r\n/top\r\nbuild/\r\ndocs/*.md\r\n\\#name\r\n\\!name\r\ntrailing   \r\nkept\\ \r\n/\r\n');
    const out = ['a.log', 'x/a.log', 'top', 'build/x', 'x/build/y', 'docs/a.md', '#name', '!name', 'trailing', 'kept '];
    const kept = ['keep.log', 'x/keep.log', 'x/top', 'build', 'docs/x/a.md', 'x/docs/a.md', 'comment', '# comment', 'kept'];
    assert.deepEqual(out.filter((path) => !leavesOut(file, path)), []);
    assert.deepEqual(kept.filter((path) => leavesOut(file, path)), []);
  });

  test('agrees with the package "ignore", which is tested against git', () => {
    const piece = fc.constantFrom('a', 'b', 'ab', '*', '?', '**', '*a', 'a*', '[ab]', '[!a]', 'a.b', '\\a');
    const line = fc.tuple(fc.constantFrom('', '!', '/', '!/'), fc.array(piece, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '/')).map(([before, pieces, after]) => before + pieces.join('/') + after);
    const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'aab', 'a.b', 'c'), { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'));
    fc.assert(fc.property(fc.array(line, { maxLength: 4 }), path, (lines, file) => {
      assert.equal(leavesOut(parseIgnoreFile(lines.join('\n')), file), ignore({ ignoreCase: false }).add(lines.join('\n')).ignores(file), JSON.stringify({ lines, file }));
    }), { numRuns: 3000 });
  });
});

describe('the patterns of kubewho.yaml', () => {
  const rows: [patterns: string[], matching: string[], other: string[]][] = [
    [['clusters/prod'], ['clusters/prod', 'clusters/prod/x.yaml', 'clusters/prod/a/x.yaml'], ['clusters/production', 'x/clusters/prod']],
    [['./clusters/prod/'], ['clusters/prod/x.yaml'], ['clusters/x.yaml']],
    [['.'], ['a.yaml', 'a/b.yaml'], ['../a.yaml']],
    [['**'], ['a.yaml', 'a/b.yaml'], ['../a.yaml']],
    [['*/prod'], ['a/prod/x.yaml'], ['prod/x.yaml', '../prod/x.yaml']],
    [['../dump.yaml', '../dumps/*.yaml'], ['../dump.yaml', '../dumps/a.yaml'], ['dump.yaml', '../dumps/a.yml']],
    [['clusters/{prod,staging}/*.yaml'], ['clusters/prod/a.yaml', 'clusters/staging/a.yaml'], ['clusters/dev/a.yaml']],
    [['{a,b}/{c,d}'], ['a/c', 'b/d'], ['a/b']],
    [['{a}'], ['{a}'], ['a']],
    [['clusters', '!clusters/dev'], ['clusters/prod/x.yaml'], ['clusters/dev/x.yaml']],
    [[], [], ['a']],
  ];
  for (const [patterns, matching, other] of rows) test(patterns.join(' ') || 'none', () => {
    const matches = pathMatcher(patterns);
    assert.deepEqual(matching.filter((path) => !matches(path)), []);
    assert.deepEqual(other.filter(matches), []);
  });

  test('start from a folder, or name one file', () => {
    assert.deepEqual(['a/b/*.yaml', '*.yaml', '../a/**', 'a/b.yaml', './a/', '.'].map(patternBase), ['a/b', '', '../a', 'a/b.yaml', 'a', '']);
    assert.deepEqual(['a/b.yaml', './a/', 'a/*.yaml', '{a,b}'].map(isLiteral), [true, true, false, false]);
  });

  test('with braces without end stay what they are', () => {
    assert.equal(pathMatcher(['{a,b}'.repeat(20)])('a'.repeat(20)), false);
  });
});
