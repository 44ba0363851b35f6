// Findings and quick fixes, as someone who edits a manifest sees them.
import assert from 'node:assert/strict';
import { afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { closeAll, eventually, findings, show, workspaceFile, write } from './support.ts';

const RULE = 'automounted-token';

/** An account and a Deployment whose pod mounts its token, or does not. */
const deployment = (name: string, automount: boolean) => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: payments
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: payments
spec:
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      serviceAccountName: ${name}
      automountServiceAccountToken: ${automount}
      containers:
        - name: ${name}
          image: registry.example/${name}:1.4
`;

describe('kubewho in VS Code', () => {
  before('the extension under test is the expected one', () => {
    const extension = vscode.extensions.getExtension('kubewho.kubewho');
    assert.ok(extension, 'kubewho is installed');
    const expected = process.env.KUBEWHO_TEST_EXTENSION_ROOT ?? '';
    assert.ok(expected !== '' && extension.extensionPath.startsWith(expected), `${extension.extensionPath} lies in ${expected}`);
  });

  afterEach(closeAll);

  it('shows a finding where the token is mounted, and the quick fix clears it', async () => {
    const uri = workspaceFile('deployment.yaml');
    const { document } = await show(uri);
    const finding = await eventually('the finding', () => findings(uri, RULE)[0]);
    assert.equal(document.lineAt(finding.range.start).text.trim(), 'automountServiceAccountToken: true  # left over from a template');
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Warning);

    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider', uri, finding.range, vscode.CodeActionKind.QuickFix.value, 20);
    const fix = actions.find((action) => action.edit?.get(uri).some((edit) => edit.newText.includes('false')));
    assert.ok(fix?.edit, `a quick fix that sets false, among: ${actions.map((action) => action.title).join(', ') || 'none'}`);
    const before = document.getText();
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.equal(document.getText(), before.replace('Token: true', 'Token: false'), 'nothing but the value changes');
    await eventually('the finding to go', () => findings(uri, RULE).length === 0);
  });

  it('keeps nothing of an edit that was never saved', async () => {
    const uri = await write('unsaved.yaml', deployment('unsaved', false));
    const editor = await show(uri);
    const { document } = editor;
    const at = document.getText().indexOf('false');
    await editor.edit((edit) => edit.replace(new vscode.Range(document.positionAt(at), document.positionAt(at + 5)), 'true'));
    await eventually('the finding', () => findings(uri, RULE)[0]);
    await closeAll();
    await eventually('the finding to go', () => findings(uri, RULE).length === 0);
  });

  it('keeps nothing of a file that was deleted in the editor', async () => {
    const uri = await write('deleted.yaml', deployment('deleted', true));
    await show(uri);
    await eventually('the finding', () => findings(uri, RULE)[0]);
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(uri);
    assert.ok(await vscode.workspace.applyEdit(edit));
    await eventually('the finding to go', () => findings(uri, RULE).length === 0);
  });

  it('shows findings of files that are not open, and keeps nothing of one that is deleted elsewhere', async () => {
    const uri = await write('elsewhere.yaml', deployment('elsewhere', true));
    await eventually('the finding', () => findings(uri, RULE)[0]);
    await vscode.workspace.fs.delete(uri);
    await eventually('the finding to go', () => findings(uri, RULE).length === 0);
  });

  it('follows a file to its new name', async () => {
    const uri = await write('before.yaml', deployment('renamed', true));
    await show(uri);
    await eventually('the finding', () => findings(uri, RULE)[0]);
    const renamed = workspaceFile('after.yaml');
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(uri, renamed);
    assert.ok(await vscode.workspace.applyEdit(edit));
    await eventually('the finding under the new name', () => findings(renamed, RULE)[0]);
    await eventually('the finding under the old name to go', () => findings(uri, RULE).length === 0);
  });

  it('keeps nothing of a text that can no longer be read', async () => {
    const uri = await write('broken.yaml', deployment('broken', true));
    const editor = await show(uri);
    await eventually('the finding', () => findings(uri, RULE)[0]);
    // The workload's own document; the account before it stays readable.
    const start = new vscode.Position(6, 0);
    assert.equal(editor.document.lineAt(start).text, 'apiVersion: apps/v1');
    await editor.edit((edit) => edit.insert(start, 'labels: [never, closed\n'));
    await eventually('the finding to go', () => findings(uri, RULE).length === 0);
    await editor.edit((edit) => edit.delete(new vscode.Range(start, start.translate(1))));
    await eventually('the finding to come back', () => findings(uri, RULE)[0]);
  });

  it('reads JSON that is a manifest', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'json', namespace: 'payments' }, spec: { automountServiceAccountToken: true, containers: [{ name: 'json', image: 'registry.example/json:1' }] } };
    const uri = await write('pod.json', JSON.stringify(pod, undefined, 2));
    const { document } = await show(uri);
    const finding = await eventually('the finding', () => findings(uri, RULE)[0]);
    assert.match(document.lineAt(finding.range.start).text, /"automountServiceAccountToken": true/);
  });

  it('leaves read-only documents alone', async () => {
    const scheme = 'kubewho-test-revision';
    const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent: () => deployment('old', true) });
    try {
      const revision = vscode.Uri.from({ scheme, path: '/old.yaml' });
      const { document } = await show(revision);
      assert.equal(document.languageId, 'yaml');
      // A file opened afterwards is answered afterwards: had there been an answer for the revision, it would be here by then.
      const file = await write('new.yaml', deployment('new', true));
      await show(file);
      await eventually('the finding on the file', () => findings(file, RULE)[0]);
      assert.deepEqual(findings(revision), []);
    } finally {
      provider.dispose();
    }
  });
});
