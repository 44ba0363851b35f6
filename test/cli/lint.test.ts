// contract.md, "lint": flags, PATHs and workspaces, discovery, exit codes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { account, deployment, folderWith, kubewho, only, places, program, read } from './support.ts';

const json = (paths: readonly string[], cwd: string, ...flags: string[]) => kubewho(['lint', ...paths, ...only, '--format', 'json', ...flags], { cwd });

describe('exit codes', () => {
  const cwd = folderWith({ 'bad.yaml': deployment('web'), 'good.yaml': deployment('api', { automount: 'false' }), 'readme.txt': '' });
  const code = (...args: string[]) => kubewho(['lint', ...args, ...only], { cwd }).code;

  test('0 where nothing is at or above --fail-on, 1 where something is', () => {
    assert.equal(code('good.yaml'), 0);
    assert.equal(code('bad.yaml'), 1);
    assert.equal(code('bad.yaml', '--fail-on', 'error'), 0);
    assert.equal(code('bad.yaml', '--fail-on', 'info'), 1);
    assert.equal(code('bad.yaml', '--fail-on', 'never'), 0);
  });

  test('what is not reported does not fail', () => {
    assert.equal(code('bad.yaml', '--min-severity', 'error'), 0);
    assert.equal(code('bad.yaml', '--ignore', 'tokens'), 0);
  });

  const usage: readonly (readonly [string[], RegExp])[] = [
    [['lint', '--frmat', 'json'], /^kubewho: unknown flag --frmat; did you mean "--format"\?\n$/],
    [['lint', '--format', 'yaml'], /not one of pretty, compact, json/],
    [['lint', '--fix=unsafe'], /not one of safe, all/],
    [['lint', '--select', 'automount-token'], /no rule or family automount-token; did you mean "automounted-token"\?/],
    [['lint', '-', 'bad.yaml'], /"-" stands alone/],
    [['lint', '--stdin-filename', 'x.yaml'], /goes with "-"/],
    [['lint', ''], /a PATH is empty/],
    [['lint', '--baseline', 'b', '--no-config'], /exclude each other/],
    [['lint', '--update-baseline'], /goes with --baseline/],
    [['lint', '--config', 'a', '--no-config'], /exclude each other/],
    [['lint', '--kubernetes-version', '2'], /looks like 1\.30/],
    [['lint', '--cache', 'bad.yaml'], /--cache is not available in this version/],
    [['lnt'], /unknown command lnt; did you mean "lint"\?/],
    [['graph'], /graph is not available in this version/],
    [[], /no command given/],
    [['explain'], /explain takes one rule/],
    [['explain', 'automounted-tokn'], /unknown rule automounted-tokn; did you mean "automounted-token"\?/],
    [['rules', 'all'], /takes no operand/],
    [['lsp'], /kubewho lsp --stdio/],
  ];
  for (const [args, message] of usage) {
    test(`2 and one line on standard error: kubewho ${args.join(' ')}`, () => {
      const answer = kubewho(args, { cwd });
      assert.equal(answer.code, 2);
      assert.match(answer.stderr, message);
      assert.equal(answer.stderr.trimEnd().split('\n').length, 1);
      assert.equal(answer.stdout, '');
    });
  }

  test('a bare --fix does not swallow the PATH after it', () => {
    const { code, stdout } = kubewho(['lint', '--fix', 'good.yaml', ...only], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /No findings in/);
  });
});

describe('a missing PATH', () => {
  test('is said, the rest is linted, exit 2', () => {
    const cwd = folderWith({ 'bad.yaml': deployment('web') });
    const { code, stdout, stderr } = json(['nowhere.yaml', 'bad.yaml'], cwd);
    assert.equal(code, 2);
    assert.equal(stderr, 'kubewho: nowhere.yaml: no such file or directory\n');
    assert.deepEqual(places(stdout), ['bad.yaml']);
  });
});

