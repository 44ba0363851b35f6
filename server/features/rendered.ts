import type { Connection, Diagnostic } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import { isPartial } from '../../engine/helm/chart.ts';
import { hash } from '../../engine/lint/finding.ts';
import { documentText } from '../positions.ts';
import type { Place, Session } from '../session.ts';
import { diagnosticOf, type Report } from './diagnostics.ts';

/** The scheme of documents that show a template with its values; only what is in their query counts. */
export const renderedScheme = 'kubewho-rendered';

/** A way in which a template's chart is installed (`kubewho/rendered`), and the document that shows the template so. */
export interface RenderedWay {
  readonly label: string;
  readonly uri: string;
}

const REFRESH_MS = 100;

/** Documents that show what a template writes (`workspace/textDocumentContent`, LSP 3.18), as new as the last keystroke. */
export function registerRendered(connection: Connection, session: Session): void {
  connection.onRequest('kubewho/rendered', async ({ uri }: { uri: string }): Promise<RenderedWay[]> => {
    const place = await session.place(uri);
    return place ? place.project.workspace.variantsOf(place.path).map(({ name, label }) => ({ label: label ?? 'defaults', uri: uriOf(uri, name) })) : [];
  });
  if (!session.client.showsContents) return;

  /** The texts that the client has. */
  const shown = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  connection.workspace.textDocumentContent.on(async ({ uri }) => {
    const text = textOf(await templateOf(session, uri));
    shown.set(uri, text);
    return { text };
  });
  session.documents.onDidClose(({ document: { uri } }) => shown.delete(uri));
  session.onChange(() => {
    if (shown.size > 0) timer ??= setTimeout(() => void refresh(), REFRESH_MS);
  });

  async function refresh(): Promise<void> {
    timer = undefined;
    for (const [uri, before] of shown) {
      if (textOf(await templateOf(session, uri)) !== before) await connection.workspace.textDocumentContent.refresh(uri).catch(() => {});
    }
  }
}

/** A template as a way of installing its chart has it. */
interface Template {
  readonly place: Place;
  readonly name: string;
}

function uriOf(template: string, name: string): string {
  return URI.parse(template).with({ scheme: renderedScheme, authority: '', query: JSON.stringify([template, name]) }).toString();
}

/** The template that a document shows; undefined where it is none of these documents, or no template any more. */
async function templateOf(session: Session, uri: string): Promise<Template | undefined> {
  const asked = queryOf(uri);
  const place = asked && (await session.place(asked[0]));
  return place && { place, name: asked![1] };
}

/** Whether a document shows a template with its values. */
export function isRendered(uri: string): boolean {
  return uri.startsWith(`${renderedScheme}:`);
}

function queryOf(uri: string): readonly [string, string] | undefined {
  if (!isRendered(uri)) return undefined;
  try {
    const [template, name] = JSON.parse(URI.parse(uri).query) as unknown[];
    return typeof template === 'string' && typeof name === 'string' ? [template, name] : undefined;
  } catch {
    return undefined;
  }
}

function textOf(template: Template | undefined): string {
  if (template && isPartial(template.place.path)) return '# A helper writes nothing by itself: templates use what it defines.\n';
  return (template && template.place.project.rendered(template.place.path, template.name)?.text) ?? '# What this template writes cannot be told without Helm.\n';
}

/** The findings on a document that shows a template; undefined for every other document. */
export async function renderedReport(session: Session, uri: string): Promise<Report | undefined> {
  if (!isRendered(uri)) return undefined;
  const template = await templateOf(session, uri);
  const items = template ? diagnosticsOn(session, template) : [];
  return { resultId: hash(JSON.stringify(items)), items };
}

function diagnosticsOn({ client, positions }: Session, { place: { project, path }, name }: Template): Diagnostic[] {
  const rendered = project.rendered(path, name);
  if (!rendered) return [];
  const text = documentText(rendered.text);
  return rendered.findings.map(({ finding, span }) => {
    // Fixes are made in the template: that is where its fingerprint leads.
    const { data: _, relatedInformation = [], ...diagnostic } = diagnosticOf(project, finding, client);
    const written = { location: { uri: project.uri(path), range: diagnostic.range }, message: 'written here' };
    return { ...diagnostic, range: positions.range(text, span), ...(client.related ? { relatedInformation: [written, ...relatedInformation] } : {}) };
  });
}
