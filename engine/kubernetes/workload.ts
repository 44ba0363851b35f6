import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import { readLabels, type Header, type Labels } from './header.ts';
import { podCarrier, walk } from './podspec.ts';

export interface Container {
  readonly name: Value<string>;
  readonly image: Value<string>;
  readonly command: readonly Value<string>[];
  readonly args: readonly Value<string>[];
  /** Literal environment values by name; `valueFrom` and the like are absent here. */
  readonly env: Readonly<Record<string, Value<string>>>;
  /** Fields of the pod that environment values are taken from (`valueFrom.fieldRef.fieldPath`), by variable name. */
  readonly envFields: Readonly<Record<string, Value<string>>>;
  readonly mounts: readonly { readonly path: Value<string>; readonly volume: Value<string> }[];
  readonly at: Place;
}

export interface Volume {
  readonly name: Value<string>;
  /** The key that says what it is: secret, configMap, projected, hostPath, csi, emptyDir … */
  readonly type: string;
  readonly hostPath: Value<string>;
  readonly secretName: Value<string>;
  readonly csiDriver: Value<string>;
  readonly tokens: readonly ProjectedToken[];
  readonly at: Place;
}

/** A `serviceAccountToken` source of a projected volume. */
export interface ProjectedToken {
  readonly audience: Value<string>;
  readonly expirationSeconds: Value<number>;
  readonly path: Value<string>;
  readonly at: Place;
}

/** One pod template of an object: who it runs as, what it mounts, how it can be selected. */
export interface WorkloadFact {
  readonly fact: 'workload';
  /** Which pod template of the object this is; "" where there is only one. */
  readonly part: string;
  readonly serviceAccountName: Value<string>;
  /** The deprecated alias `serviceAccount`; counts only where serviceAccountName is empty (conversion.go of core/v1). */
  readonly serviceAccount: Value<string>;
  readonly automount: Value<boolean>;
  readonly hostNetwork: Value<boolean>;
  readonly privileged: boolean;
  readonly podLabels: Labels;
  readonly podAnnotations: Labels;
  readonly imagePullSecrets: readonly Value<string>[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  /** The PodSpec itself; where absent fields would be written. */
  readonly spec: Place;
  /** Whether a template may add PodSpec fields that cannot be seen. */
  readonly open: boolean;
}

/** Reads every pod template of an object of a kind in podspec-paths.json. */
export function readWorkloads(cursor: Cursor, header: Header): WorkloadFact[] {
  const carrier = podCarrier(header.group, header.kind);
  if (!carrier) return [];
  const specs = [...carrier.podSpec, ...carrier.podSpecInline].flatMap((path) => walk(cursor, path).map((spec) => ({ path, spec })));
  return specs.map(({ path, spec }) => readPodSpec(spec, podMetadata(cursor, path), specs.length > 1 ? path : ''));
}

/** The pod's labels and annotations stand beside the PodSpec, at its sibling `metadata`; a bare Pod's are its own. */
function podMetadata(cursor: Cursor, specPath: string): Cursor {
  const above = specPath.split('.').slice(0, -1).join('.');
  return (above === '' ? cursor : walk(cursor, above)[0] ?? cursor).get('metadata');
}

function readPodSpec(spec: Cursor, metadata: Cursor, part: string): WorkloadFact {
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) => spec.get(list).items());
  return {
    fact: 'workload',
    part,
    serviceAccountName: spec.get('serviceAccountName').string(),
    serviceAccount: spec.get('serviceAccount').string(),
    automount: spec.get('automountServiceAccountToken').boolean(),
    hostNetwork: spec.get('hostNetwork').boolean(),
    privileged: containers.some((container) => known(container.at('securityContext', 'privileged').boolean()) === true),
    podLabels: readLabels(metadata.get('labels')),
    podAnnotations: readLabels(metadata.get('annotations')),
    imagePullSecrets: spec.get('imagePullSecrets').items().map((item) => item.get('name').string()),
    containers: containers.map(readContainer),
    volumes: spec.get('volumes').items().map(readVolume),
    spec: spec.keyPlace(),
    open: spec.open,
  };
}

function readContainer(container: Cursor): Container {
  const env: Record<string, Value<string>> = Object.create(null);
  const envFields: Record<string, Value<string>> = Object.create(null);
  for (const item of container.get('env').items()) {
    const name = item.get('name').string();
    if (name.state !== 'known') continue;
    env[name.value] = item.get('value').string();
    const field = item.at('valueFrom', 'fieldRef', 'fieldPath').string();
    if (field.state !== 'absent') envFields[name.value] = field;
  }
  return {
    name: container.get('name').string(),
    image: container.get('image').string(),
    command: container.get('command').strings(),
    args: container.get('args').strings(),
    env,
    envFields,
    mounts: container.get('volumeMounts').items().map((mount) => ({ path: mount.get('mountPath').string(), volume: mount.get('name').string() })),
    at: container.place(),
  };
}

function readVolume(volume: Cursor): Volume {
  const type = volume.fields().find((field) => field.key !== 'name')?.key ?? 'emptyDir';
  const tokens = volume.at('projected', 'sources').items().map((source) => source.get('serviceAccountToken')).filter((token) => token.exists);
  return {
    name: volume.get('name').string(),
    type,
    hostPath: volume.at('hostPath', 'path').string(),
    secretName: volume.at('secret', 'secretName').string(),
    csiDriver: volume.at('csi', 'driver').string(),
    tokens: tokens.map((token) => ({
      audience: token.get('audience').string(),
      expirationSeconds: token.get('expirationSeconds').number(),
      path: token.get('path').string(),
      at: token.place(),
    })),
    at: volume.place(),
  };
}