describe('nothing to lint', () => {
  test('is a note, exit 0', () => {
    const { code, stdout, stderr } = kubewho(['lint'], { cwd: folderWith({ 'readme.md': '' }) });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
    assert.match(stderr, /nothing to lint/);
  });

  test('is said of standard input that holds no object: what a program says when it fails', () => {
    for (const input of ['', 'Error: no such chart\n', 'foo: [\n']) {
      const { code, stderr } = kubewho(['lint', '-'], { stdin: input });
      assert.equal(code, 0);
      assert.match(stderr, /nothing to lint: standard input holds no Kubernetes object\n$/, input);
    }
    assert.equal(kubewho(['lint', '-'], { stdin: '{"kind": "Pod", "apiVersion": "v1"}' }).stderr, '');
  });
});

describe('documents that cannot be read', () => {
  const cwd = folderWith({
    'a.yaml': `${deployment('web')}---\nkind: Pod\n  bad: [indent\n---\n${deployment('api')}`,
    'latin.yaml': Buffer.from('# caf\xe9\nkind: Pod\n', 'latin1'),
    'merge.yaml': `<<<<<<< ours\n${deployment('x')}=======\n${deployment('y')}>>>>>>> theirs\n`,
  });

  test('are said with file, line and what to do; the rest is linted', () => {
    const { code, stdout, stderr } = json(['.'], cwd);
    assert.equal(code, 1);
    assert.deepEqual(places(stdout), ['a.yaml', 'a.yaml']);
    assert.match(stderr, /^kubewho: a\.yaml:1[78]: skipped \(syntax\): ./m);
    assert.match(stderr, /^kubewho: latin\.yaml: skipped \(encoding\): not valid UTF-8 \(line 1\); save the file as UTF-8$/m);
    assert.match(stderr, /^kubewho: merge\.yaml:\d+: skipped \(conflict-markers\): .+resolve the merge conflict$/m);
    const report = JSON.parse(stdout) as { skipped: { file: string; document: number | null; reason: string }[]; summary: { skipped: number } };
    assert.deepEqual(report.skipped.map(({ file, document, reason }) => ({ file, document, reason })), [
      { file: 'a.yaml', document: 1, reason: 'syntax' },
      { file: 'latin.yaml', document: null, reason: 'encoding' },
      { file: 'merge.yaml', document: 0, reason: 'conflict-markers' },
    ]);
    assert.equal(report.summary.skipped, 3);
  });

  test('a build that reaches a base in too many ways is said once, with what to do', () => {
    const texts: Record<string, string> = { 'l0/kustomization.yaml': 'resources: [web.yaml, more.yaml]\n', 'l0/web.yaml': deployment('web'), 'l0/more.yaml': deployment('more') };
    for (let level = 1; level <= 8; level++) {
      texts[`l${level}/kustomization.yaml`] = `resources: [../x${level}, ../y${level}]\n`;
      for (const side of ['x', 'y']) texts[`${side}${level}/kustomization.yaml`] = `resources: [../l${level - 1}]\nnamePrefix: ${side}${level}-\n`;
    }
    const { stdout, stderr } = json(['.', '--render', 'never'], folderWith(texts));
    const report = JSON.parse(stdout) as { skipped: unknown[]; summary: { skipped: number } };
    const detail = 'it reaches "l1" in more than 100 ways: the first 100 are followed, and names there are not told; let fewer of its levels lead there, or have kustomize build it (lint --render always)';
    assert.deepEqual(report.skipped, [{ file: 'l8/kustomization.yaml', document: null, reason: 'builds', detail }]);
    assert.equal(report.summary.skipped, 1);
    assert.equal(stderr, `kubewho: l8/kustomization.yaml: skipped (builds): ${detail}\n`);
  });

  test('make exit 1 only with --strict', () => {
    assert.equal(json(['latin.yaml'], cwd).code, 0);
    assert.equal(json(['latin.yaml'], cwd, '--strict').code, 1);
  });

  test('outside of the PATHs are not spoken of', () => {
    assert.equal(json(['latin.yaml'], cwd).stderr.trimEnd().split('\n').length, 1);
  });

  test('a file that may not be read is said; the rest is linted', { skip: process.getuid?.() === 0 && 'root may read everything' }, () => {
    const folder = folderWith({ 'bad.yaml': deployment('web'), 'locked.yaml': deployment('api') });
    chmodSync(join(folder, 'locked.yaml'), 0);
    const { stdout, stderr } = json(['.'], folder);
    assert.match(stderr, /locked\.yaml: skipped \(unreadable\): permission denied/);
    assert.deepEqual(places(stdout), ['bad.yaml']);
  });
});

