import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, test } from 'node:test';
import { defaultConfiguration } from '../../engine/lint/config.ts';
import { toData } from '../../engine/yaml/node.ts';
import { parseYaml } from '../../engine/yaml/parse.ts';
import { splitStream } from '../../engine/yaml/split.ts';
import { makePlan, type Plan } from '../../sources/plan.ts';
import { corpusAbsent } from '../support/absent.ts';
import { corpusProjects, corpusTexts } from './projects.ts';

/* Patches in real repositories that are built with kustomize: none may be judged as if it were an object. */
const estates = ['bjw-s-labs__home-ops', 'billimek__k8s-gitops', 'redhat-cop__gitops-catalog', 'argoproj__argo-cd', 'kubernetes__ingress-nginx'];
/** Their kustomizations add selectors by `commonLabels`. */
const labelled = ['argoproj__argo-cd', 'kubernetes__ingress-nginx'];
const projects = new Map(estates.filter((project) => corpusProjects().includes(project)).map((project) => [project, corpusTexts(project)]));

if (projects.size === 0) corpusAbsent(estates.length - labelled.length + 1);
else describe('patches are not judged as objects', () => {
  test('no file that a kustomization calls by `path:`', () => {
    const patches = [...projects].flatMap(([project, texts]) => {
      const plan = planOf(texts);
      return [...texts].filter(([path]) => /\/kustomization\.ya?ml$/.test(path)).flatMap(([path, text]) => pathsIn(text).map((name) => posix.join(posix.dirname(path), name)))
        .filter((path) => texts.has(path)).map((path) => ({ file: `${project}/${path}`, role: plan.of(path)?.role }));
    });
    assert.ok(patches.length > 20, `only ${patches.length} patches`);
    assert.deepEqual(patches.filter(({ role }) => role !== 'patch'), []);
  });

  for (const [project, texts] of projects) if (!labelled.includes(project)) test(`${project}: what is judged has the selector that the API server requires, which patches leave out`, () => {
    const plan = planOf(texts);
    const workloads = [...texts].filter(([path]) => plan.of(path)?.role === 'manifest').flatMap(([path, text]) => splitStream(text).map((document) => ({ path, data: toData(parseYaml(document.text, 'kubernetes').root) as { kind?: string; apiVersion?: string; spec?: { selector?: unknown } } | undefined })))
      .filter(({ data }) => data?.apiVersion === 'apps/v1' && ['Deployment', 'StatefulSet', 'DaemonSet'].includes(data.kind ?? ''));
    assert.deepEqual(workloads.filter(({ data }) => !data?.spec?.selector).map(({ path }) => path), []);
  });
});

function planOf(texts: ReadonlyMap<string, string>): Plan {
  return makePlan({ paths: [...texts.keys()], textOf: (path) => texts.get(path), configuration: defaultConfiguration });
}

function pathsIn(kustomization: string): string[] {
  return [...kustomization.matchAll(/^[ -]*path: *["']?([^\s"'#]+\.ya?ml)/gm)].map((match) => match[1]!);
}
