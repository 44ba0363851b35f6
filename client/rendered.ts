import { languages, Uri, ViewColumn, window, workspace } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';

/** A way in which a template's chart is installed, and the document that shows the template so (`kubewho/rendered`). */
interface RenderedWay {
  readonly label: string;
  readonly uri: string;
}

/** Shows a template of a chart with its values, beside it; with which, is asked where there are several ways. */
export async function showRendered(client: BaseLanguageClient, template: Uri | undefined): Promise<void> {
  const uri = template ?? window.activeTextEditor?.document.uri;
  const ways = uri ? await client.sendRequest<RenderedWay[]>('kubewho/rendered', { uri: client.code2ProtocolConverter.asUri(uri) }) : [];
  if (ways.length === 0) {
    await window.showInformationMessage('This is not a template of a Helm chart.');
    return;
  }
  const way = ways.length === 1 ? ways[0] : (await window.showQuickPick(ways.map((one) => ({ ...one })), { placeHolder: 'Show the template with the values of' }));
  if (!way) return;
  const document = await workspace.openTextDocument(Uri.parse(way.uri));
  await window.showTextDocument(await languages.setTextDocumentLanguage(document, 'yaml'), { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: false });
}
