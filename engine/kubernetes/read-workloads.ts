import type { Cursor } from '../yaml/cursor.ts';
import { readWorkflow } from './argo-workflow.ts';
import { readLabels, type Header } from './header.ts';
import { findPods, type FoundPods } from './pod-unit.ts';
import { podCarrier, type PodCarrier } from './podspec.ts';
import { isPrivileged, numbered, readContainer, readVolume, type WorkloadFact } from './workload.ts';

/** Reads the pods of an object of a kind in podspec-paths.json. One that points at another object's template has none of its own. */
export function readWorkloads(cursor: Cursor, header: Header): WorkloadFact[] {
  const carrier = podCarrier(header.group, header.kind);
  if (!carrier || follows(cursor, carrier)) return [];
  if (carrier.workflow !== undefined) return readWorkflow(cursor, header, carrier.workflow);
  const found = findPods(cursor, header, carrier);
  return numbered(found.map((pods) => readPods(pods, found.length > 1 ? pods.specs[0].place().stable : '')));
}

/** Argo Rollouts: with `workloadRef` the template is that of the object named, which is read for itself (rollout types.go). */
function follows(cursor: Cursor, carrier: PodCarrier): boolean {
  return (carrier.follow ?? []).some((path) => cursor.at(...path.split('.')).isMap);
}

function readPods({ specs, metadata, automountOpen, client, ...account }: FoundPods, part: string): WorkloadFact {
  const [spec] = specs;
  const lists = specs.flatMap((one) => ['containers', 'initContainers', 'ephemeralContainers'].map((list) => one.get(list)));
  const containers = lists.flatMap((list) => list.items());
  const labels = readLabels(metadata.get('labels'));
  const annotations = readLabels(metadata.get('annotations'));
  return {
    fact: 'workload',
    part,
    ...account,
    hostNetwork: spec.get('hostNetwork').boolean(),
    privileged: containers.some(isPrivileged),
    podLabels: account.generated ? { ...labels, open: true } : labels,
    podAnnotations: account.generated ? { ...annotations, open: true } : annotations,
    imagePullSecrets: spec.get('imagePullSecrets').items().map((item) => item.get('name').string()),
    containers: containers.map(readContainer),
    containersOpen: account.generated || spec.open || lists.some((list) => list.open || list.items().some((item) => item.open)),
    volumes: specs.flatMap((one) => one.get('volumes').items()).map(readVolume),
    spec: spec.keyPlace(),
    open: automountOpen || spec.open,
    apiClient: client,
  };
}
