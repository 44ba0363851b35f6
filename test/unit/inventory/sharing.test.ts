import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { Account, Workload } from '../../../engine/identity/parts.ts';
import { symbol } from '../../../engine/identity/objects.ts';
import { sharersOf } from '../../../engine/inventory/sharing.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { graphOfFiles } from '../../support/graph.ts';

interface Pod { readonly kind: 'Pod' | 'Job' | 'CronJob' | 'Deployment'; readonly name: string; readonly image: string; readonly labels: Readonly<Record<string, string>> }

const template = { Pod: (spec: object) => spec, Job: (spec: object) => ({ template: { spec } }), CronJob: (spec: object) => ({ jobTemplate: { spec: { template: { spec } } } }), Deployment: (spec: object) => ({ template: { spec } }) };
const group = { Pod: 'v1', Job: 'batch/v1', CronJob: 'batch/v1', Deployment: 'apps/v1' };

/** Everything as JSON, which is YAML: labels are put on the pods. */
function manifest({ kind, name, image, labels }: Pod, namespace?: string): string {
  const spec = template[kind]({ serviceAccountName: 'shared', containers: [{ name: 'main', image }] }) as { template?: object; jobTemplate?: { spec: { template: object } } };
  for (const pods of [spec.template, spec.jobTemplate?.spec.template]) if (pods) Object.assign(pods, { metadata: { labels } });
  return JSON.stringify({ apiVersion: group[kind], kind, metadata: { name, namespace, ...(kind === 'Pod' ? { labels } : {}) }, spec });
}

const sharersIn = (graph: Graph): Map<Workload, Workload[]> => new Map(graph.workloads.map((one) => [one, [...sharersOf(one, graph.accountOf(one), graph).all()]]));

describe('Who shares an account', () => {
  const seen = ({ object, fact }: Workload) => ({
    kind: object.resource.header.kind,
    name: object.name,
    run: object.resource.header.kind !== 'Deployment',
    program: fact.containers.map(({ image }) => symbol(image)).join(),
    directory: object.document.file.replace(/[^/]*$/, ''),
    label: (key: string) => fact.podLabels.entries[key] && known(fact.podLabels.entries[key]),
  });

  /** The same asked of each two workloads, one by one. */
  const isSharer = (a: Workload, b: Workload, graph: Graph): boolean => {
    const [one, other] = [seen(a), seen(b)];
    if (graph.proximity.alternatives(a.object.document.file, b.object.document.file)) return false;
    if (a.namespace === '' && one.directory !== other.directory) return false;
    const isNamedAfter = one.kind !== other.kind && (one.name === other.name || one.name.startsWith(`${other.name}-`) || other.name.startsWith(`${one.name}-`));
    if (one.run && other.run && (isNamedAfter || one.program === other.program)) return false;
    return !(one.label('app') !== undefined && one.label('app') === other.label('app') && one.label('version') !== other.label('version'));
  };

  test('is, of each other owner, its first workload that is neither the same work nor of other files', () => {
    const pod = fc.record({ kind: fc.constantFrom<Pod['kind'][]>('Pod', 'Job', 'CronJob', 'Deployment'), name: fc.constantFrom('a', 'a-1', 'a-1-2', 'b', 'b-1', 'ab'), image: fc.constantFrom('r/x', 'r/y', 'r/z', 'r/w'), labels: fc.constantFrom<Pod['labels'][]>({}, { app: 'x' }, { app: 'x', version: '1' }, { app: 'x', version: '2' }, { app: 'y', version: '1' }) });
    const files = fc.dictionary(fc.constantFrom('a.yaml', 'b.yaml', 'x/c.yaml', 'x/d.yaml', 'y/e.yaml'), fc.array(pod, { minLength: 1, maxLength: 5 }), { minKeys: 1 });
    let found = 0;
    fc.assert(fc.property(files, fc.constantFrom('team', undefined), (all, namespace) => {
      const graph = graphOfFiles(Object.fromEntries(Object.entries(all).map(([file, pods]) => [file, pods.map((one) => manifest(one, namespace)).join('\n---\n')])));
      for (const [workload, sharers] of sharersIn(graph)) {
        const expected = new Map<string, Workload>();
        for (const other of graph.accountOf(workload).workloads) if (other.owner !== workload.owner && !expected.has(other.owner) && isSharer(workload, other, graph)) expected.set(other.owner, other);
        const account = graph.accountOf(workload);
        assert.deepEqual(sharers.map(({ key }) => key), [...expected.values()].map(({ key }) => key));
        assert.equal(sharersOf(workload, account, graph).count, expected.size);
        found += expected.size;
      }
    }), { numRuns: 150 });
    assert.ok(found > 300);
  });

  test('is found without comparing each with each', () => {
    /** How often a workload is looked at until each of so many knows how many share its account, and whether they are strangers. */
    const looks = (count: number): number => {
      const graph = graphOfFiles({ 'all.yaml': Array.from({ length: count }, (_, i) => manifest({ kind: 'Pod', name: `pod-${i}`, image: `r/x${i}`, labels: { app: 'x' } }, 'team')).join('\n---\n') });
      let looked = 0;
      const watched = graph.workloads.map((one) => ({ ...one, get owner() { looked++; return one.owner; }, get object() { looked++; return one.object; }, get fact() { looked++; return one.fact; } }));
      const account: Account = { ...graph.accountOf(graph.workloads[0]!), workloads: watched };
      for (const one of watched) {
        const sharers = sharersOf(one, account, graph);
        assert.equal(sharers.count, count - 1);
        const [stranger] = sharers.strangers();
        assert.ok(stranger);
        assert.deepEqual([...sharers.strangersAcross()], []);
      }
      return looked;
    };
    const [few, many] = [looks(100), looks(400)];
    assert.ok(many < 5 * few, `${few} looks for 100 pods, ${many} for 400`);
  });
});
