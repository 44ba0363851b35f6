import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import type { Labels } from './header.ts';

export interface Container {
  readonly name: Value<string>;
  readonly image: Value<string>;
  readonly command: readonly Value<string>[];
  readonly args: readonly Value<string>[];
  /** What probes and lifecycle hooks run in it. */
  readonly hooks: readonly Value<string>[];
  /** Literal environment values by name; `valueFrom` and the like are absent here. */
  readonly env: Readonly<Record<string, Value<string>>>;
  /** Fields of the pod that environment values are taken from (`valueFrom.fieldRef.fieldPath`), by variable name. */
  readonly envFields: Readonly<Record<string, Value<string>>>;
  /** Secrets that environment variables are taken from (`secretKeyRef`, `envFrom`). */
  readonly secrets: readonly SecretUse[];
  /** ConfigMaps that environment variables are taken from: all of it (`envFrom`), or one key. */
  readonly configMaps: readonly { readonly name: Value<string>; readonly key: string | undefined }[];
  readonly mounts: readonly { readonly path: Value<string>; readonly volume: Value<string> }[];
  /** What it says it listens on. `open` where a template may add more; who listens is known to the program alone. */
  readonly ports: { readonly listed: readonly ContainerPort[]; readonly open: boolean };
  readonly at: Place;
}

/** A port that a container is said to listen on. */
export interface ContainerPort {
  readonly name: Value<string>;
  readonly number: Value<number>;
}

/** A Secret that a pod takes something of. */
export interface SecretUse {
  readonly name: Value<string>;
  /** The keys that it takes; undefined where it takes all. */
  readonly keys: readonly Value<string>[] | undefined;
  /** The field or list item that says so. */
  readonly at: Place;
}

export interface Volume {
  readonly name: Value<string>;
  /** The key that says what it is: secret, configMap, projected, hostPath, csi, emptyDir … */
  readonly type: string;
  readonly hostPath: Value<string>;
  /** The Secret that it is, or those that are sources of a projected volume. */
  readonly secrets: readonly SecretUse[];
  /** ConfigMaps that it holds, by name; also as sources of a projected volume. */
  readonly configMaps: readonly Value<string>[];
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
  /** Which pods of the object these are; "" where there is only one kind of them. Stable: items by name, not by index. */
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
  /** Whether there may be containers that cannot be seen: a template's, or those of a referenced template. */
  readonly containersOpen: boolean;
  readonly volumes: readonly Volume[];
  /** The PodSpec itself; where absent fields would be written. */
  readonly spec: Place;
  /** Whether a template may add PodSpec fields that cannot be seen. */
  readonly open: boolean;
  /** The account of pods that name none: `default`, or what the kind's operator takes; undefined where the files do not tell. */
  readonly fallback: string | undefined;
  /** Whether the kind's operator makes the account that the pods run as: then it is in no file. */
  readonly made: boolean;
  /** Whether an operator writes the pods: there may be more containers, labels and fields than the files tell. */
  readonly generated: boolean;
  /** What in these pods talks to the API server by the design of their kind, with the account's token; none for plain pods. */
  readonly apiClient: string | undefined;
}

/** Two unnamed items of a list may look alike; each is still a unit of its own. */
export function numbered(facts: readonly WorkloadFact[]): WorkloadFact[] {
  const seen = new Map<string, number>();
  return facts.map((fact) => {
    const count = seen.get(fact.part) ?? 0;
    seen.set(fact.part, count + 1);
    return count === 0 ? fact : { ...fact, part: `${fact.part}~${count}` };
  });
}

/** Whether a container is privileged for certain. */
export function isPrivileged(container: Cursor): boolean {
  return known(container.at('securityContext', 'privileged').boolean()) === true;
}

/** Reads a container, wherever it stands. */
export function readContainer(container: Cursor): Container {
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
    hooks: hooks.flatMap((path) => container.at(...path, 'exec', 'command').strings()),
    env,
    envFields,
    secrets: [
      ...container.get('env').items().map((item) => item.at('valueFrom', 'secretKeyRef')).map((use) => readSecretUse(use.get('name'), [use.get('key')], use)),
      ...container.get('envFrom').items().map((item) => readSecretUse(item.at('secretRef', 'name'), undefined, item)),
    ].filter(({ name }) => name.state !== 'absent'),
    configMaps: [
      ...container.get('env').items().map((item) => item.at('valueFrom', 'configMapKeyRef')).map((ref) => ({ name: ref.get('name').string(), key: known(ref.get('key').string()) })),
      ...container.get('envFrom').items().map((item) => ({ name: item.at('configMapRef', 'name').string(), key: undefined })),
    ].filter(({ name }) => name.state !== 'absent'),
    mounts: container.get('volumeMounts').items().map((mount) => ({ path: mount.get('mountPath').string(), volume: mount.get('name').string() })),
    ports: { listed: container.get('ports').items().map(readPort), open: container.open || container.get('ports').open },
    at: container.place(),
  };
}

function readPort(port: Cursor): ContainerPort {
  return { name: port.get('name').string(), number: port.get('containerPort').number() };
}

const hooks = [['livenessProbe'], ['readinessProbe'], ['startupProbe'], ['lifecycle', 'postStart'], ['lifecycle', 'preStop']];

function readSecretUse(name: Cursor, keys: readonly Cursor[] | undefined, at: Cursor): SecretUse {
  return { name: name.string(), keys: keys?.map((key) => key.string()), at: at.place() };
}

/** Without `items`, a volume has every key of the Secret (core/v1 types.go, SecretVolumeSource, SecretProjection). */
function keysOf(secret: Cursor): Cursor[] | undefined {
  const items = secret.get('items');
  return items.exists ? items.items().map((item) => item.get('key')) : undefined;
}

/** Reads a volume, wherever it stands. */
export function readVolume(volume: Cursor): Volume {
  const type = volume.fields().find((field) => field.key !== 'name')?.key ?? 'emptyDir';
  const sources = volume.at('projected', 'sources').items();
  const tokens = sources.map((source) => source.get('serviceAccountToken')).filter((token) => token.exists);
  return {
    name: volume.get('name').string(),
    type,
    hostPath: volume.at('hostPath', 'path').string(),
    secrets: [
      readSecretUse(volume.at('secret', 'secretName'), keysOf(volume.get('secret')), volume.get('secret')),
      ...sources.map((source) => readSecretUse(source.at('secret', 'name'), keysOf(source.get('secret')), source)),
    ].filter(({ name }) => name.state !== 'absent'),
    configMaps: [volume.at('configMap', 'name').string(), ...sources.map((source) => source.at('configMap', 'name').string())].filter((name) => name.state !== 'absent'),
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
