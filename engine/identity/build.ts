/** What Kustomize makes of the objects of a file, in all the builds that reach it (semantics.md 10.2). */
export interface Build {
  /** The folders of the outermost kustomizations: what one of them builds is one build. */
  readonly roots: readonly string[];
  /** The namespace that every namespaced object gets, whatever is written; "" where builds differ, absent where one sets none. */
  readonly namespace?: string;
  /** What the builds put around names, once for each different way. */
  readonly names: readonly Renaming[];
  /** Whether a build may change other fields in ways that are not followed: patches, replacements, name references of its own. */
  readonly rewrites?: true;
  /** Whether a build has objects that are in no file read: bases elsewhere, files that are not there. */
  readonly open?: true;
}

export interface Renaming {
  readonly prefix: string;
  readonly suffix: string;
  /** The name that a patch has given in place of the written one. */
  readonly name?: string;
}

/** What several builds make of the same objects. A written namespace is overwritten where every build sets one; where these differ, nobody can tell which it is (""). */
export function joinBuilds(builds: readonly Build[]): Build {
  const [first, ...others] = new Set(builds.map(({ namespace }) => namespace));
  const overwritten = builds.some(({ namespace }) => namespace === undefined) ? undefined : others.length > 0 ? '' : first;
  const names = new Map(builds.flatMap((build) => build.names).map((one) => [JSON.stringify([one.prefix, one.suffix, one.name]), one]));
  return { roots: [...new Set(builds.flatMap(({ roots }) => roots))], ...(overwritten === undefined ? {} : { namespace: overwritten }), names: [...names.values()], ...(builds.some(({ rewrites }) => rewrites) ? { rewrites: true } : {}), ...(builds.some(({ open }) => open) ? { open: true } : {}) };
}

/** Whether two files are built together by one kustomization: then names among them mean what is written. */
export function builtTogether(a: Build | undefined, b: Build | undefined): boolean {
  if (!a || !b) return false;
  return a === b || a.roots.some((root) => b.roots.includes(root));
}

/** Whether two descriptions of builds say the same. */
export function sameBuild(a: Build | undefined, b: Build | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The names that an object may have in the cluster, each once: one where nothing renames it, or every build alike. */
export function namesInCluster({ name, build }: { readonly name: string; readonly build?: Build }): readonly string[] {
  if (!build || name === '') return [name];
  return [...new Set(build.names.map((one) => one.prefix + (one.name ?? name) + one.suffix))];
}

/** The name that an object has in the cluster; where builds give it several, the one that is written. */
export function nameInCluster(object: { readonly name: string; readonly build?: Build }): string {
  const names = namesInCluster(object);
  return names.length === 1 ? names[0]! : object.name;
}

/** Whether a name, as it is written in one file, means an object of another: within a build by what is written, from outside by what comes out. */
export function isCalled(object: { readonly name: string; readonly build?: Build }, name: string, from: Build | undefined): boolean {
  if (object.name === name && (!object.build || builtTogether(object.build, from))) return true;
  const names = namesInCluster(object);
  return names.length === 1 && names[0] === name;
}

/** Kinds, of any group, in whose pods Kustomize follows an account that it renames (kustomize api/internal/konfig/builtinpluginconsts/namereference.go). */
const followed = new Set(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Job', 'CronJob']);

/**
 * The name that Kustomize gives an account, where a workload built with it goes on naming it as it is written: in kinds
 * whose references are not followed, and in the alias \`serviceAccount\`, which never is. Undefined where the name follows,
 * where builds differ, or where a patch or a name reference of the build's own may see to it.
 */
export function leftBehind(account: { readonly name: string; readonly build?: Build }, user: { readonly kind: string; readonly alias: boolean; readonly build: Build | undefined }): string | undefined {
  if (!builtTogether(account.build, user.build) || account.build!.rewrites || user.build!.rewrites) return undefined;
  if (followed.has(user.kind) && !user.alias) return undefined;
  const names = namesInCluster(account);
  return names.length === 1 && names[0] !== account.name ? names[0] : undefined;
}
