#!/usr/bin/env node
// node test/vscode/ui.mjs [FILE.vsix]
// kubewho as its user sees it: the workbench is driven by mouse and keyboard, and screenshots are left in out/screenshots/.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/setup/places.mjs';
import { Session } from './session.mjs';
import { fixtures, pathWithHelm } from './suite-run.mjs';

const screenshots = path.join(root, 'out/screenshots');
const vsix = process.argv[2]?.endsWith('.vsix') ? path.resolve(process.argv[2]) : undefined;

describe('kubewho on the screen', { timeout: 120_000 }, () => {
  const session = new Session();
  const manifest = path.join(session.workspace, 'deployment.yaml');
  let page;
  const shoot = (name) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  const line = (text) => page.locator('.part.editor .view-line', { hasText: text });

  before(async () => {
    fs.mkdirSync(screenshots, { recursive: true });
    fs.cpSync(fixtures, session.workspace, { recursive: true });
    if (vsix) session.installExtension(vsix);
    await session.startServer();
    page = await session.startBrowser();
    page.setDefaultTimeout(30_000);
    const development = vsix ? [] : [['extensionDevelopmentPath', session.uri(root)]];
    await page.goto(session.url([['openFile', session.uri(manifest)], ...development]), { waitUntil: 'commit' });
    await page.waitForSelector('.monaco-workbench');
  });

  after(async () => {
    await shoot('last').catch(() => {});
    assert.deepEqual(await session.close(), [], 'processes that would not end');
  });

  it('underlines the mounted token', async () => {
    await page.waitForSelector('.squiggly-warning');
    const squiggle = await page.locator('.squiggly-warning').first().boundingBox();
    const mounted = await line('automountServiceAccountToken: true').boundingBox();
    assert.ok(squiggle.y >= mounted.y - 1 && squiggle.y < mounted.y + mounted.height, 'on its line');
  });

  it('lists the finding in Problems', async () => {
    await line('automountServiceAccountToken').click();
    await page.keyboard.press('Control+Shift+M');
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'automounted-token' }).first().waitFor();
    await shoot('1-problems');
  });

  it('offers the fix under the light bulb, and the fix changes the one value', async () => {
    await line('automountServiceAccountToken').getByText('true').click();
    const bulb = page.locator('.lightBulbWidget, .codicon-gutter-lightbulb-auto-fix, .codicon-gutter-lightbulb').filter({ visible: true }).first();
    await bulb.click();
    const row = page.locator('.action-widget .monaco-list-row.action', { hasText: 'Do not mount the token' }).first();
    await row.waitFor();
    await shoot('2-light-bulb');
    // VS Code lays a pane over the menu until the pointer moves over it.
    const { x, y, height } = await row.boundingBox();
    await page.mouse.move(x + 20, y + 4);
    await page.mouse.move(x + 30, y + height / 2);
    await row.click();
    await page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
    const text = fs.readFileSync(manifest, 'utf8');
    await page.keyboard.press('Control+S');
    for (const end = Date.now() + 10_000; fs.readFileSync(manifest, 'utf8') === text && Date.now() < end;) await sleep(50);
    assert.equal(fs.readFileSync(manifest, 'utf8'), text.replace('Token: true', 'Token: false'));
    await shoot('3-fixed');
  });

  it('shows a template of a chart with its values beside it, and the finding on both', async () => {
    await page.keyboard.press('Control+P');
    await page.keyboard.type('templates/checkout.yaml');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'checkout.yaml' }).first().waitFor();
    await page.keyboard.press('Enter');
    await line('{{ .Values.serviceAccount.automount }}').waitFor();
    await page.locator('.editor-actions .codicon-open-preview').first().click();
    const rendered = page.locator('.editor-group-container').nth(1);
    await rendered.locator('.view-line', { hasText: 'automountServiceAccountToken: true' }).waitFor();
    await rendered.locator('.squiggly-warning').first().waitFor();
    const squiggle = await rendered.locator('.squiggly-warning').first().boundingBox();
    const mounted = await rendered.locator('.view-line', { hasText: 'automountServiceAccountToken: true' }).boundingBox();
    assert.ok(squiggle.y >= mounted.y - 1 && squiggle.y < mounted.y + mounted.height, 'on its line');
    await shoot('4-rendered');
  });
});

describe('kubewho in a workspace that nobody trusts yet', { timeout: 120_000 }, () => {
  const runs = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'kubewho-runs-')), 'runs');
  const helm = path.join(path.dirname(runs), 'helm');
  const session = new Session({
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
    env: { PATH: `${path.dirname(helm)}${path.delimiter}${pathWithHelm}` },
  });
  const template = path.join(session.workspace, 'drawn/templates/drawn.yaml');
  // The first is true for everybody to read; the second is, as Helm alone can tell.
  const drawn = ['true', '{{ randAlphaNum 5 | len | eq 5 }}'].map((mounts, i) => `apiVersion: v1
kind: Pod
metadata: {name: drawn-${i}}
spec:
  automountServiceAccountToken: ${mounts}
  containers: [{name: drawn, image: "example.com/drawn:1"}]
`).join('---\n');
  let page;

  before(async () => {
    fs.mkdirSync(path.dirname(template), { recursive: true });
    fs.writeFileSync(path.join(session.workspace, 'drawn/Chart.yaml'), 'apiVersion: v2\nname: drawn\nversion: 1.0.0\n');
    fs.writeFileSync(template, drawn);
    fs.writeFileSync(helm, `#!/bin/sh\necho run >> '${runs}'\nPATH='${pathWithHelm}' exec helm "$@"\n`, { mode: 0o755 });
    if (vsix) session.installExtension(vsix);
    await session.startServer();
    page = await session.startBrowser();
    page.setDefaultTimeout(30_000);
    const development = vsix ? [] : [['extensionDevelopmentPath', session.uri(root)]];
    await page.goto(session.url([['openFile', session.uri(template)], ...development]), { waitUntil: 'commit' });
    await page.waitForSelector('.monaco-workbench');
  });

  after(async () => {
    await page.screenshot({ path: path.join(screenshots, 'last-untrusted.png') }).catch(() => {});
    fs.rmSync(path.dirname(runs), { recursive: true });
    assert.deepEqual(await session.close(), [], 'processes that would not end');
  });

  it('finds what there is to read, and runs no Helm', async () => {
    await page.waitForSelector('.squiggly-warning');
    await sleep(3000);
    assert.equal(await page.locator('.squiggly-warning').count(), 1);
    assert.equal(fs.existsSync(runs), false);
    await page.screenshot({ path: path.join(screenshots, '5-untrusted.png') });
  });

  it('finds what Helm tells as soon as the workspace is trusted', async () => {
    await page.keyboard.press('F1');
    await page.keyboard.type('Workspaces: Manage Workspace Trust');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Manage Workspace Trust' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).first().click();
    await page.locator('.tab', { hasText: 'drawn.yaml' }).first().click();
    await page.locator('.squiggly-warning').nth(1).waitFor();
    assert.equal(fs.readFileSync(runs, 'utf8'), 'run\n');
    await page.screenshot({ path: path.join(screenshots, '6-trusted.png') });
  });
});
