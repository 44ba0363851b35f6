import { known } from '../yaml/cursor.ts';
import type { Workload } from './parts.ts';
import { imagePath } from './token-consumers.ts';

/**
 * Parts of a cluster that hold most of its power by what they are for: they install, deliver, admit or connect whatever
 * runs there. Known by the images that their projects publish; a name alone makes nothing infrastructure.
 */
const classes: readonly { readonly class: string; readonly image: RegExp }[] = ([
  ['a delivery controller (GitOps)', 'argocd|argo-cd|image-updater|kustomize-controller|helm-controller|source-controller|notification-controller|flux-operator|flux|fleet|fleet-agent|kapp-controller|helm-operator|tiller'],
  ['an operator of operators', 'olm|operator-lifecycle-manager|crossplane/crossplane|crossplane|tigera/operator|cluster-api-controller|cluster-api-operator|kubeadm-bootstrap-controller|kubeadm-control-plane-controller|rancher|rancher/rancher|istio/operator|knative-operator|tekton-operator|operator-controller|catalogd'],
  ['a network plug-in (CNI)', '(?:calico|projectcalico|tigera)/[a-z0-9-]+|cilium/[a-z0-9-]+|cilium|cilium-operator|cilium-proxy|operator-generic|flannel|flannel-cni-plugin|multus|multus-cni|antrea[a-z0-9-]*|weave-kube|weave-npc|kube-router|kube-ovn|ovn-[a-z-]+|install-cni|cni-plugin|amazon-k8s-cni|kindnetd'],
  ['a storage driver (CSI)', 'csi-(?:provisioner|attacher|resizer|snapshotter)|[a-z-]+-csi|csiplugin|cephcsi|ceph-csi-operator|cephcsi-operator|rook/ceph|ceph/ceph|longhorn[a-z-]*|democratic-csi|nfs-subdir-external-provisioner|nfs-client-provisioner|local-path-provisioner|openebs/[a-z-]+|external-provisioner|snapshot-controller'],
  ['an admission controller', 'gatekeeper|kyverno|kyverno/[a-z-]+|background-controller|cleanup-controller|cert-manager-cainjector|kube-webhook-certgen|admission-controller'],
  ['the control plane of a service mesh', 'pilot|istiod|proxyv2|linkerd/(?:controller|policy-controller|proxy-init|proxy)|linkerd2/[a-z-]+|consul-k8s[a-z-]*|kuma-cp|kgateway|envoy-gateway|envoyproxy/gateway'],
  ['a part of Kubernetes', 'kube-controller-manager|kube-scheduler|cloud-controller-manager|[a-z-]+-cloud-controller-manager|cluster-autoscaler[a-z0-9-]*|karpenter/controller|hyperkube'],
  ['a backup of the cluster', 'velero|velero/velero|kasten/[a-z-]+|k10[a-z-]*'],
] as const).map(([name, images]) => ({ class: name, image: new RegExp(`(?:^|/)(?:${images})$`) }));

/** What part of a cluster a workload is; undefined where its images do not say. */
export function infrastructureOf({ fact }: Workload): string | undefined {
  const images = fact.containers.filter(({ at }) => !at.path.includes('initContainers')).map(({ image }) => imagePath(known(image) ?? ''));
  return classes.find((one) => images.some((image) => one.image.test(image)))?.class;
}
