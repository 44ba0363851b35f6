import type { Severity } from '../engine/lint/rule.ts';

/** Paints text for a terminal, or leaves it as it is. */
export interface Style {
  severity(severity: Severity, text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  /** Line numbers, arrows and bars of code frames. */
  frame(text: string): string;
  added(text: string): string;
  removed(text: string): string;
  /** A hyperlink, where the terminal is one that shows them (OSC 8). */
  link(url: string, text: string): string;
}

const codes = { error: '1;31', warning: '1;33', info: '1;36', strong: '1', faint: '2', frame: '34', added: '32', removed: '31' } as const;

/** A style that paints or does not; links only where a person looks at a terminal. */
export function makeStyle(colour: boolean, links = false): Style {
  const paint = (code: string) => (text: string): string => (colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    severity: (severity, text) => paint(codes[severity])(text),
    strong: paint(codes.strong),
    faint: paint(codes.faint),
    frame: paint(codes.frame),
    added: paint(codes.added),
    removed: paint(codes.removed),
    link: (url, text) => (links ? `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\` : text),
  };
}

/** Whether to colour: as --color says, else where a terminal looks and neither NO_COLOR (https://no-color.org) nor TERM=dumb speaks against it. */
export function wantsColour(choice: string, isTTY: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (choice !== 'auto') return choice === 'always';
  return isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
