import { groupOf } from './header.ts';
import { isRead } from './read.ts';

/**
 * Looks at top-level `apiVersion` and `kind` without parsing. Sure answers only: `none` where no kind, or no version, is
 * mentioned at all, `unread` where both stand unquoted at the left margin and nothing reads that kind; else the document is parsed.
 */
export function peekKind(text: string): 'none' | 'unread' | 'parse' {
  const kinds = [...text.matchAll(/^kind:[ \t]+([A-Za-z0-9]+)[ \t]*(?:#.*)?\r?$/gm)];
  if (kinds.length === 0) return text.includes('kind') && text.includes('apiVersion') ? 'parse' : 'none';
  const version = /^apiVersion:[ \t]+["']?([A-Za-z0-9./-]+)["']?[ \t]*(?:#.*)?\r?$/m.exec(text)?.[1];
  if (version === undefined) return 'parse';
  return kinds.some((match) => isRead(groupOf(version), match[1]!, text)) ? 'parse' : 'unread';
}
