import type { Style } from './style.ts';

const width = 100;

/** Markdown for a terminal: headings strong, examples indented under their name, links written out, paragraphs wrapped. */
export function renderMarkdown(markdown: string, style: Style): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let fenced = false;
  const flush = (): void => {
    if (paragraph.length > 0) out.push(...wrap(inline(paragraph.join(' '))));
    paragraph = [];
  };
  for (const line of markdown.trimEnd().split(/\r?\n/)) {
    const fence = /^```\s*(?:\S+)?\s*(.*)$/.exec(line);
    if (fence) {
      flush();
      if (!fenced && fence[1]) out.push(style.strong(`  ${fence[1]}`));
      fenced = !fenced;
      continue;
    }
    const heading = /^#+\s+(.*)$/.exec(line);
    if (fenced) out.push(line === '' ? '' : `    ${line}`);
    else if (heading) {
      flush();
      out.push(style.strong(heading[1]!));
    } else if (line.trim() === '' || line.startsWith('|')) {
      flush();
      out.push(line);
    } else if (/^\s*(?:[-*]|\d+\.)\s/.test(line)) {
      flush();
      paragraph.push(line);
    } else paragraph.push(paragraph.length === 0 ? line : line.trim());
  }
  flush();
  return `${out.join('\n')}\n`;

  function inline(text: string): string {
    return text
      .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, words: string, url: string) => (words === url ? url : `${words} (${url})`))
      .replace(/\*\*([^*]+)\*\*/g, '$1')
      .replace(/`([^`]+)`/g, '$1');
  }
}

/** Breaks a paragraph at blanks; a list item's further lines stand under its text. */
function wrap(text: string): string[] {
  const hanging = ' '.repeat(/^\s*(?:[-*]|\d+\.)\s+/.exec(text)?.[0].length ?? 0);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging + word;
    } else line = line === '' && lines.length === 0 ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
