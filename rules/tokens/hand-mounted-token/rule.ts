import { accountLabel, tokenMount, type Graph } from '../../../engine/identity/graph.ts';
import type { ObjectWith, Workload } from '../../../engine/identity/parts.ts';
import { tokenMountPath } from '../../../engine/identity/token-need.ts';
import type { SecretFact } from '../../../engine/kubernetes/secret.ts';
import type { SecretUse, Volume } from '../../../engine/kubernetes/workload.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, type FixProposal, type FixStep, type Signal } from '../../../engine/lint/rule.ts';
import { accountOfSecret, isGeneratedName, secretNamed, tokenType } from '../token-secret.ts';

/** The kubelet keeps the volumes of all pods of its node below this directory, their tokens among them (semantics.md 2.13). */
const kubeletPods = '/var/lib/kubelet/pods';

export default defineRule({
  id: 'hand-mounted-token',
  title: 'Token mounted by hand where automounting is off',
  family: 'tokens',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI7:2025', 'cis-kubernetes:5.1.6', 'nist-sp-800-207:2.1-3', 'mitre-attack:T1528'],
  unit: 'workload',
  reads: ['workload', 'account', 'secret'],
  messages: {
    secret: 'Automounting is off, and this volume brings a token that never expires: that of account "{account}"',
    environment: 'Automounting is off, and this variable brings a token that never expires: that of account "{account}"',
    path: 'Automounting is off, and this volume brings something to the path where clients look for a token',
    kubelet: 'Automounting is off, and this volume holds the tokens of all pods of the node',
    off: 'automounting is off here',
    made: 'the Secret',
  },
  *check({ unit: workload, graph }) {
    const mount = tokenMount(workload, graph.accountOf(workload));
    if (mount.mounted !== false || workload.repeated) return;
    const off = mount.decidedBy === 'pod' ? [{ at: mount.at, message: this.messages['off']! }] : graph.accountOf(workload).objects.map(({ object, fact }) => ({ at: { object, place: fact.automount.at }, message: this.messages['off']! }));
    const { containers, volumes } = workload.fact;
    const mounted = volumes.filter((volume) => isMounted(workload, volume));
    const said = [
      ...mounted.flatMap(({ secrets }) => tokensAmong(secrets, 'secret', workload, graph)),
      ...containers.flatMap(({ secrets }) => tokensAmong(secrets, 'environment', workload, graph)),
      ...mounted.flatMap((volume) => (volume.secrets.some((use) => isToken(use, workload, graph)) ? [] : (withoutName(workload, volume) ?? []))),
    ];
    for (const { secret, ...signal } of said) {
      const made = secret ? [{ at: { object: secret.object, place: secret.fact.type.at }, message: this.messages['made']! }] : [];
      yield { ...signal, related: [...off, ...made] };
    }
  },
  fixes({ unit: workload, graph }, { messageId, at }) {
    if (messageId !== 'secret') return [];
    const volume = workload.fact.volumes.find(({ secrets }) => secrets.some(({ name }) => name.at.stable === at.place.stable));
    const use = volume?.secrets.find(({ name }) => name.at.stable === at.place.stable);
    const secret = use && secretOf(workload, use, graph);
    // A projected token is always that of the pod's own account; where single keys are asked for, their paths are the reader's.
    if (!volume || !use || use.keys || !secret || accountOfSecret(secret.object) !== workload.accountName) return [];
    return [project(workload, volume, use, accountLabel(graph.accountOf(workload)))];
  },
});

type Said = Signal & { readonly secret?: ObjectWith<SecretFact> | undefined };

function tokensAmong(uses: readonly SecretUse[], messageId: 'secret' | 'environment', workload: Workload, graph: Graph): Said[] {
  return uses.filter((use) => isToken(use, workload, graph)).map((use) => {
    const name = known(use.name)!;
    const secret = secretOf(workload, use, graph);
    return {
      messageId,
      args: { account: secret ? accountOfSecret(secret.object) : name.replace(/-token-[^-]*$/, '') },
      at: { object: workload.object, place: use.name.at },
      confidence: secret ? 'high' : 'medium',
      group: `token ${workload.object.namespace}/${name}`,
      secret,
    };
  });
}

/** Whether what is taken of a Secret is a token: its other two keys are the cluster's certificate and the namespace (pkg/controller/serviceaccount/tokens_controller.go). */
function isToken(use: SecretUse, workload: Workload, graph: Graph): boolean {
  const name = known(use.name);
  if (name === undefined || (use.keys && !use.keys.some((key) => known(key) === 'token'))) return false;
  const secret = secretOf(workload, use, graph);
  return secret ? known(secret.fact.type) === tokenType : isGeneratedName(name);
}

/** What brings a token by where it comes from or goes to. */
function withoutName({ object, fact }: Workload, volume: Volume): Said | undefined {
  const path = known(volume.hostPath);
  if (path !== undefined && holdsTokens(path)) {
    // Storage and network drivers and node agents work there, on every node.
    return { messageId: 'kubelet', at: { object, place: volume.hostPath.at }, ...(object.resource.header.kind === 'DaemonSet' ? { persona: 'pedantic', severity: 'info' } : {}) };
  }
  const source = volume.type === 'secret' ? volume.secrets[0]?.name : volume.type === 'hostPath' ? volume.hostPath : undefined;
  const isAtTokenPath = fact.containers.some(({ mounts }) => mounts.some((one) => known(one.volume) === known(volume.name) && known(one.path) === tokenMountPath));
  return source && source.state !== 'absent' && isAtTokenPath ? { messageId: 'path', at: { object, place: source.at } } : undefined;
}

function secretOf({ object }: Workload, { name }: SecretUse, graph: Graph): ObjectWith<SecretFact> | undefined {
  return secretNamed(known(name) ?? '', object, graph);
}

function isMounted({ fact }: Workload, volume: Volume): boolean {
  const name = known(volume.name);
  return name !== undefined && fact.containers.some(({ mounts }) => mounts.some((mount) => known(mount.volume) === name));
}

/** Whether a directory of the node is, or holds, that of all pods' volumes. */
function holdsTokens(path: string): boolean {
  const directory = path.replace(/\/+$/, '');
  return kubeletPods === directory || kubeletPods.startsWith(`${directory}/`);
}

/** The files that a token Secret has, from where they are renewed (serviceaccount admission.go, TokenVolumeSource). */
function project({ object }: Workload, volume: Volume, use: SecretUse, account: string): FixProposal {
  const sources = [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ];
  const remove: FixStep = { object, change: { op: 'remove', path: use.at.path } };
  const add: FixStep[] = volume.type === 'secret'
    ? [{ object, change: { op: 'set', path: [...volume.at.path, 'projected'], value: { sources } } }]
    : sources.map((value): FixStep => ({ object, change: { op: 'append', path: use.at.path.slice(0, -1), value } }));
  return {
    id: 'project',
    title: `Project a token of "${account}" that is renewed every hour (check that its reader reads it again, and add an audience if it is for anything but the API server; then delete the Secret in the cluster)`,
    safe: false,
    steps: [remove, ...add],
  };
}
