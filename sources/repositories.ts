/** A folder that an object takes from a repository. */
export interface RepositoryFolder {
  /** As repositoryName gives it. */
  readonly repository: string;
  /** From the root of the repository. */
  readonly folder: string;
}

/** What a repository is called whatever the way to it: `https://host/a/b.git`, `git@host:a/b` and `ssh://git@host/a/b/` are one. */
export function repositoryName(url: string): string {
  return url.trim().replace(/^[a-z+]+:\/\//i, '').replace(/^[^/@]*@/, '').replace(/^([^/:]+):(?:\d+\/)?/, '$1/').replace(/\/+$/, '').replace(/\.git$/, '').toLowerCase();
}

/**
 * The repositories that are others than the one whose files these are. No file says which that is; but where objects name
 * several, and all that they take from one of them is here, one of which something is not here is another: a folder of the
 * same name is there by accident. Where that tells nothing, none is.
 */
export function otherRepositories(folders: readonly RepositoryFolder[], paths: ReadonlySet<string>): ReadonlySet<string> {
  const here = new Set<string>(['']);
  for (const path of paths) for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) here.add(path.slice(0, at));
  const missing = new Set(folders.filter(({ folder }) => !here.has(folder)).map(({ repository }) => repository));
  const isOneWhole = folders.some(({ repository }) => !missing.has(repository));
  return isOneWhole ? missing : new Set();
}
