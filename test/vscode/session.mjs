// One VS Code server with a browser that shows its workbench, in a temporary folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeServer, findChromium, toolsPackage } from '../../scripts/setup/places.mjs';
import { killAll, processesOf, RUN_MARK } from './processes.mjs';

const { chromium } = createRequire(path.join(toolsPackage, 'package.json'))('playwright-core');
const server = path.join(codeServer.dir, 'lib/vscode');

const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

/** Settings of the workbench that keep it still: no welcome page, no look-ups, and above all no automatic saving. */
const QUIET_SETTINGS = {
  'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'none', 'telemetry.telemetryLevel': 'off', 'files.autoSave': 'off', 'git.enabled': false,
  'extensions.autoCheckUpdates': false, 'extensions.autoUpdate': false, 'extensions.ignoreRecommendations': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden', 'editor.minimap.enabled': false,
};

export class Session {
  /** @param {{settings?: object, env?: Record<string, string>}} options settings and environment of VS Code beside the quiet ones */
  constructor({ settings = {}, env = {} } = {}) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kubewho-vscode-'));
    this.runId = `${path.basename(this.folder)}-${process.pid}`;
    this.workspace = path.join(this.folder, 'workspace');
    this.extensions = path.join(this.folder, 'extensions');
    this.data = path.join(this.folder, 'data');
    this.log = '';
    const home = path.join(this.folder, 'home');
    for (const dir of [this.workspace, this.extensions, path.join(this.data, 'data/User'), home]) fs.mkdirSync(dir, { recursive: true });
    // VS Code runs programs with the PATH that a login shell has.
    if (env.PATH) fs.writeFileSync(path.join(home, '.profile'), `PATH='${env.PATH}'\n`);
    fs.writeFileSync(path.join(this.data, 'data/User/settings.json'), JSON.stringify({ ...QUIET_SETTINGS, ...settings }));
    // An editor's or Node's own variables, inherited from the shell that runs this, would change the server under test.
    const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|CODE_SERVER_|NODE_OPTIONS$)/.test(name));
    this.env = { ...Object.fromEntries(inherited), ...env, [RUN_MARK]: this.runId, HOME: home, SHELL: '/bin/sh' };
    this.cleanUp = () => {
      killAll(processesOf(this.runId, this.folder));
      fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    };
    process.once('exit', this.cleanUp);
  }

  /** The version of VS Code, as its package says. */
  get version() {
    return JSON.parse(fs.readFileSync(path.join(server, 'package.json'), 'utf8')).version;
  }

  /** Installs a packaged extension into this session. */
  installExtension(vsix) {
    const run = spawnSync(process.execPath, [...this.#arguments(), '--install-extension', vsix, '--force'], { env: this.env, encoding: 'utf8', timeout: 60_000 });
    const said = `${run.stdout}${run.stderr}`;
    if (run.status !== 0 || !/successfully installed/i.test(said)) throw new Error(`${vsix} could not be installed (exit ${run.status}):\n${said}`);
  }

  /** Starts the server and resolves when it answers. */
  async startServer() {
    this.port = await freePort();
    this.server = spawn(process.execPath, [...this.#arguments(), '--host', '127.0.0.1', '--port', String(this.port), '--without-connection-token'],
      { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.server.stdout, this.server.stderr]) stream.setEncoding('utf8').on('data', (text) => { this.log += text; });
    this.server.once('exit', (code, signal) => { this.serverEnd = String(code ?? signal); });
    for (const end = Date.now() + 30_000; Date.now() < end && this.serverEnd === undefined; await sleep(100)) {
      try { if ((await fetch(`http://127.0.0.1:${this.port}/version`)).ok) return; } catch { /* not listening yet */ }
    }
    throw new Error(`the VS Code server did not listen within 30 s (${this.serverEnd ?? 'still running'}):\n${this.log.slice(-3000)}`);
  }

  /** Starts the browser and resolves to its page, which has shown nothing yet. */
  async startBrowser() {
    const executablePath = findChromium();
    if (!executablePath) throw new Error('no Chromium: run `node scripts/setup.mjs --tests`');
    this.browser = await chromium.launchPersistentContext(path.join(this.folder, 'browser'), {
      executablePath, headless: true, viewport: { width: 1280, height: 800 }, args: CHROMIUM_FLAGS, env: this.env,
      handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false,
    });
    // The page sees this server and nothing else: no look-up elsewhere can delay or change a run.
    await this.browser.route((url) => /^https?:$/.test(url.protocol) && url.hostname !== '127.0.0.1', (route) => route.abort());
    return this.browser.pages()[0] ?? await this.browser.newPage();
  }

  /** The URI of a file as the workbench names it. The authority has to be the page's own host. */
  uri(file) {
    return `vscode-remote://127.0.0.1:${this.port}${file}`;
  }

  /** The page's address; the payload is how the web workbench takes what the desktop takes as command line arguments. */
  url(payload) {
    const url = new URL(`http://127.0.0.1:${this.port}/`);
    url.searchParams.set('folder', this.workspace);
    url.searchParams.set('payload', JSON.stringify([['skipWelcome', 'true'], ['skipReleaseNotes', 'true'], ...payload]));
    return url.href;
  }

  /** Ends browser and server and removes the folder. Resolves to the ids of processes that would not end. */
  async close() {
    await Promise.race([this.browser?.close().catch(() => {}), sleep(5000, undefined, { ref: false })]);
    this.server?.kill('SIGTERM');
    for (let i = 0; i < 20 && this.server && this.serverEnd === undefined; i++) await sleep(50);
    killAll(processesOf(this.runId, this.folder));
    let left = processesOf(this.runId, this.folder);
    for (let i = 0; i < 40 && left.length > 0; i++) {
      await sleep(50);
      left = processesOf(this.runId, this.folder);
    }
    process.removeListener('exit', this.cleanUp);
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    return left;
  }

  #arguments() {
    return [path.join(server, 'out/server-main.js'), '--server-data-dir', this.data, '--extensions-dir', this.extensions,
      '--accept-server-license-terms', '--telemetry-level', 'off',
      '--enable-smoke-test-driver']; // newer workbenches take extension paths from the page's address only with this
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
