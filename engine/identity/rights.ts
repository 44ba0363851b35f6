import { isBuiltinGroup } from '../kubernetes/cluster-scoped.ts';
import { isSymbol } from './objects.ts';
import type { AccessRule } from './rbac-rules.ts';

/** What a right is about; a role that has rights of several areas is a catch-all. */
export type Area = 'secrets' | 'rbac' | 'impersonation' | 'credentials' | 'workloads' | 'nodes' | 'admission' | 'trust' | 'delivery' | 'evidence';

/** Verbs on resources that lead further than they look: what rules find in roles, and of what paths to other identities are made. */
export interface Right {
  readonly id: string;
  readonly area: Area;
  /** One of these, as `resource[.group][/subresource]`; a `*` is any resource of the group, or any subresource that is named. */
  readonly on: readonly string[];
  /** One of these; `*` is any verb. */
  readonly verbs: readonly string[];
  /** `cluster`: only a ClusterRoleBinding grants it (semantics.md 4.1). */
  readonly scope: 'namespace' | 'cluster';
  /** Where a rule is limited to names, it counts with one of these; with `*` it counts whatever the names. Else names make it the narrow form. */
  readonly names: readonly string[];
  /** The Kubernetes minor from which on this verb is no longer enough. */
  readonly before?: number;
}

type Row = readonly [id: string, on: string, verbs: string, more?: { cluster?: true; names?: string; before?: number }];

const rbac = 'rbac.authorization.k8s.io';
const certificates = 'certificates.k8s.io';
const admission = 'admissionregistration.k8s.io';
const write = 'create update patch';
const change = 'update patch';
const clientSigners = 'kubernetes.io/kube-apiserver-client kubernetes.io/*';

/** Custom resources that carry a pod template or name an account, and whose controllers start the pods (semantics.md 1.2). */
const podMakers = [
  'workflows.argoproj.io cronworkflows.argoproj.io workflowtemplates.argoproj.io clusterworkflowtemplates.argoproj.io rollouts.argoproj.io sensors.argoproj.io',
  'taskruns.tekton.dev pipelineruns.tekton.dev',
  'services.serving.knative.dev configurations.serving.knative.dev',
  'scaledjobs.keda.sh jobsets.jobset.x-k8s.io leaderworkersets.leaderworkerset.x-k8s.io jobs.batch.volcano.sh',
  'deploymentconfigs.apps.openshift.io buildconfigs.build.openshift.io builds.build.openshift.io',
  'sparkapplications.sparkoperator.k8s.io scheduledsparkapplications.sparkoperator.k8s.io flinkdeployments.flink.apache.org',
  'rayclusters.ray.io rayjobs.ray.io rayservices.ray.io',
  'notebooks.kubeflow.org mpijobs.kubeflow.org pytorchjobs.kubeflow.org tfjobs.kubeflow.org paddlejobs.kubeflow.org xgboostjobs.kubeflow.org',
  'clonesets.apps.kruise.io daemonsets.apps.kruise.io statefulsets.apps.kruise.io advancedcronjobs.apps.kruise.io broadcastjobs.apps.kruise.io',
  'runners.actions.summerwind.dev runnerdeployments.actions.summerwind.dev runnersets.actions.summerwind.dev runnerreplicasets.actions.summerwind.dev',
  'autoscalingrunnersets.actions.github.com ephemeralrunnersets.actions.github.com ephemeralrunners.actions.github.com',
  'virtualmachines.kubevirt.io virtualmachineinstances.kubevirt.io sandboxes.agents.x-k8s.io',
].join(' ');