describe('PATHs and the workspace', () => {
  const files = { 'shop/web.yaml': deployment('web', { account: 'web' }), 'accounts/web.yaml': account('web') };

  test('PATHs narrow the report, never the analysis: the account beside the PATH is seen', () => {
    const cwd = folderWith({ ...files, 'kubewho.yaml': '{}\n' });
    assert.deepEqual(places(json(['shop'], cwd).stdout), []);
  });

  test('without kubewho.yaml and git, the PATH itself is the workspace', () => {
    assert.deepEqual(places(json(['shop'], folderWith(files)).stdout), ['shop/web.yaml']);
  });

  test('--workspace sets it', () => {
    assert.deepEqual(places(json(['shop', '--workspace', '.'], folderWith(files)).stdout), []);
  });

  test('the git top level is a workspace', () => {
    const cwd = folderWith(files);
    mkdirSync(join(cwd, '.git'));
    assert.deepEqual(places(json(['shop'], cwd).stdout), []);
  });

  test('never the current folder for a PATH outside of it; files are named relative to the current folder', () => {
    const outside = folderWith({ 'web.yaml': deployment('web') });
    const cwd = folderWith({ 'kubewho.yaml': 'rules:\n  automounted-token: off\n' });
    const { stdout } = json([outside], cwd);
    assert.deepEqual(places(stdout), [`../${basename(outside)}/web.yaml`]);
  });

  test('several PATHs may be several workspaces', () => {
    const cwd = folderWith({ 'a/kubewho.yaml': '{}', 'a/web.yaml': deployment('web', { account: 'web' }), 'b/web.yaml': account('web') });
    assert.deepEqual(places(json(['a', 'b'], cwd).stdout), ['a/web.yaml']);
  });
});

describe('discovery', () => {
  const files = { '.gitignore': 'ignored.yaml\n', '.kubewhoignore': 'mine.yaml\n', 'ignored.yaml': deployment('a'), 'mine.yaml': deployment('b'), 'node_modules/x/y.yaml': deployment('c'), 'z.yml': deployment('d'), 'j.json': JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'e', namespace: 'shop' }, spec: { containers: [{ name: 'main', image: 'registry.example/e:1' }] } }), 'data.json': '[1, 2', 'notes.txt': deployment('f') };

  test('takes *.yaml, *.yml and *.json that is a manifest, and nothing that is ignored', () => {
    const cwd = folderWith(files);
    mkdirSync(join(cwd, '.git'));
    symlinkSync(join(cwd, 'z.yml'), join(cwd, 'link.yaml'));
    assert.deepEqual(places(json([], cwd).stdout), ['j.json', 'z.yml']);
  });

  test('a named file is linted whatever ignores it', () => {
    const cwd = folderWith(files);
    mkdirSync(join(cwd, '.git'));
    assert.deepEqual(places(json(['ignored.yaml', 'mine.yaml'], cwd).stdout), ['ignored.yaml', 'mine.yaml']);
  });

  test('--no-config reads no .kubewhoignore; .gitignore still counts', () => {
    const cwd = folderWith(files);
    mkdirSync(join(cwd, '.git'));
    assert.deepEqual(places(json([], cwd, '--no-config').stdout), ['j.json', 'mine.yaml', 'z.yml']);
  });
});

