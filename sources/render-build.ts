import { readOutput, type OutputObject } from '../engine/kustomize/output.ts';
import { HostError, type Host } from './host.ts';
import type { KustomizeBuild } from './kustomizations.ts';
import { kustomizeWords } from './kustomize-words.ts';
import { offline } from './offline.ts';
import { relativeTo, resolvePath } from './path.ts';

/** The objects of a build, or why there are none: kustomize's own words, or that it is not there. */
export type BuildRendering = { readonly objects: readonly OutputObject[] } | { readonly failed: string } | { readonly missing: true };

/** Longer than any build takes; one that takes longer is stopped. */
const timeoutMs = 60_000;

/** `kustomize`, or the one that is part of kubectl. */
const programs: readonly (readonly [command: string, subcommand: string])[] = [['kustomize', 'build'], ['kubectl', 'kustomize']];

/**
 * Has the user's own kustomize build a kustomization: no shell, no network, no plug-ins, no Helm, and no longer than a
 * minute. What it builds says where it comes from, because a kustomization of one's own, in a folder of one's own, asks for that.
 * @param root the folder of the workspace, absolute
 */
export async function renderBuild(host: Host, root: string, { folder }: KustomizeBuild): Promise<BuildRendering> {
  if (!host.run || !host.withFolder) return { missing: true };
  const target = resolvePath(root, folder);
  return host.withFolder(async (own): Promise<BuildRendering> => {
    await host.writeFile!(`${own}/kustomization.yaml`, new TextEncoder().encode(`resources: [${JSON.stringify(relativeTo(own, target))}]\nbuildMetadata: [originAnnotations]\n`));
    for (const [command, subcommand] of programs) {
      try {
        const { code, stdout, stderr } = await host.run!(command, [subcommand, '--load-restrictor', 'LoadRestrictionsNone', own], { cwd: own, timeoutMs, environment: offline });
        if (code !== 0) return { failed: kustomizeWords(stderr, own, root) };
        return { objects: readOutput(stdout, (path) => relativeTo(root, resolvePath(own, path))) };
      } catch (error) {
        if (!(error instanceof HostError && error.code === 'missing')) return { failed: error instanceof Error ? error.message : String(error) };
      }
    }
    return { missing: true };
  });
}