/** Policies that say who may talk to whom by identity, and those that say it by network. */
const meshPolicies = 'authorizationpolicies.security.istio.io peerauthentications.security.istio.io requestauthentications.security.istio.io servers.policy.linkerd.io serverauthorizations.policy.linkerd.io authorizationpolicies.policy.linkerd.io meshtlsauthentications.policy.linkerd.io networkauthentications.policy.linkerd.io serviceintentions.consul.hashicorp.com meshtrafficpermissions.kuma.io trafficpermissions.kuma.io';
const networkPolicies = 'networkpolicies.networking.k8s.io clusternetworkpolicies.policy.networking.k8s.io adminnetworkpolicies.policy.networking.k8s.io baselineadminnetworkpolicies.policy.networking.k8s.io ciliumnetworkpolicies.cilium.io ciliumclusterwidenetworkpolicies.cilium.io networkpolicies.crd.projectcalico.org globalnetworkpolicies.crd.projectcalico.org networkpolicies.projectcalico.org globalnetworkpolicies.projectcalico.org';

/**
 * The rights of semantics.md 5, each with the scope in which it holds. Sources: section 5 and what it names, and
 * kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks. What 5.2 calls no escalation is
 * not here: reviews, leases, events, reading of anything but Secrets, status and finalizers of own resources; nor what
 * the group extensions had until 1.16 and 1.22 (kubernetes.io/docs/reference/using-api/deprecation-guide).
 */
