/** What kustomize says of each level on the way to the one that failed. */
const levels = /accumulating (?:resources|components): accumulation err='accumulating (?:resources|components) from '[^']*': read [^']*: is a directory': (?:recursed accumulation of path|recursed accumulation of component|couldn't make target for path) '[^']*': /g;

/** The head of a line of klog, the log of Kubernetes: severity and day, time, process, place (k8s.io/klog/v2, "Log line format"). */
const logHead = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [^\] ]+\] /;

/**
 * Kustomize's message about the level that failed, equal in every run: with paths that count from the workspace, and
 * without the time and process that a kubectl puts before what it logs.
 * @param own the folder in which it was run
 * @param root the folder of the workspace
 */
export function kustomizeWords(stderr: string, own: string, root: string): string {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('# Warning') && !line.startsWith('Warning:'));
  const words = loggedError(lines.join('\n')).replaceAll('\n', ' ').replace(/^[Ee]rror: /, '').replaceAll(levels, '').replaceAll(`${own}/`, '').replaceAll(own, '.').replaceAll(`${root}/`, '').replaceAll(root, '.');
  return words.slice(0, 1000) || 'it failed';
}

/** The error of a log line: quoted as Go quotes text, or between `<` and `>` where it has several lines. */
function loggedError(text: string): string {
  if (!logHead.test(text)) return text;
  const line = text.replace(logHead, '');
  const block = /^"[^"\n]*" err=<\n([^]*)\n>/.exec(line)?.[1];
  const quoted = /^"[^"\n]*" err="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  return block ?? (quoted === undefined ? line : unquoted(quoted));
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** What Go's strconv.Quote wrote between its quotes. */
function unquoted(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/g, (_, x?: string, u?: string, long?: string, one?: string) => (one === undefined ? String.fromCodePoint(Math.min(parseInt((x ?? u ?? long)!, 16), 0x10ffff)) : escapes[one] ?? one));
}
