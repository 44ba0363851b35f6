import { MarkupKind, type MarkupContent } from 'vscode-languageserver';

/** How a text is marked up: Markdown where the client shows it, else plain. */
export interface Markup {
  readonly kind: MarkupKind;
  strong(text: string): string;
  code(text: string): string;
  /** YAML of several lines. */
  block(text: string): string;
  link(text: string, url: string): string;
}

/** Names in manifests are anybody's: what Markdown would read as markup is taken out of its hands. */
const markdown: Markup = {
  kind: MarkupKind.Markdown,
  strong: (text) => `**${text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&')}**`,
  code: (text) => `\`${text.replaceAll('`', "'")}\``,
  block: (text) => `\`\`\`yaml\n${text.replaceAll('```', "'''")}\n\`\`\``,
  link: (text, url) => `[${text}](${url})`,
};

const plain: Markup = {
  kind: MarkupKind.PlainText,
  strong: (text) => text,
  code: (text) => text,
  block: (text) => text,
  link: (text, url) => `${text}: ${url}`,
};

export function markupFor(client: { readonly markdown: boolean }): Markup {
  return client.markdown ? markdown : plain;
}

/** Paragraphs as one content. */
export function content(markup: Markup, paragraphs: readonly string[]): MarkupContent {
  return { kind: markup.kind, value: paragraphs.join('\n\n') };
}