describe('configuration', () => {
  test('a fault is said with file, line and "did you mean"; the rest counts, exit 2', () => {
    const cwd = folderWith({ 'kubewho.yaml': 'rules:\n  automountd-token: off\n  automounted-token: error\n', 'web.yaml': deployment('web') });
    const { code, stdout, stderr } = json([], cwd);
    assert.equal(code, 2);
    assert.match(stderr, /^kubewho: kubewho\.yaml:2:3: unknown rule "automountd-token"; did you mean "automounted-token"\?$/m);
    assert.equal(JSON.parse(stdout).findings[0].severity, 'error');
  });

  test('--config takes the place of kubewho.yaml, --no-config of both', () => {
    const cwd = folderWith({ 'kubewho.yaml': 'rules:\n  automounted-token: off\n', 'other.yaml': 'rules:\n  automounted-token: info\n', 'web.yaml': deployment('web') });
    assert.deepEqual(places(json(['web.yaml'], cwd).stdout), []);
    assert.equal(JSON.parse(json(['web.yaml'], cwd, '--config', 'other.yaml').stdout).findings[0].severity, 'info');
    assert.equal(JSON.parse(json(['web.yaml'], cwd, '--no-config').stdout).findings[0].severity, 'warning');
  });

  test('a --config that is not there is a fault', () => {
    const { code, stderr } = json([], folderWith({ 'web.yaml': deployment('web') }), '--config', 'none.yaml');
    assert.equal(code, 2);
    assert.match(stderr, /none\.yaml: no such file/);
  });
});

describe('standard input', () => {
  test('stands alone: the file beside it is not read, lines are the stream\'s', () => {
    const cwd = folderWith({ 'kubewho.yaml': 'rules:\n  automounted-token: off\n', 'account.yaml': account('web') });
    const { code, stdout } = kubewho(['lint', '-', ...only, '--format', 'json'], { cwd, stdin: `# first\n---\n${deployment('web', { account: 'web' })}` });
    assert.equal(code, 1);
    assert.deepEqual(places(stdout), ['<stdin>']);
  });

  test('--stdin-filename gives it a file\'s place in its workspace', () => {
    const cwd = folderWith({ 'kubewho.yaml': '{}', 'account.yaml': account('web'), 'shop/web.yaml': deployment('old') });
    const lint = (text: string) => places(kubewho(['lint', '-', '--stdin-filename', 'shop/web.yaml', ...only, '--format', 'json'], { cwd, stdin: text }).stdout);
    assert.deepEqual(lint(deployment('web', { account: 'web' })), []);
    assert.deepEqual(lint(deployment('web')), ['shop/web.yaml']);
  });

  test('--workspace gives it neighbours', () => {
    const cwd = folderWith({ 'manifests/account.yaml': account('web') });
    assert.deepEqual(places(kubewho(['lint', '-', '--workspace', 'manifests', ...only, '--format', 'json'], { cwd, stdin: deployment('web', { account: 'web' }) }).stdout), []);
    assert.deepEqual(places(kubewho(['lint', '-', '--workspace', 'manifests', ...only, '--format', 'json'], { cwd, stdin: deployment('web') }).stdout), ['<stdin>']);
  });

  test('bytes that are no text are said', () => {
    const { code, stderr } = kubewho(['lint', '-'], { stdin: Buffer.from([0xff, 0xc3, 0x28]) });
    assert.equal(code, 0);
    assert.match(stderr, /^kubewho: <stdin>: skipped \(encoding\): not valid UTF-8/);
  });

  test('--namespace is the namespace of objects that name none', () => {
    const { stdout } = kubewho(['lint', '-', '--namespace', 'billing', ...only, '--format', 'json'], { stdin: deployment('web').replace('  namespace: shop\n', '') });
    assert.equal(JSON.parse(stdout).findings[0].resource.namespace, 'billing');
  });
});

