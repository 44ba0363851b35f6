import { accountLabel, tokenMount, type Graph, type ObjectWith, type Workload } from '../../../engine/identity/graph.ts';
import { tokenMountPath } from '../../../engine/identity/token-need.ts';
import type { SecretFact } from '../../../engine/kubernetes/secret.ts';
import type { Volume } from '../../../engine/kubernetes/workload.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, type FixProposal, type Signal } from '../../../engine/lint/rule.ts';
import { accountOfSecret, isGeneratedName, secretNamed, tokenType } from '../token-secret.ts';

/** The kubelet keeps the volumes of all pods of its node below this directory, their tokens among them (semantics.md 2.13). */
const kubeletPods = '/var/lib/kubelet/pods';

export default defineRule({
  id: 'hand-mounted-token',
  title: 'Token mounted by hand where automounting is off',
  family: 'tokens',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI7:2025', 'cis-kubernetes:5.1.6', 'mitre-attack:T1528'],
  unit: 'workload',
  reads: ['workload', 'account', 'secret'],
  messages: {
    secret: 'Automounting is off, and this volume brings a token that never expires: that of account "{account}"',
    path: 'Automounting is off, and this volume brings something to the path where clients look for a token',
    kubelet: 'Automounting is off, and this volume holds the tokens of all pods of the node',
    off: 'automounting is off here',
    made: 'the Secret',
  },
  *check({ unit: workload, graph }) {
    const mount = tokenMount(workload, graph.accountOf(workload));
    if (mount.mounted !== false || workload.repeated) return;
    const off = mount.decidedBy === 'pod' ? [{ at: mount.at, message: this.messages['off']! }] : graph.accountOf(workload).objects.map(({ object, fact }) => ({ at: { object, place: fact.automount.at }, message: this.messages['off']! }));
    for (const volume of workload.fact.volumes) {
      const signal = isMounted(workload, volume) ? judge(workload, volume, graph) : undefined;
      if (!signal) continue;
      const secret = secretOf(workload, volume, graph);
      const made = secret ? [{ at: { object: secret.object, place: secret.fact.type.at }, message: this.messages['made']! }] : [];
      yield { ...signal, related: [...off, ...made] };
    }
  },
  fixes({ unit: workload, graph }, { messageId, at }) {
    const volume = workload.fact.volumes.find((one) => one.secretName.at.stable === at.place.stable);
    const secret = volume && secretOf(workload, volume, graph);
    // A projected token is always that of the pod's own account.
    return messageId === 'secret' && volume && secret && accountOfSecret(secret.object) === workload.accountName ? [project(workload, volume, accountLabel(graph.accountOf(workload)))] : [];
  },
});

function judge(workload: Workload, volume: Volume, graph: Graph): Signal | undefined {
  const { object } = workload;
  const name = known(volume.secretName);
  const secret = secretOf(workload, volume, graph);
  if (name !== undefined && (secret ? known(secret.fact.type) === tokenType : isGeneratedName(name))) {
    return {
      messageId: 'secret',
      args: { account: secret ? accountOfSecret(secret.object) : name.replace(/-token-[^-]*$/, '') },
      at: { object, place: volume.secretName.at },
      confidence: secret ? 'high' : 'medium',
      group: `token ${object.namespace}/${name}`,
    };
  }
  const path = known(volume.hostPath);
  if (path !== undefined && holdsTokens(path)) {
    // Storage and network drivers and node agents work there, on every node.
    return { messageId: 'kubelet', at: { object, place: volume.hostPath.at }, ...(object.resource.header.kind === 'DaemonSet' ? { persona: 'pedantic', severity: 'info' } : {}) };
  }
  const isSource = volume.secretName.state !== 'absent' || volume.hostPath.state !== 'absent';
  if (isSource && workload.fact.containers.some(({ mounts }) => mounts.some((one) => known(one.volume) === known(volume.name) && known(one.path) === tokenMountPath))) {
    return { messageId: 'path', at: { object, place: volume.secretName.state !== 'absent' ? volume.secretName.at : volume.hostPath.at } };
  }
  return undefined;
}

function secretOf({ object }: Workload, volume: Volume, graph: Graph): ObjectWith<SecretFact> | undefined {
  return secretNamed(known(volume.secretName) ?? '', object, graph);
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
function project({ object }: Workload, volume: Volume, account: string): FixProposal {
  const sources = [
    { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ];
  return {
    id: 'project',
    title: `Project a token of "${account}" that is renewed every hour (check that its reader reads it again, and add an audience if it is for anything but the API server; then delete the Secret in the cluster)`,
    safe: false,
    steps: [
      { object, change: { op: 'remove', path: [...volume.at.path, 'secret'] } },
      { object, change: { op: 'set', path: [...volume.at.path, 'projected'], value: { sources } } },
    ],
  };
}
