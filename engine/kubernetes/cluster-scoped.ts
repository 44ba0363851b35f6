import { podCarrier } from './podspec.ts';

/**
 * Cluster-scoped resources by API group: the types marked `+genclient:nonNamespaced` in k8s.io/api, those of
 * apiextensions-apiserver and kube-aggregator, node metrics, and the virtual resources of authorization checks that have
 * no namespace (semantics.md 4.2). RBAC itself does not know the difference (4.1).
 */
const clusterScoped: Readonly<Record<string, string>> = {
  '': 'componentstatuses namespaces nodes persistentvolumes users groups',
  'admissionregistration.k8s.io': 'mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations',
  'apiextensions.k8s.io': 'customresourcedefinitions',
  'apiregistration.k8s.io': 'apiservices',
  'authentication.k8s.io': 'selfsubjectreviews tokenreviews uids userextras',
  'authorization.k8s.io': 'selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews',
  'certificates.k8s.io': 'certificatesigningrequests clustertrustbundles signers',
  extensions: 'podsecuritypolicies',
  'flowcontrol.apiserver.k8s.io': 'flowschemas prioritylevelconfigurations',
  'internal.apiserver.k8s.io': 'storageversions',
  'metrics.k8s.io': 'nodes',
  'networking.k8s.io': 'ingressclasses ipaddresses servicecidrs',
  'node.k8s.io': 'runtimeclasses',
  policy: 'podsecuritypolicies',
  'rbac.authorization.k8s.io': 'clusterrolebindings clusterroles',
  'resource.k8s.io': 'deviceclasses devicetaintrules resourcepoolstatusrequests resourceslices',
  'scheduling.k8s.io': 'priorityclasses',
  'storage.k8s.io': 'csidrivers csinodes storageclasses volumeattachments volumeattributesclasses',
  'storagemigration.k8s.io': 'storageversionmigrations',
};

/** Groups of Kubernetes itself whose resources are all namespaced. */
const namespacedGroups = ['apps', 'autoscaling', 'batch', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io'];

const table = new Map(Object.entries(clusterScoped).map(([group, resources]) => [group, new Set(resources.split(' '))]));
for (const group of namespacedGroups) table.set(group, new Set());

/** Whether an API group is one of Kubernetes itself, so that its resources are known. */
export function isBuiltinGroup(group: string): boolean {
  return table.has(group);
}

/** Where a resource lives (subresources live where it does); unknown for groups that are not Kubernetes' own. */
export function scopeOf(group: string, resource: string): 'cluster' | 'namespaced' | 'unknown' {
  const found = table.get(group);
  if (!found) return 'unknown';
  return found.has(resource.split('/', 1)[0]!) ? 'cluster' : 'namespaced';
}

/** Cluster-scoped kinds of other groups that are read here, besides those of podspec-paths.json. Sources: the CRDs of the projects named. */
const clusterKinds = new Set([
  'policy.networking.k8s.io/AdminNetworkPolicy', 'policy.networking.k8s.io/BaselineAdminNetworkPolicy', 'policy.networking.k8s.io/ClusterNetworkPolicy', // network-policy-api
  'cilium.io/CiliumClusterwideNetworkPolicy', 'cilium.io/CiliumCIDRGroup', // cilium
  ...['GlobalNetworkPolicy', 'GlobalNetworkSet', 'Tier'].flatMap((kind) => [`projectcalico.org/${kind}`, `crd.projectcalico.org/${kind}`]), // calico
]);

/** Whether objects of a kind live in no namespace, so that none is to be filled in. Kinds of unknown groups count as namespaced. */
export function isClusterKind(group: string, kind: string): boolean {
  const plural = kind.toLowerCase().replace(/y$/, 'ie').replace(/(s|x|ch)$/, '$1e') + 's';
  return scopeOf(group, plural) === 'cluster' || clusterKinds.has(`${group}/${kind}`) || podCarrier(group, kind)?.cluster === true;
}
