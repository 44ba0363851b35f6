import type { Span } from '../yaml/text.ts';

/** A replacement in a file's text as it is now, or a file to be made (`create`: the whole text is newText, the span is empty). */
export interface FileEdit {
  readonly file: string;
  readonly span: Span;
  readonly newText: string;
  readonly create: boolean;
}

/** A fix made concrete: what `--fix` writes and what an editor applies. */
export interface Fix {
  readonly id: string;
  readonly title: string;
  readonly safe: boolean;
  readonly choice: boolean;
  readonly edits: readonly FileEdit[];
}

/** Applies edits to the texts of their files; overlapping ones are refused as a whole (undefined). Offsets are those of the texts given. */
export function applyEdits(text: string, edits: readonly { readonly span: Span; readonly newText: string }[]): string | undefined {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  let out = '';
  let at = 0;
  for (const { span, newText } of sorted) {
    if (span.start < at) return undefined;
    out += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return out + text.slice(at);
}
