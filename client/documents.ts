import type { TextDocument } from 'vscode';

const languages = ['yaml', 'helm', 'json'];

/** Documents that someone edits; the server makes the same choice for clients that do not. */
const schemes = ['file', 'untitled', 'vscode-vfs', 'vscode-test-web', 'vscode-remote', 'memfs'];

/** Documents that show a template with its values (server/features/rendered.ts). */
export const renderedScheme = 'kubewho-rendered';

/**
 * What the server is told of. The `helm` language is there where another extension brings it; this one brings none, so
 * helpers of charts may be of any language, and what is called like nothing that VS Code knows may be a template.
 */
export const documentSelector = [
  ...languages.flatMap((language) => schemes.map((scheme) => ({ language, scheme }))),
  ...schemes.map((scheme) => ({ scheme, pattern: '**/templates/**/*.tpl' })),
  ...schemes.flatMap((scheme) => ['plaintext', 'gotmpl'].map((language) => ({ language, scheme, pattern: '**/templates/**' }))),
  { language: 'yaml', scheme: renderedScheme },
];

/** Whether a document is a reason to start. JSON is everywhere, and seldom a manifest. */
export function mayBeManifest(document: TextDocument): boolean {
  if (!languages.includes(document.languageId) || !schemes.includes(document.uri.scheme)) return false;
  if (document.languageId !== 'json') return true;
  const text = document.getText();
  return text.includes('"apiVersion"') && text.includes('"kind"');
}
