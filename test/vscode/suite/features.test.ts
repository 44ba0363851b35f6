// What the extension does beside showing findings: actions, hovers, its state, its settings, and documents of other kinds.
import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeAll, eventually, findings, show, workspaceFile, write } from './support.ts';

const RULE = 'automounted-token';

/** A Deployment that runs as its namespace's `default` account and mounts its token. */
const deployment = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: features
spec:
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      automountServiceAccountToken: true
      containers:
        - name: ${name}
          image: registry.example/${name}:1
`;

const actionsAt = (uri: vscode.Uri, range: vscode.Range, kind?: vscode.CodeActionKind) =>
  vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind?.value, 20);

interface Status {
  readonly status: { readonly text: string; readonly detail: string; readonly busy: boolean; readonly trouble: boolean };
}

describe('kubewho beside its findings', () => {
  let api: Status;

  before(async () => {
    api = (await vscode.extensions.getExtension<Status>('kubewho.kubewho')!.activate());
  });

  afterEach(async () => {
    await closeAll();
    await vscode.workspace.getConfiguration('kubewho').update('minSeverity', undefined, vscode.ConfigurationTarget.Workspace);
  });

  it('writes a suppression where the finding is, and the finding goes', async () => {
    const uri = await write('suppressed.yaml', deployment('suppressed'));
    const { document } = await show(uri);
    const finding = await eventually('the finding', () => findings(uri, RULE)[0]);
    const actions = await actionsAt(uri, finding.range, vscode.CodeActionKind.QuickFix);
    const ignore = actions.find((action) => action.title.startsWith(`Ignore ${RULE}`));
    assert.ok(ignore?.edit, `"ignore here" among: ${actions.map((action) => action.title).join(', ')}`);
    assert.notEqual(ignore.isPreferred, true);
    assert.ok(await vscode.workspace.applyEdit(ignore.edit));
    assert.match(document.getText(), new RegExp(`\\n {6}# kubewho: ignore\\[${RULE}\\] -- [^\\n]*\\n {6}automountServiceAccountToken`));
    await eventually('the finding to go', () => findings(uri, RULE).length === 0);
  });

  it('links a finding to its documentation and offers to open it', async () => {
    const uri = await write('linked.yaml', deployment('linked'));
    await show(uri);
    const finding = await eventually('the finding', () => findings(uri, RULE)[0]);
    assert.ok(typeof finding.code === 'object' && finding.code.target.path.endsWith(`/${RULE}/README.md`));
    const actions = await actionsAt(uri, finding.range);
    assert.ok(actions.some((action) => action.command?.command === 'kubewho.showDocumentation'));
  });

  it('tells in a hover who a workload runs as', async () => {
    const uri = await write('hovered.yaml', deployment('hovered'));
    const { document } = await show(uri);
    await eventually('the finding', () => findings(uri, RULE)[0]);
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, document.positionAt(document.getText().indexOf('kind:')));
    const said = hover!.contents.map((content) => (typeof content === 'string' ? content : content.value)).join('\n');
    assert.match(said, /\*\*Deployment features\/hovered\*\* runs as account \*\*features\/default\*\*, because it names no other\./);
  });

  it('applies the safe fixes of a file, and only those', async () => {
    const uri = await write('unsafe.yaml', deployment('unsafe'));
    const { document } = await show(uri);
    await eventually('the finding', () => findings(uri, RULE)[0]);
    const actions = await actionsAt(uri, new vscode.Range(0, 0, 0, 0), vscode.CodeActionKind.SourceFixAll);
    assert.deepEqual(actions.filter((action) => action.title.includes('kubewho')).map((action) => action.title), [], 'taking the token away is not safe here');
    assert.equal(document.getText(), deployment('unsafe'));
  });

  it('finds in files that are not open', async () => {
    const uri = await write('closed.yaml', deployment('closed'));
    const finding = await eventually('the finding of a file that is not open', () => findings(uri, RULE)[0]);
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Warning);
    await vscode.workspace.fs.delete(uri);
    await eventually('the finding to go', () => findings(uri).length === 0);
  });

  it('reads documents that were never saved', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: deployment('untitled') });
    await vscode.window.showTextDocument(document);
    await eventually('the finding', () => findings(document.uri, RULE)[0]);
    await closeAll();
    await eventually('the finding to go', () => findings(document.uri).length === 0);
  });

  it('says how it is, starts again when asked, and puts a report in the clipboard', async () => {
    const uri = workspaceFile('deployment.yaml');
    await show(uri);
    await eventually('the state', () => /^kubewho: \d+ findings?$/.test(api.status.text) && !api.status.busy);
    await vscode.commands.executeCommand('kubewho.restart');
    await eventually('the state after a restart', () => /^kubewho: \d+ findings?$/.test(api.status.text) && !api.status.busy);
    await eventually('the finding after a restart', () => findings(uri)[0]);
    void vscode.commands.executeCommand('kubewho.copyReport');
    const report = await eventually('the report', async () => {
      const text = await vscode.env.clipboard.readText();
      return text.includes('"kubewho"') && JSON.parse(text);
    });
    assert.equal(report.kubewho, vscode.extensions.getExtension('kubewho.kubewho')!.packageJSON.version);
    assert.equal(report.server.state, 'ready');
    assert.ok(report.server.files > 0);
  });

  it('shows the faults of kubewho.yaml where they are, and obeys the rest', async () => {
    const uri = await write('configured.yaml', deployment('configured'));
    await show(uri);
    await eventually('the finding', () => findings(uri, RULE)[0]);
    const settings = await write('kubewho.yaml', 'rules:\n  automounted-token: off\n  no-such-rule: off\n');
    try {
      await show(settings);
      const fault = await eventually('the fault', () => findings(settings)[0]);
      assert.equal(fault.range.start.line, 2);
      await eventually('the finding to go', () => findings(uri, RULE).length === 0);
    } finally {
      await vscode.workspace.fs.delete(settings);
    }
    await eventually('the finding to come back', () => findings(uri, RULE)[0]);
    await eventually('the fault to go', () => findings(settings).length === 0);
  });

  it('follows its settings', async () => {
    const uri = await write('quiet.yaml', deployment('quiet'));
    await show(uri);
    await eventually('the finding', () => findings(uri, RULE)[0]);
    await vscode.workspace.getConfiguration('kubewho').update('minSeverity', 'error', vscode.ConfigurationTarget.Workspace);
    await eventually('the finding to go', () => findings(uri, RULE).length === 0);
    await vscode.workspace.getConfiguration('kubewho').update('minSeverity', undefined, vscode.ConfigurationTarget.Workspace);
    await eventually('the finding to come back', () => findings(uri, RULE)[0]);
  });
});