describe('selection', () => {
  test('by id and by family, given once or more often', () => {
    const cwd = folderWith({ 'web.yaml': deployment('web') });
    const rulesOf = (...flags: string[]) => new Set(JSON.parse(kubewho(['lint', '--format', 'json', '--persona', 'auditor', ...flags], { cwd }).stdout).findings.map((finding: { rule: string }) => finding.rule));
    assert.deepEqual([...rulesOf('--select', 'automounted-token')], ['automounted-token']);
    assert.ok(rulesOf('--select', 'tokens').has('automounted-token'));
    assert.deepEqual([...rulesOf('--select', 'tokens', '--ignore', 'automounted-token')].filter((id) => id === 'automounted-token'), []);
  });

  test('--min-confidence and --min-severity leave out what is below', () => {
    const cwd = folderWith({ 'web.yaml': deployment('web') });
    const all = JSON.parse(json([], cwd).stdout).findings.length;
    assert.equal(all, 1);
    assert.equal(JSON.parse(json([], cwd, '--min-severity', 'error').stdout).findings.length, 0);
    assert.equal(JSON.parse(json([], cwd, '--min-severity', 'warning').stdout).findings.length, 1);
  });
});

describe('output', () => {
  const cwd = folderWith({ 'web.yaml': deployment('web') });

  test('each --output has its --format; the one without goes to standard output', () => {
    const { stdout } = kubewho(['lint', 'web.yaml', ...only, '--format', 'json', '--output', 'out.json', '--format', 'sarif', '--output', 'out.sarif', '--format', 'compact'], { cwd });
    assert.match(stdout, /^web\.yaml:12:5: warning automounted-token .+\n$/);
    assert.equal(JSON.parse(read(cwd, 'out.json')).schemaVersion, 1);
    assert.equal(JSON.parse(read(cwd, 'out.sarif')).version, '2.1.0');
  });

  test('a file alone leaves standard output empty', () => {
    assert.equal(kubewho(['lint', 'web.yaml', '--format', 'json', '--output', 'out.json'], { cwd }).stdout, '');
  });

  test('a file that cannot be written is an error, exit 2', () => {
    const { code, stderr } = kubewho(['lint', 'web.yaml', '--output', 'no/such/folder/x'], { cwd });
    assert.equal(code, 2);
    assert.match(stderr, /cannot write no\/such\/folder\/x/);
  });

  test('colour as --color says, else none where no terminal looks', () => {
    assert.doesNotMatch(kubewho(['lint', 'web.yaml'], { cwd }).stdout, /\u001b/);
    assert.match(kubewho(['lint', 'web.yaml', '--color', 'always'], { cwd, env: { NO_COLOR: '1' } }).stdout, /\u001b\[1;33mwarning/);
    assert.doesNotMatch(kubewho(['lint', 'web.yaml', '--color', 'never'], { cwd }).stdout, /\u001b/);
  });

  test('--quiet prints findings only', () => {
    assert.doesNotMatch(kubewho(['lint', 'web.yaml', ...only, '--quiet'], { cwd }).stdout, /finding/);
  });

  test('--statistics counts by rule', () => {
    assert.match(kubewho(['lint', 'web.yaml', ...only, '--statistics'], { cwd }).stdout, /^automounted-token +1 /m);
  });

  test('equal messages of a namespace are folded after three, not with --no-fold', () => {
    const many = folderWith({ 'all.yaml': Array.from({ length: 300 }, (_, i) => deployment(`app-${i}`)).join('---\n') });
    const count = (...flags: string[]) => kubewho(['lint', ...only, ...flags], { cwd: many }).stdout.match(/^warning\[/gm)!.length;
    assert.ok(count() <= 3, `${count()} frames`);
    assert.match(kubewho(['lint', ...only], { cwd: many }).stdout, /\d+ more in shop; --no-fold/);
    assert.equal(kubewho(['lint', ...only, '--format', 'compact'], { cwd: many }).stdout.trimEnd().split('\n').length, 300);
  });

  test('a reader that goes away ends the writing quietly', async () => {
    const many = folderWith({ 'all.yaml': Array.from({ length: 2000 }, (_, i) => deployment(`app-${i}`)).join('---\n') });
    const child = spawn(process.execPath, [program, 'lint', ...only, '--format', 'json'], { cwd: many, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => { stderr += String(chunk); });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(stderr, '');
    assert.equal(code, 1);
  });
});

describe('positions', () => {
  const plain = `# x\n${deployment('web')}`;
  const marked = (cwd: string) => JSON.parse(json([], cwd).stdout).findings[0].range as Record<'start' | 'end', { line: number; column: number; offset: number }>;
  const expected = marked(folderWith({ 'web.yaml': plain }));

  for (const [name, text] of [
    ['CRLF', plain.replace(/\n/g, '\r\n')],
    ['a byte order mark', `\uFEFF${plain}`],
    ['an emoji before it', plain.replace('# x', '# 🔑')],
    ['UTF-16', Buffer.from(`\uFEFF${plain}`, 'utf16le')],
  ] as const) {
    test(`are the same with ${name}; offsets count the decoded text without a mark`, () => {
      const { start, end } = marked(folderWith({ 'web.yaml': text }));
      const decoded = (typeof text === 'string' ? text : text.toString('utf16le')).replace(/^\uFEFF/, '');
      assert.deepEqual([start.line, start.column, end.line, end.column], [expected.start.line, expected.start.column, expected.end.line, expected.end.column]);
      assert.equal(decoded.slice(start.offset, end.offset), plain.slice(expected.start.offset, expected.end.offset));
    });
  }
});

describe('suppressions', () => {
  const cwd = folderWith({
    'line.yaml': deployment('line').replace('    spec:', '    # kubewho: ignore[automounted-token] -- it talks to the API\n    spec:'),
    'file.yaml': `# kubewho: ignore-file[automounted-token]\n---\n${deployment('file')}`,
    'over.yaml': deployment('over').replace('    spec:', '    # kubewho: ignore[automounted-token] until=2020-01-31\n    spec:'),
  });

  test('keep findings back, and are counted', () => {
    const report = JSON.parse(json([], cwd).stdout);
    assert.deepEqual(report.findings.map((finding: { file: string }) => finding.file), ['over.yaml']);
    assert.equal(report.summary.suppressed, 2);
  });

  test('--no-ignores reports what they silence', () => {
    const { stdout } = json([], cwd, '--no-ignores');
    assert.deepEqual(places(stdout), ['file.yaml', 'line.yaml', 'over.yaml']);
    assert.equal(JSON.parse(stdout).summary.suppressed, 0);
  });

  test('SARIF holds the suppressed findings with their reasons', () => {
    const { stdout } = kubewho(['lint', ...only, '--format', 'sarif'], { cwd });
    const { results } = JSON.parse(stdout).runs[0] as { results: { suppressions: { kind: string; justification?: string }[] }[] };
    assert.deepEqual(results.flatMap((result) => result.suppressions), [{ kind: 'inSource' }, { kind: 'inSource', justification: 'it talks to the API' }]);
  });
});

describe('Helm\'s output on standard input', () => {
  test('keeps the "# Source:" comment beside the stream\'s own lines', () => {
    const { stdout } = kubewho(['lint', '-', ...only, '--format', 'json'], { stdin: `---\n# Source: web/templates/deployment.yaml\n${deployment('web')}` });
    const [finding] = JSON.parse(stdout).findings;
    assert.equal(finding.source, 'web/templates/deployment.yaml');
    assert.equal(finding.file, '<stdin>');
  });
});