const rows: Readonly<Record<Area, readonly Row[]>> = {
  secrets: [
    // list and watch return whole Secrets, also where get is limited to names (4.3).
    ['read-secrets', 'secrets', 'get list watch'],
    ['write-secrets', 'secrets', write],
    ['create-secrets', 'secrets', 'create'],
  ],
  rbac: [
    // pkg/registry/rbac/{role,clusterrole,rolebinding}/policybased/storage.go; `bind` is asked in the binding's namespace.
    ['escalate-roles', `roles.${rbac}`, 'escalate', { names: '*' }],
    ['escalate-clusterroles', `clusterroles.${rbac}`, 'escalate', { cluster: true, names: '*' }],
    ['bind', `roles.${rbac} clusterroles.${rbac}`, 'bind', { names: '*' }],
    ['bind-cluster-admin', `clusterroles.${rbac}`, 'bind', { names: 'cluster-admin' }],
    ['write-roles', `roles.${rbac}`, write],
    ['write-clusterroles', `clusterroles.${rbac}`, write, { cluster: true }],
    ['change-roles', `roles.${rbac}`, change, { names: '*' }],
    ['change-clusterroles', `clusterroles.${rbac}`, change, { cluster: true, names: '*' }],
    ['write-rolebindings', `rolebindings.${rbac}`, write],
    ['write-clusterrolebindings', `clusterrolebindings.${rbac}`, write, { cluster: true }],
  ],
  impersonation: [
    // pkg/endpoints/filters/impersonation of k8s.io/apiserver; system:masters may do everything.
    ['impersonate-users', 'users', 'impersonate', { cluster: true }],
    ['impersonate-groups', 'groups', 'impersonate', { cluster: true, names: 'system:masters' }],
    ['impersonate-accounts', 'serviceaccounts', 'impersonate'],
    ['impersonate-attributes', 'uids.authentication.k8s.io userextras.authentication.k8s.io/*', 'impersonate', { cluster: true }],
  ],
  credentials: [
    ['request-tokens', 'serviceaccounts/token', 'create'],
    ['create-requests', `certificatesigningrequests.${certificates}`, 'create', { cluster: true }],
    ['approve-requests', `certificatesigningrequests.${certificates}/approval`, change, { cluster: true, names: '*' }],
    ['approve-clients', `signers.${certificates}`, 'approve', { cluster: true, names: clientSigners }],
    ['approve-nodes', `signers.${certificates}`, 'approve', { cluster: true, names: `kubernetes.io/kube-apiserver-client-kubelet ${clientSigners}` }],
    ['issue-requests', `certificatesigningrequests.${certificates}/status`, change, { cluster: true, names: '*' }],
    ['sign-clients', `signers.${certificates}`, 'sign', { cluster: true, names: `kubernetes.io/kube-apiserver-client-kubelet ${clientSigners}` }],
    ['write-accounts', 'serviceaccounts', write],
    ['create-accounts', 'serviceaccounts', 'create'],
    ['register-workloads', 'clusterspiffeids.spire.spiffe.io clusterstaticentries.spire.spiffe.io', write, { cluster: true }],
    ['write-cloud-identities', '*.iam.cnrm.cloud.google.com *.iam.services.k8s.aws *.managedidentity.azure.com *.iam.aws.upbound.io podidentityassociations.eks.services.k8s.aws azureidentities.aadpodidentity.k8s.io azureidentitybindings.aadpodidentity.k8s.io', write],
    ['issue-certificates', 'certificates.cert-manager.io certificaterequests.cert-manager.io issuers.cert-manager.io clusterissuers.cert-manager.io', write],
    // The operator fetches with its own rights into a Secret that the writer chooses.
    ['write-secret-stores', 'secretstores.external-secrets.io clustersecretstores.external-secrets.io externalsecrets.external-secrets.io clusterexternalsecrets.external-secrets.io pushsecrets.external-secrets.io vaultauths.secrets.hashicorp.com vaultstaticsecrets.secrets.hashicorp.com vaultdynamicsecrets.secrets.hashicorp.com', write],
  ],
  workloads: [
    ['create-pods', 'pods', 'create'],
    // The template of a Job is immutable: only a new one runs something else.
    ['create-jobs', 'jobs.batch', 'create'],
    ['write-workloads', 'deployments.apps daemonsets.apps statefulsets.apps replicasets.apps cronjobs.batch replicationcontrollers', write],
    ['change-workloads', 'deployments.apps daemonsets.apps statefulsets.apps replicasets.apps cronjobs.batch replicationcontrollers', change, { names: '*' }],
    ['write-pod-makers', podMakers, write],
    // The image of a running container can be changed (pkg/apis/core/validation/validation.go, ValidatePodUpdate).
    ['change-pods', 'pods', change],
    ['exec', 'pods/exec pods/attach', 'create'],
    // AuthorizePodWebsocketUpgradeCreatePermission, on from 1.35: before that, get is enough over a WebSocket.
    ['exec-by-get', 'pods/exec pods/attach', 'get', { before: 35 }],
    ['add-containers', 'pods/ephemeralcontainers', change],
    ['forward', 'pods/portforward', 'create'],
    ['forward-by-get', 'pods/portforward', 'get', { before: 35 }],
    ['proxy', 'pods/proxy services/proxy', '*'],
  ],
  nodes: [
    // The kubelet takes a WebSocket's GET for exec: get is not read-only (kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz).
    ['proxy-nodes', 'nodes/proxy', '*', { cluster: true, names: '*' }],
    ['write-nodes', 'nodes', `${write} delete`, { cluster: true }],
    ['write-node-status', 'nodes/status', change, { cluster: true }],
    ['create-volumes', 'persistentvolumes', 'create', { cluster: true }],
    ['use-privileged-constraints', 'securitycontextconstraints.security.openshift.io', 'use', { names: 'privileged anyuid hostaccess hostmount-anyuid hostnetwork hostnetwork-v2 node-exporter' }],
    // With both, a pod is root and has any path of its node (docs.openshift.com, managing security context constraints).
    ['use-node-constraints', 'securitycontextconstraints.security.openshift.io', 'use', { names: 'privileged hostmount-anyuid' }],
    ['write-machines', 'machines.cluster.x-k8s.io machinesets.cluster.x-k8s.io machinedeployments.cluster.x-k8s.io machinepools.cluster.x-k8s.io nodepools.karpenter.sh nodeclaims.karpenter.sh ec2nodeclasses.karpenter.k8s.aws machines.machine.openshift.io machinesets.machine.openshift.io', write],
  ],
  admission: [
    ['write-mutating-webhooks', `mutatingwebhookconfigurations.${admission}`, write, { cluster: true }],
    ['write-validating-webhooks', `validatingwebhookconfigurations.${admission}`, write, { cluster: true }],
    ['delete-webhooks', `mutatingwebhookconfigurations.${admission} validatingwebhookconfigurations.${admission}`, 'delete deletecollection', { cluster: true }],
    ['write-admission-policies', `validatingadmissionpolicies.${admission} validatingadmissionpolicybindings.${admission} mutatingadmissionpolicies.${admission} mutatingadmissionpolicybindings.${admission}`, `${write} delete deletecollection`, { cluster: true }],
    ['write-mutating-policies', `mutatingadmissionpolicies.${admission}`, write, { cluster: true }],
    ['bind-mutating-policies', `mutatingadmissionpolicybindings.${admission}`, write, { cluster: true }],
    ['write-policy-engines', 'clusterpolicies.kyverno.io policies.kyverno.io policyexceptions.kyverno.io *.policies.kyverno.io constrainttemplates.templates.gatekeeper.sh *.constraints.gatekeeper.sh configs.config.gatekeeper.sh', `${write} delete deletecollection`],
    // A new kind is nothing that a controller trusts already.
    ['write-crds', 'customresourcedefinitions.apiextensions.k8s.io', change, { cluster: true }],
    ['write-api-services', 'apiservices.apiregistration.k8s.io', write, { cluster: true }],
  ],
  trust: [
    ['write-mesh-policies', meshPolicies, `${write} delete deletecollection`],
    ['write-network-policies', networkPolicies, `${write} delete deletecollection`],
    // Requests for a Namespace carry its own name as namespace, so a RoleBinding in it can grant these (4.1).
    ['label-namespaces', 'namespaces', change],
    ['write-service-status', 'services/status', change],
    ['write-endpoints', 'endpoints endpointslices.discovery.k8s.io', write],
    ['write-pod-status', 'pods/status', change],
    ['write-configmaps', 'configmaps', write, { names: 'aws-auth coredns extension-apiserver-authentication kubeadm-config' }],
    ['write-routes', 'ingresses.networking.k8s.io httproutes.gateway.networking.k8s.io gateways.gateway.networking.k8s.io referencegrants.gateway.networking.k8s.io ingressroutes.traefik.io middlewares.traefik.io httpproxies.projectcontour.io routes.route.openshift.io', `${write} delete deletecollection`],
    ['write-trust-bundles', `clustertrustbundles.${certificates} clusterfederatedtrustdomains.spire.spiffe.io`, `${write} delete deletecollection`, { cluster: true }],
  ],
  delivery: [
    ['write-applications', 'applications.argoproj.io applicationsets.argoproj.io appprojects.argoproj.io', write],
    ['write-flux', 'kustomizations.kustomize.toolkit.fluxcd.io helmreleases.helm.toolkit.fluxcd.io gitrepositories.source.toolkit.fluxcd.io ocirepositories.source.toolkit.fluxcd.io helmrepositories.source.toolkit.fluxcd.io buckets.source.toolkit.fluxcd.io', write],
    ['write-charts', 'helmcharts.helm.cattle.io helmchartconfigs.helm.cattle.io gitrepos.fleet.cattle.io bundles.fleet.cattle.io apps.kappctrl.k14s.io packageinstalls.packaging.carvel.dev', write],
    ['install-operators', 'providers.pkg.crossplane.io functions.pkg.crossplane.io configurations.pkg.crossplane.io deploymentruntimeconfigs.pkg.crossplane.io subscriptions.operators.coreos.com clusterserviceversions.operators.coreos.com operatorgroups.operators.coreos.com catalogsources.operators.coreos.com clusterextensions.olm.operatorframework.io', write],
  ],
  evidence: [
    ['delete-events', 'events events.events.k8s.io', 'delete deletecollection'],
    ['delete-log-pipelines', 'clusterlogforwarders.logging.openshift.io clusterlogforwarders.observability.openshift.io clusterloggings.logging.openshift.io clusterflows.logging.banzaicloud.io clusteroutputs.logging.banzaicloud.io flows.logging.banzaicloud.io outputs.logging.banzaicloud.io', 'delete deletecollection'],
    ['delete-claims', 'persistentvolumeclaims', 'delete deletecollection'],
    // Their objects go with them; the data of a PersistentVolume does not.
    ['delete-data', 'namespaces customresourcedefinitions.apiextensions.k8s.io', 'delete deletecollection', { cluster: true }],
  ],
};

