import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { defaultConfiguration } from '../../../engine/lint/config.ts';
import { HostError } from '../../../sources/host.ts';
import { memoryHost } from '../../../sources/memory-host.ts';
import { nodeHost } from '../../../sources/node-host.ts';
import { loadTree } from '../../../sources/tree.ts';

const root = mkdtempSync(join(tmpdir(), 'kubewho-host-')).replaceAll('\\', '/');
after(() => rmSync(root, { recursive: true, force: true }));
const manifest = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api}\n';
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const is = (code: HostError['code']) => (error: unknown) => error instanceof HostError && error.code === code;

mkdirSync(`${root}/a`);
writeFileSync(`${root}/a/x.yaml`, manifest);

/* What any host promises, over the disk and over memory. */
const hosts = { 'on disk': nodeHost, 'in memory': memoryHost(new Map([[`${root}/a/x.yaml`, manifest]])) };
for (const [name, host] of Object.entries(hosts)) describe(`files ${name}`, () => {
  test('are read as a whole, up to a limit', async () => {
    assert.equal(text(await host.readFile(`${root}/a/x.yaml`)), manifest);
    await assert.rejects(host.readFile(`${root}/a/x.yaml`, 10), is('large'));
    await assert.rejects(host.readFile(`${root}/none.yaml`), is('missing'));
  });

  test('are listed by folder', async () => {
    assert.deepEqual(await host.readDirectory(root), [{ name: 'a', kind: 'directory' }]);
    assert.deepEqual(await host.readDirectory(`${root}/a`), [{ name: 'x.yaml', kind: 'file' }]);
    await assert.rejects(host.readDirectory(`${root}/none`), is('missing'));
  });

  test('are told from folders, and from nothing', async () => {
    assert.deepEqual([(await host.stat(`${root}/a/x.yaml`))?.kind, (await host.stat(`${root}/a`))?.kind, await host.stat(`${root}/b`)], ['file', 'directory', undefined]);
    assert.equal((await host.stat(`${root}/a/x.yaml`))?.size, manifest.length);
  });

  test('are written as a whole', async () => {
    await host.writeFile!(`${root}/a/x.yaml`, new TextEncoder().encode(`${manifest}# more\n`));
    assert.equal(text(await host.readFile(`${root}/a/x.yaml`)), `${manifest}# more\n`);
  });
});

describe('a program', () => {
  const ran = (script: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) => nodeHost.run!(process.execPath, ['-e', script], { cwd: root, timeoutMs: 30_000, ...options });
  /** Says its id, and takes no notice of being asked to end. */
  const stubborn = (name: string) => `require('fs').writeFileSync(${JSON.stringify(`${root}/${name}`)}, String(process.pid)); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`;
  const said = (error: unknown) => (error instanceof HostError ? error.message : String(error));
  const ends = async (name: string): Promise<void> => {
    const pid = Number(readFileSync(`${root}/${name}`, 'utf8'));
    const isAlive = () => { try { return process.kill(pid, 0); } catch { return false; } };
    for (let i = 0; isAlive() && i < 100; i++) await new Promise((resume) => { setTimeout(resume, 20); });
    assert.equal(isAlive(), false);
  };

  test('says what it says, and how it ends', async () => {
    assert.deepEqual(await ran('console.log(1); console.error(2); process.exit(3)'), { code: 3, stdout: '1\n', stderr: '2\n' });
    await assert.rejects(nodeHost.run!('kubewho-no-such-program', [], { cwd: root, timeoutMs: 1000 }), is('missing'));
  });

  test('that takes too long is stopped, whether it likes it or not', async () => {
    assert.equal(await ran(stubborn('late'), { timeoutMs: 1500 }).then(() => '', said), 'took longer than 1.5 s');
    await ends('late');
  });

  test('that is no longer wanted is stopped', async () => {
    const abort = new AbortController();
    const run = ran(stubborn('unwanted'), { signal: abort.signal });
    while (!existsSync(`${root}/unwanted`)) await new Promise((resume) => { setTimeout(resume, 20); });
    abort.abort();
    await assert.rejects(run, is('other'));
    await ends('unwanted');
  });
});

describe('on disk', () => {
  test('a file that is written keeps its mode, and nothing else is left behind', async () => {
    writeFileSync(`${root}/mode.yaml`, manifest);
    chmodSync(`${root}/mode.yaml`, 0o640);
    await nodeHost.writeFile!(`${root}/mode.yaml`, new TextEncoder().encode('new'));
    assert.equal(readFileSync(`${root}/mode.yaml`, 'utf8'), 'new');
    if (process.platform !== 'win32') assert.equal(statSync(`${root}/mode.yaml`).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(root).filter((name) => name.includes('.tmp')), []);
  });

  test('a write that fails leaves the file as it was', async () => {
    mkdirSync(`${root}/folder.yaml`);
    await assert.rejects(nodeHost.writeFile!(`${root}/folder.yaml`, new Uint8Array()), HostError);
    assert.ok(existsSync(`${root}/folder.yaml`));
    assert.deepEqual(readdirSync(root).filter((name) => name.includes('.tmp')), []);
  });

  test('symlinks are not followed when discovered, only when named', { skip: process.platform === 'win32' }, async () => {
    mkdirSync(`${root}/tree/sub`, { recursive: true });
    writeFileSync(`${root}/tree/sub/x.yaml`, manifest);
    symlinkSync('..', `${root}/tree/sub/loop`);
    symlinkSync('sub/x.yaml', `${root}/tree/link.yaml`);
    symlinkSync('nowhere', `${root}/tree/broken.yaml`);
    const configure = () => ({ configuration: defaultConfiguration, problems: [] });
    const filesOf = async (...paths: string[]) => (await loadTree(nodeHost, paths, { configure, workspace: `${root}/tree` })).workspaces[0]!.files.map((file) => file.path);
    assert.deepEqual(await filesOf(`${root}/tree`), ['sub/x.yaml']);
    assert.deepEqual(await filesOf(`${root}/tree/link.yaml`), ['link.yaml', 'sub/x.yaml']);
  });
});
