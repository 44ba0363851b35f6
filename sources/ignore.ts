import ignore, { type Ignore } from 'ignore';

/** The ignore files of one folder, and through `above` those of the folders that it lies in. Paths are absolute. */
export interface IgnoreRules {
  readonly folder: string;
  /** In the order in which they decide: .kubewhoignore may take back what .gitignore says. */
  readonly files: readonly Ignore[];
  readonly above: IgnoreRules | undefined;
}

/** The ignore files of a folder below what holds above it; the same rules where there are none. */
export function ignoreRules(folder: string, texts: readonly string[], above: IgnoreRules | undefined): IgnoreRules | undefined {
  if (texts.length === 0) return above;
  return { folder, files: texts.map((text) => ignore({ ignoreCase: false }).add(text)), above };
}

/**
 * Whether a discovered path is ignored. As in git, the deepest ignore file with a word on it decides, and a folder that
 * is ignored is not entered, so that nothing below it can be taken back.
 * @param path absolute; a folder ends with `/`
 */
export function isIgnored(rules: IgnoreRules | undefined, path: string): boolean {
  for (let level = rules; level; level = level.above) {
    const seen = path.slice(level.folder.endsWith('/') ? level.folder.length : level.folder.length + 1);
    for (const file of level.files) {
      const { ignored, unignored } = file.test(seen);
      if (ignored) return true;
      if (unignored) return false;
    }
  }
  return false;
}
