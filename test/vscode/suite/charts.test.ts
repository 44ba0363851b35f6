// A Helm chart in VS Code: templates judged with unsaved values, and shown with their values beside them.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeAll, eventually, findings, show, workspaceFile, write } from './support.ts';

const RULE = 'automounted-token';
const template = () => workspaceFile('chart/templates/checkout.yaml');
const values = () => workspaceFile('chart/values.yaml');

/** Replaces a text in a document that is not saved. */
async function type(uri: vscode.Uri, before: string, after: string): Promise<void> {
  const { document, edit } = await show(uri);
  const at = document.getText().indexOf(before);
  await edit((builder) => builder.replace(new vscode.Range(document.positionAt(at), document.positionAt(at + before.length)), after));
}

const statusDetail = () => vscode.extensions.getExtension<{ readonly status: { readonly detail: string } }>('kubewho.kubewho')!.exports.status.detail;
const shown = () => vscode.window.visibleTextEditors.find(({ document }) => document.uri.scheme === 'kubewho-rendered');

describe('a chart in VS Code', () => {
  afterEach(closeAll);

  it('is judged with values that are not saved, and as before when they are dropped', async () => {
    await show(template());
    await eventually('the finding', () => findings(template(), RULE)[0]);
    await type(values(), 'automount: true', 'automount: false');
    await eventually('the finding to go', () => findings(template(), RULE).length === 0);
    await closeAll();
    await eventually('the finding to come back', () => findings(template(), RULE)[0]);
  });

  it('is judged with helpers that are not saved', async () => {
    const helpers = workspaceFile('chart/templates/_helpers.tpl');
    const message = () => findings(template(), RULE)[0]?.message ?? '';
    await show(template());
    await eventually('the finding', () => message().includes('checkout'));
    const hover = async () => (await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', template(), new vscode.Position(3, 12))).flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value)).join('\n');
    await type(helpers, '.Values.serviceAccount.name', '"till"');
    await eventually('the hover to say it', async () => (await hover()).includes('`till`'));
    await closeAll();
    await show(template());
    await eventually('the hover to say what it said', async () => (await hover()).includes('`checkout`'));
  });

  it('is judged with templates and read files that are not saved, whatever they are called', async () => {
    await write('reading/Chart.yaml', 'apiVersion: v2\nname: reading\nversion: 1.0.0\n');
    await write('reading/templates/names.txt', '{{ define "account" }}web{{ end }}\n');
    await write('reading/files/token.conf', 'automountServiceAccountToken: true\n');
    await write('reading/templates/web.yaml', 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  serviceAccountName: {{ include "account" . }}\n{{ .Files.Get "files/token.conf" | indent 2 }}\n  containers: [{name: web, image: "example.com/web:1"}]\n');
    const at = workspaceFile('reading/templates/web.yaml');
    const found = () => findings(at, RULE)[0];
    try {
      await show(at);
      await eventually('the finding', found);
      // VS Code is asked for documents of the chart when its templates are read.
      await eventually('what is typed to count', async () => {
        await type(workspaceFile('reading/files/token.conf'), 'true', 'false');
        await new Promise((resume) => { setTimeout(resume, 500); });
        if (!found()) return true;
        await type(workspaceFile('reading/files/token.conf'), 'false', 'true');
        return undefined;
      });
      await type(workspaceFile('reading/files/token.conf'), 'false', 'true');
      await eventually('the finding to come back', found);
      // This one meets two selectors: a change that were told twice would leave another text behind.
      await type(workspaceFile('reading/templates/names.txt'), 'web', 'somebody-else');
      await eventually('the finding to go', () => !found());
      await type(workspaceFile('reading/templates/names.txt'), 'somebody-else', 'web');
      await eventually('the finding to come back again', found);
    } finally {
      await closeAll();
      await vscode.workspace.fs.delete(workspaceFile('reading'), { recursive: true });
    }
  });

  it('shows a template with its values, findings on it, and follows what is typed', async () => {
    await show(template());
    await eventually('the finding', () => findings(template(), RULE)[0]);
    await vscode.commands.executeCommand('kubewho.showRendered', template());
    const { document } = await eventually('the document', shown);
    assert.equal(document.languageId, 'yaml');
    assert.match(document.getText(), /^ {2}name: checkout$/m);
    const finding = await eventually('the finding on it', () => findings(document.uri, RULE)[0]);
    assert.equal(document.lineAt(finding.range.start).text, '      automountServiceAccountToken: true');
    assert.equal(document.getText(finding.range), 'true');
    assert.equal(finding.relatedInformation?.[0]?.location.uri.path, template().path);

    await type(values(), 'automount: true', 'automount: false');
    await eventually('the text to follow', () => document.getText().includes('automountServiceAccountToken: false'));
    await eventually('the finding to go', () => findings(document.uri, RULE).length === 0);
    await type(values(), 'automount: false', 'automount: true');
    await eventually('the finding to come back', () => findings(document.uri, RULE)[0]);
  });
});

/** True, as Helm alone can tell: what is random is nothing to read. */
const random = '{{ randAlphaNum 5 | len | eq 5 }}';
const drawn = `apiVersion: apps/v1
kind: Deployment
metadata: {name: drawn}
spec:
  selector: {matchLabels: {app: drawn}}
  template:
    metadata: {labels: {app: drawn}}
    spec:
      automountServiceAccountToken: ${random}
      containers: [{name: drawn, image: "example.com/drawn:1"}]
`;

describe('a chart that Helm renders in VS Code', () => {
  const at = () => workspaceFile('drawn/templates/drawn.yaml');
  const render = () => vscode.workspace.getConfiguration('kubewho').inspect<string>('render');

  before(async () => {
    await write('drawn/Chart.yaml', 'apiVersion: v2\nname: drawn\nversion: 1.0.0\n');
    await write('drawn/templates/drawn.yaml', drawn);
  });
  afterEach(async () => {
    await closeAll();
    await vscode.workspace.getConfiguration('kubewho').update('render', undefined, vscode.ConfigurationTarget.Global);
  });
  after(() => vscode.workspace.fs.delete(workspaceFile('drawn'), { recursive: true }));

  it('has what Helm alone tells, as the workspace is trusted: not while it is typed in, and again when it is saved', async () => {
    assert.equal(vscode.workspace.isTrusted, true);
    assert.equal(render()?.defaultValue, 'auto');
    const { document } = await show(at());
    const finding = await eventually('what Helm tells', () => findings(at(), RULE)[0]);
    assert.equal(document.getText(finding.range), random);
    await eventually('the state', () => statusDetail().includes('1 chart rendered by Helm'));
    await type(at(), 'kind: Deployment', 'kind: Deployment # typed');
    await eventually('the finding to go', () => findings(at(), RULE).length === 0);
    await document.save();
    await eventually('the finding to come back', () => findings(at(), RULE)[0]);
  });

  it('has it no longer when the setting says so, and again when it does not', async () => {
    await show(at());
    await eventually('what Helm tells', () => findings(at(), RULE)[0]);
    await vscode.workspace.getConfiguration('kubewho').update('render', 'never', vscode.ConfigurationTarget.Global);
    await eventually('the finding to go', () => findings(at(), RULE).length === 0);
    await vscode.workspace.getConfiguration('kubewho').update('render', 'auto', vscode.ConfigurationTarget.Global);
    await eventually('the finding to come back', () => findings(at(), RULE)[0]);
  });
});