/** Every right, by its id. */
export const rights: ReadonlyMap<string, Right> = new Map(
  (Object.entries(rows) as [Area, readonly Row[]][]).flatMap(([area, list]) => list.map(([id, on, verbs, { cluster, names, before } = {}]): [string, Right] => [id, {
    id, area, on: on.split(' '), verbs: verbs.split(' '), scope: cluster ? 'cluster' : 'namespace', names: names?.split(' ') ?? [], ...(before === undefined ? {} : { before }),
  }])),
);

/** A right that a rule of a role gives. */
export interface Granted {
  readonly right: Right;
  /** Which words of the rule give it: indexes of its `resources` and its `verbs`. */
  readonly pairs: readonly { readonly resource: number; readonly verb: number }[];
  /** The names that it is limited to; undefined where it holds for any. */
  readonly names: readonly string[] | undefined;
}

const cache = new WeakMap<object, readonly Granted[]>();

/** The rights that a rule gives for certain: what a template may add gives none, and where it may add names, nothing is certain. Found once a rule. */
export function grantedBy(rule: AccessRule): readonly Granted[] {
  const key = rule.source?.rule ?? rule;
  let found = cache.get(key);
  if (!found) cache.set(key, (found = rule.open.includes('resourceNames') ? [] : [...rights.values()].flatMap((right) => match(right, rule))));
  return found;
}

