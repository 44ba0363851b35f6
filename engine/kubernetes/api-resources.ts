/**
 * The resources of Kubernetes' own API groups, as RBAC names them, those that were removed since included. Sources: the
 * REST storage providers of k8s.io/kubernetes pkg/registry and its discovery documents (api/discovery), the virtual
 * resources of semantics.md 4.2, and kubernetes.io/docs/reference/using-api/deprecation-guide.
 */
const table: Readonly<Record<string, string>> = {
  '': 'bindings componentstatuses configmaps endpoints events limitranges namespaces nodes persistentvolumeclaims persistentvolumes pods podtemplates replicationcontrollers resourcequotas secrets serviceaccounts services users groups',
  'admissionregistration.k8s.io': 'mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations',
  'apiextensions.k8s.io': 'customresourcedefinitions',
  'apiregistration.k8s.io': 'apiservices',
  apps: 'controllerrevisions daemonsets deployments replicasets statefulsets',
  // Users and the rest of them: whom constrained impersonation is asked about (semantics.md 4.2).
  'authentication.k8s.io': 'groups nodes selfsubjectreviews serviceaccounts tokenreviews uids userextras users',
  'authorization.k8s.io': 'localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews',
  autoscaling: 'horizontalpodautoscalers',
  batch: 'cronjobs jobs',
  'certificates.k8s.io': 'certificatesigningrequests clustertrustbundles podcertificaterequests signers',
  'coordination.k8s.io': 'leases leasecandidates',
  'discovery.k8s.io': 'endpointslices',
  'events.k8s.io': 'events',
  extensions: 'daemonsets deployments ingresses networkpolicies podsecuritypolicies replicasets replicationcontrollers',
  'flowcontrol.apiserver.k8s.io': 'flowschemas prioritylevelconfigurations',
  'metrics.k8s.io': 'nodes pods',
  'networking.k8s.io': 'ingressclasses ingresses ipaddresses networkpolicies servicecidrs',
  'node.k8s.io': 'runtimeclasses',
  policy: 'poddisruptionbudgets podsecuritypolicies',
  'rbac.authorization.k8s.io': 'clusterrolebindings clusterroles rolebindings roles',
  'resource.k8s.io': 'deviceclasses devicetaintrules resourceclaims resourceclaimtemplates resourceslices',
  'scheduling.k8s.io': 'priorityclasses',
  'storage.k8s.io': 'csidrivers csinodes csistoragecapacities storageclasses volumeattachments volumeattributesclasses',
};

/** Groups that only serve what lives elsewhere today, and metrics: no home of a resource. */
const guests = new Set(['extensions', 'metrics.k8s.io', 'events.k8s.io']);

const groups = new Map(Object.entries(table).map(([group, list]) => [group, list.split(' ')]));
const homes = new Map<string, string[]>();
for (const [group, list] of groups) if (!guests.has(group)) for (const resource of list) homes.set(resource, [...(homes.get(resource) ?? []), group]);
const singulars = new Map([...homes.keys()].map((plural) => [singular(plural), plural]));
/** Short names that kubectl knows and RBAC does not (kubectl api-resources). */
const shorts: Readonly<Record<string, string>> = { cm: 'configmaps', crd: 'customresourcedefinitions', deploy: 'deployments', ds: 'daemonsets', ep: 'endpoints', hpa: 'horizontalpodautoscalers', ing: 'ingresses', netpol: 'networkpolicies', ns: 'namespaces', pdb: 'poddisruptionbudgets', po: 'pods', pv: 'persistentvolumes', pvc: 'persistentvolumeclaims', rs: 'replicasets', sa: 'serviceaccounts', sts: 'statefulsets', svc: 'services' };

/** Whether a group of Kubernetes has, or once had, a resource (without its subresource). */
export function hasResource(group: string, resource: string): boolean {
  return groups.get(group)?.includes(resource) ?? false;
}

/** Whether all resources of a group are known here. */
export function isKnownGroup(group: string): boolean {
  return groups.has(group);
}

/** The names of Kubernetes' own groups, without the core group's empty one. */
export const namedGroups: readonly string[] = [...groups.keys()].filter((group) => group !== '');

/** The group where a resource of Kubernetes lives today; undefined where it is none of Kubernetes'. */
export function homeOf(resource: string): string | undefined {
  return homes.get(resource)?.[0];
}

/** The plural that a kind, a singular, a short name or a capitalized word means; undefined where it is no resource of Kubernetes, or the plural itself. */
export function pluralOf(word: string): string | undefined {
  const lower = word.toLowerCase();
  const plural = homes.has(lower) ? lower : singulars.get(lower) ?? shorts[lower];
  return plural === word ? undefined : plural;
}

function singular(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`;
  return /(?:ss|x|ch)es$/.test(plural) ? plural.slice(0, -2) : plural.replace(/s$/, '');
}
