// contract.md, "--fix": what is written, what is only shown, and that git takes the diff.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unifiedDiff } from '../../cli/diff.ts';
import { deployment, folderWith, kubewho, read, write } from './support.ts';

/** A manifest with a suppression that nothing needs: its removal is a safe fix. */
const faulty = (name: string) => `apiVersion: v1\nkind: ServiceAccount\n# kubewho: ignore[automounted-token] -- long gone\nmetadata:\n  name: ${name}\nautomountServiceAccountToken: false\n`;
const fixed = (name: string) => faulty(name).replace(/^#.*\n/m, '');
const only = ['--select', 'unused-suppression'];

describe('--fix', () => {
  test('writes, counts what is gone, and exits by what remains', () => {
    const cwd = folderWith({ 'a.yaml': faulty('a'), 'b.yaml': faulty('b'), 'web.yaml': deployment('web') });
    const { code, stdout } = kubewho(['lint', '--fix', '--select', 'unused-suppression,automounted-token', '--format', 'json'], { cwd });
    assert.equal(read(cwd, 'a.yaml'), fixed('a'));
    assert.equal(read(cwd, 'b.yaml'), fixed('b'));
    const { summary, findings } = JSON.parse(stdout);
    assert.equal(summary.fixed, 2);
    assert.deepEqual(findings.map((finding: { rule: string }) => finding.rule), ['automounted-token']);
    assert.equal(code, 1);
    assert.equal(kubewho(['lint', '--fix', ...only], { cwd }).code, 0);
  });

  test('narrowed by PATHs and selection, it writes nothing else', () => {
    const cwd = folderWith({ 'kubewho.yaml': '{}\n', 'a/a.yaml': faulty('a'), 'b/b.yaml': faulty('b') });
    kubewho(['lint', 'a', '--fix', '--ignore', 'meta'], { cwd });
    assert.equal(read(cwd, 'a/a.yaml'), faulty('a'));
    kubewho(['lint', 'a', '--fix'], { cwd });
    assert.equal(read(cwd, 'a/a.yaml'), fixed('a'));
    assert.equal(read(cwd, 'b/b.yaml'), faulty('b'));
  });

  test('keeps encoding, byte order mark, line ends, a missing final newline and the file\'s mode', () => {
    const variants: Record<string, string | Buffer> = {
      'crlf.yaml': faulty('a').replace(/\n/g, '\r\n'),
      'bom.yaml': `\uFEFF${faulty('a')}`,
      'no-newline.yaml': faulty('a').trimEnd(),
      'emoji.yaml': `# 🔑 名\n${faulty('a')}`,
      'utf16.yaml': Buffer.from(`\uFEFF${faulty('a')}`, 'utf16le'),
    };
    const cwd = folderWith(variants);
    chmodSync(join(cwd, 'bom.yaml'), 0o600);
    kubewho(['lint', '--fix', ...only], { cwd });
    assert.equal(read(cwd, 'crlf.yaml'), fixed('a').replace(/\n/g, '\r\n'));
    assert.equal(read(cwd, 'bom.yaml'), `\uFEFF${fixed('a')}`);
    assert.equal(read(cwd, 'no-newline.yaml'), fixed('a').trimEnd());
    assert.equal(read(cwd, 'emoji.yaml'), `# 🔑 名\n${fixed('a')}`);
    assert.deepEqual(readFileSync(join(cwd, 'utf16.yaml')), Buffer.from(`\uFEFF${fixed('a')}`, 'utf16le'));
    assert.equal(statSync(join(cwd, 'bom.yaml')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(cwd).sort(), Object.keys(variants).sort(), 'no temporary file is left');
  });

  test('writes nothing where there is nothing to fix', () => {
    const cwd = folderWith({ 'a.yaml': fixed('a') });
    const before = statSync(join(cwd, 'a.yaml')).mtimeMs;
    assert.equal(kubewho(['lint', '--fix', ...only], { cwd }).code, 0);
    assert.equal(statSync(join(cwd, 'a.yaml')).mtimeMs, before);
  });

  test('a file that cannot be written is said, the others are, exit 2', () => {
    const cwd = folderWith({ 'a.yaml': faulty('a'), 'locked/b.yaml': faulty('b') });
    chmodSync(join(cwd, 'locked'), 0o500);
    const { code, stderr } = kubewho(['lint', '--fix', ...only], { cwd });
    chmodSync(join(cwd, 'locked'), 0o700);
    assert.equal(read(cwd, 'a.yaml'), fixed('a'));
    if (process.getuid?.() === 0) return assert.equal(code, 0, 'root may write everywhere');
    assert.equal(code, 2);
    assert.match(stderr, /cannot write locked\/b\.yaml: permission denied/);
  });
});

describe('--fix -', () => {
  test('prints the fixed text, the report goes to standard error', () => {
    const { code, stdout, stderr } = kubewho(['lint', '--fix', '-', ...only], { stdin: faulty('a').replace(/\n/g, '\r\n') });
    assert.equal(stdout, fixed('a').replace(/\n/g, '\r\n'));
    assert.match(stderr, /1 fixed/);
    assert.equal(code, 0);
  });

  test('prints the text as it came where nothing is to be fixed, even what cannot be read', () => {
    assert.equal(kubewho(['lint', '--fix', '-', ...only], { stdin: deployment('web') }).stdout, deployment('web'));
    assert.equal(kubewho(['lint', '--fix', '-'], { stdin: 'a: [\n' }).stdout, 'a: [\n');
    assert.equal(kubewho(['lint', '--fix', '-'], { stdin: Buffer.from('caf\xe9\n', 'latin1') }).stdout, Buffer.from('caf\xe9\n', 'latin1').toString('utf8'));
  });

  test('with --format json it is a usage error, unless the report has a file', () => {
    const cwd = folderWith({});
    assert.equal(kubewho(['lint', '--fix', '-', '--format', 'json'], { cwd, stdin: faulty('a') }).code, 2);
    assert.equal(kubewho(['lint', '--fix', '-', ...only, '--format', 'json', '--output', 'report.out'], { cwd, stdin: faulty('a') }).stdout, fixed('a'));
    assert.equal(JSON.parse(read(cwd, 'report.out')).summary.fixed, 1);
  });

  test('with --stdin-filename no file is touched', () => {
    const cwd = folderWith({ 'a.yaml': faulty('on disk'), 'b.yaml': faulty('b') });
    assert.equal(kubewho(['lint', '--fix', '-', '--stdin-filename', 'a.yaml', ...only], { cwd, stdin: faulty('a') }).stdout, fixed('a'));
    assert.equal(read(cwd, 'a.yaml'), faulty('on disk'));
    assert.equal(read(cwd, 'b.yaml'), faulty('b'));
  });
});

describe('--diff', () => {
  const git = (cwd: string, ...args: string[]) => execFileSync('git', ['-c', 'core.autocrlf=false', ...args], { cwd, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  const apply = (cwd: string, diff: string) => execFileSync('git', ['-c', 'core.autocrlf=false', 'apply', '-'], { cwd, input: diff, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

  test('prints a diff, writes nothing, exits 1; 0 and nothing where it is empty', () => {
    const cwd = folderWith({ 'a.yaml': faulty('a') });
    const { code, stdout } = kubewho(['lint', '--diff', ...only], { cwd });
    assert.equal(code, 1);
    assert.match(stdout, /^--- a\/a\.yaml\n\+\+\+ b\/a\.yaml\n@@ /);
    assert.equal(read(cwd, 'a.yaml'), faulty('a'));
    write(cwd, { 'a.yaml': fixed('a') });
    assert.deepEqual(kubewho(['lint', '--diff', '--quiet', ...only], { cwd }), { code: 0, stdout: '', stderr: '' });
  });

  test('git apply makes of the files what --fix makes of them', () => {
    const files = {
      'plain.yaml': faulty('a'),
      'crlf.yaml': faulty('b').replace(/\n/g, '\r\n'),
      'no newline at the end.yaml': faulty('c').trimEnd(),
      'sub/größe 名.yaml': `\uFEFF${faulty('d')}`,
      'two.yaml': `${faulty('e')}---\n${deployment('web')}---\n${faulty('f')}`,
    };
    const [one, other] = [folderWith(files), folderWith(files)];
    for (const cwd of [one, other]) git(cwd, 'init', '--quiet');
    apply(one, kubewho(['lint', '--diff', ...only], { cwd: one }).stdout);
    kubewho(['lint', '--fix', ...only], { cwd: other });
    for (const name of Object.keys(files)) {
      assert.equal(read(one, name), read(other, name), name);
      assert.doesNotMatch(read(one, name), /long gone/);
    }
  });

  test('is taken in a folder below the top of the repository, where its names count from', () => {
    const cwd = folderWith({ 'deploy/prod/a.yaml': faulty('a') });
    git(cwd, 'init', '--quiet');
    const below = join(cwd, 'deploy');
    const { stdout } = kubewho(['lint', '--diff', ...only], { cwd: below });
    assert.match(stdout, /^--- a\/prod\/a\.yaml$/m);
    apply(below, stdout);
    assert.equal(read(cwd, 'deploy/prod/a.yaml'), fixed('a'));
  });

  test('makes new files, also with names that have to be quoted', () => {
    const cwd = folderWith({});
    git(cwd, 'init', '--quiet');
    const names = ['new.yaml', 'sub folder/new one.yaml', 'quo"te\\d\t.yaml'];
    mkdirSync(join(cwd, 'sub folder'));
    apply(cwd, unifiedDiff(names.map((file) => ({ file, before: undefined, after: `# ${file}\nlast` }))));
    for (const name of names) assert.equal(read(cwd, name), `# ${name}\nlast`);
  });

  test('the report goes to its file, with edits, as it was before fixing', () => {
    const cwd = folderWith({ 'a.yaml': faulty('a') });
    kubewho(['lint', '--diff', ...only, '--format', 'json', '--output', 'report.out'], { cwd });
    const { findings } = JSON.parse(read(cwd, 'report.out'));
    assert.equal(findings.length, 1);
    const [fix] = findings[0].fixes;
    const text = read(cwd, 'a.yaml');
    const [edit] = fix.edits;
    assert.equal(text.slice(0, edit.range.start.offset) + edit.newText + text.slice(edit.range.end.offset), fixed('a'));
  });
});
