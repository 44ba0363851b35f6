// The smaller commands, and what every command has in common.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { rules } from '../../rules/index.ts';
import { deployment, folderWith, kubewho, program, read, root, write } from './support.ts';

describe('kubewho', () => {
  test('--version is the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.deepEqual(kubewho(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help lists the commands, and each command has its own', () => {
    const { code, stdout } = kubewho(['--help']);
    assert.equal(code, 0);
    const names = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map((match) => match[1]!);
    assert.ok(names.includes('lint') && names.includes('explain') && names.includes('rules') && names.includes('lsp'));
    for (const name of names) {
      const help = kubewho([name, '--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, new RegExp(`^Usage: kubewho ${name}`, 'm'));
      assert.equal(kubewho(['help', name]).stdout, help.stdout);
    }
  });

  test('does not load the language server to lint', () => {
    assert.doesNotMatch(readFileSync(program, 'utf8'), /textDocument\/publishDiagnostics/);
  });
});

describe('rules', () => {
  test('lists every rule, as a table or as JSON', () => {
    const table = kubewho(['rules']).stdout.trimEnd().split('\n').slice(1);
    assert.deepEqual(table.map((line) => line.split(' ')[0]), rules.map((rule) => rule.id));
    const listed = JSON.parse(kubewho(['rules', '--format', 'json']).stdout);
    assert.equal(listed.schemaVersion, 1);
    assert.deepEqual(listed.rules.map((rule: { id: string }) => rule.id), rules.map((rule) => rule.id));
    for (const rule of listed.rules) assert.deepEqual(Object.keys(rule), ['id', 'title', 'family', 'severity', 'persona', 'fixable', 'frameworks', 'options', 'url']);
  });
});

describe('explain', () => {
  for (const { id } of rules) {
    test(`${id}: its documentation, without a network and without markup`, () => {
      const { code, stdout } = kubewho(['explain', id]);
      assert.equal(code, 0);
      assert.ok(stdout.startsWith(`${id}\n`));
      for (const heading of ['What it finds', 'Why it matters', 'Example', 'Fix safety', 'References']) assert.match(stdout, new RegExp(`^${heading}$`, 'm'));
      assert.doesNotMatch(stdout, /^#|^```|\u001b/m);
    });
  }

  test('a name that no rule has: the one that was meant, or where to find it', () => {
    assert.deepEqual(kubewho(['explain', 'automount-token']), { code: 2, stdout: '', stderr: 'kubewho: unknown rule automount-token; did you mean "automounted-token"?\n' });
    assert.deepEqual(kubewho(['explain', 'tokens']), { code: 2, stdout: '', stderr: 'kubewho: unknown rule tokens; kubewho rules lists them\n' });
  });
});

describe('init', () => {
  test('writes a kubewho.yaml without faults that changes nothing, and overwrites none', () => {
    const cwd = folderWith({ 'web.yaml': deployment('web') });
    const before = kubewho(['lint', '--format', 'compact'], { cwd }).stdout;
    assert.equal(kubewho(['init'], { cwd }).code, 0);
    assert.deepEqual(kubewho(['lint', '--format', 'compact'], { cwd }), { code: 1, stdout: before, stderr: '' });
    const written = read(cwd, 'kubewho.yaml');
    // What it shows in comments is in force once the comment signs are taken away, all together or block by block.
    const settings = written.split('\n\n').map((block) => block.replace(/^# (?=\w+:(?:$| )| {2})/gm, '')).filter((block) => /^\w+:/m.test(block));
    assert.equal(settings.length, 8);
    for (const text of [...settings, settings.join('\n')]) {
      write(cwd, { 'kubewho.yaml': text });
      // A fault is wrong usage; that no file is about what it shows is only a note.
      const { code, stderr } = kubewho(['lint', '--format', 'compact'], { cwd });
      assert.notEqual(code, 2, stderr);
      for (const line of stderr.split('\n').slice(0, -1)) assert.match(line, /(?: is among the files read| has the values files of )/);
    }
    write(cwd, { 'kubewho.yaml': settings.join('\n') });
    const { configuration } = JSON.parse(kubewho(['print-config', '.'], { cwd }).stdout);
    assert.deepEqual([Object.keys(configuration.rules).length > 0, configuration.scopes[0].complete, configuration.context], [true, true, ['dumps/*.yaml']]);
    for (const section of ['profiles', 'risk', 'phases', 'exceptions']) assert.ok(configuration[section].length > 0, section);
    assert.deepEqual([configuration.requireReasons, configuration.kubernetesMinor], [true, 34]);
    assert.equal(kubewho(['init'], { cwd }).code, 2);
    assert.notEqual(read(cwd, 'kubewho.yaml'), written);
  });
});

describe('print-config', () => {
  test('says which workspace and settings are in force, and how a file is read', () => {
    const cwd = folderWith({ 'kubewho.yaml': 'rules:\n  automounted-token: error\n', 'app/kustomization.yaml': 'resources: [web.yaml]\nnamespace: shop\n', 'app/web.yaml': deployment('web') });
    const { code, stdout } = kubewho(['print-config', 'app/web.yaml'], { cwd });
    assert.equal(code, 0);
    const { workspace, configurationFile, configuration, file } = JSON.parse(stdout);
    assert.deepEqual({ workspace, configurationFile, rules: configuration.rules, file }, {
      workspace: '.',
      configurationFile: 'kubewho.yaml',
      rules: { 'automounted-token': { severity: 'error' } },
      file: { path: 'app/web.yaml', dialect: 'kustomization', scope: '', role: 'manifest', namespace: 'shop', build: { roots: ['app'], namespace: 'shop', names: [{ prefix: '', suffix: '' }] } },
    });
  });

  test('a PATH that is not there is an error', () => {
    const { code, stdout, stderr } = kubewho(['print-config', 'none.yaml'], { cwd: folderWith({}) });
    assert.deepEqual({ code, stdout, stderr }, { code: 2, stdout: '', stderr: 'kubewho: none.yaml: no such file or directory\n' });
  });
});

describe('lsp', () => {
  test('--stdio answers as a language server and ends when told to', async () => {
    const server = spawn(process.execPath, [program, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const said = server.stdout.setEncoding('utf8');
    const ended = new Promise((resolve) => server.on('exit', resolve));
    const send = (message: object) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
    const answers: string[] = [];
    said.on('data', (chunk: string) => answers.push(chunk));
    const answered = async (id: number) => {
      for (const end = Date.now() + 10_000; !answers.join('').includes(`"id":${id},"result"`) && Date.now() < end;) await new Promise((resume) => setTimeout(resume, 10));
    };
    send({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
    await answered(1);
    assert.match(answers.join(''), /"serverInfo":\{"name":"kubewho"/);
    send({ method: 'initialized', params: {} });
    send({ id: 2, method: 'shutdown' });
    await answered(2);
    send({ method: 'exit' });
    assert.equal(await ended, 0);
  });
});