/** Whether a right counts, or is limited to names that make it the narrow form. */
export function isWide({ right, names }: Granted): boolean {
  return names === undefined || right.names.includes('*') || names.some((name) => right.names.includes(name));
}

function match(right: Right, rule: AccessRule): Granted[] {
  const named = rule.resourceNames.length > 0;
  const pairs = rule.resources.flatMap((word, resource) => {
    const on = targetsOf(right).filter((target) => covers(word, rule.apiGroups, target));
    return rule.verbs.flatMap((written, verb) => {
      const verbs = right.verbs.filter((one) => one === '*' || written === '*' || one === written);
      return on.some((target) => verbs.some((one) => !named || hasName(one, target.subresource) || rule.resourceNames.includes(''))) ? [{ resource, verb }] : [];
    });
  });
  return pairs.length > 0 ? [{ right, pairs, names: named ? rule.resourceNames : undefined }] : [];
}

interface Target { readonly group: string; readonly resource: string; readonly subresource: string }

const targets = new Map<Right, readonly Target[]>();

function targetsOf(right: Right): readonly Target[] {
  let found = targets.get(right);
  if (!found) targets.set(right, (found = right.on.map((text) => {
    const [path, subresource = ''] = text.split('/') as [string, string?];
    const dot = path.indexOf('.');
    return dot < 0 ? { group: '', resource: path, subresource } : { group: path.slice(dot + 1), resource: path.slice(0, dot), subresource };
  })));
  return found;
}

/**
 * Whether a word of `resources` means a target (semantics.md 4.2). Kinds that are not Kubernetes' own may not be
 * installed: a star for every group together with one for every resource says nothing of them.
 */
function covers(word: string, groups: readonly string[], { group, resource, subresource }: Target): boolean {
  if (!groups.includes(group) && !(groups.includes('*') && resource !== '*' && (word !== '*' || isBuiltinGroup(group)))) return false;
  if (word === '*') return true;
  if (resource === '*') return !word.includes('/') && !isSymbol(word);
  if (subresource === '*') return word.startsWith(`${resource}/`) && !word.endsWith('/*');
  return word === (subresource === '' ? resource : `${resource}/${subresource}`) || (subresource !== '' && word === `*/${subresource}`);
}

/** Whether requests with a verb carry a name that `resourceNames` can be compared with (semantics.md 4.3). */
export function hasName(verb: string, subresource: string): boolean {
  return subresource !== '' || !['create', 'list', 'watch', 'deletecollection'].includes(verb);
}
