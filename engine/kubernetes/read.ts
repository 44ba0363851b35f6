import { Cursor } from '../yaml/cursor.ts';
import type { YamlNode } from '../yaml/node.ts';
import { configurationName, readAccountDefault, readTektonConfig, type AccountDefaultFact } from './account-default.ts';
import { furtherAccountUsers, readAccountUses, type AccountUseFact } from './account-use.ts';
import { readAccount, type AccountFact } from './account.ts';
import { readCalicoNetworkSet, readCalicoPolicy, readCalicoTier, type CalicoNetworkSetFact, type CalicoPolicyFact, type CalicoTierFact } from './calico.ts';
import { readCallback, type CallbackFact } from './callback.ts';
import { readCiliumCidrGroup, readCiliumPolicy, type CiliumCidrGroupFact, type CiliumPolicyFact } from './cilium.ts';
import { hostWords, readConfigHosts, type ConfigHostsFact } from './config-hosts.ts';
import { readConsulDefaults, readConsulIntentions, readConsulMesh, type ConsulIntentionsFact, type ConsulMeshFact, type ConsulMutualTlsFact } from './consul.ts';
import { readConfiguredTrust, readPostgresTrust, trustWords, type ConfiguredTrustFact } from './configured-trust.ts';
import { readDestinationRule, type DestinationRuleFact } from './destination-rule.ts';
import { controllerSettings, readControllerConfig } from './edge/controller-config.ts';
import type { EdgeFact, GuardFact } from './edge/fact.ts';
import type { AddressSourceFact } from './edge/source.ts';
import { readGatewayListeners, readIstioGateway, readReferenceGrant, type GatewayFact, type ReferenceGrantFact } from './edge/gateway.ts';
import { edgeReaders, readGatewayApiRoute } from './edge/index.ts';
import { readGatewayGuard } from './edge/gateway-api.ts';
import { readServiceEdge } from './edge/service.ts';
import { readEndpoints, type EndpointsFact } from './endpoints.ts';
import { readHeader, type Header } from './header.ts';
import { readClaimRoute, readGatewayPods, readProxyFilter, readVirtualService, type ClaimRouteFact, type GatewayPodsFact, type ProxyFilterFact } from './istio-traffic.ts';
import { readAuthorizationPolicy, readPeerAuthentication, readRequestAuthentication, type AuthorizationPolicyFact, type PeerAuthenticationFact, type RequestAuthenticationFact } from './istio.ts';
import { readKumaIdentity, readKumaMesh, readKumaPermission, readKumaTls, readKumaTrafficPermission, type KumaIdentityFact, type KumaMeshFact, type KumaPermissionFact, type KumaTlsFact, type KumaTrafficPermissionFact } from './kuma.ts';
import { readLinkerdAuthorization, readLinkerdMeshTls, readLinkerdNetworks, readLinkerdRoute, readLinkerdServer, readLinkerdServerAuthorization, type LinkerdAuthorizationFact, type LinkerdMeshTlsFact, type LinkerdNetworksFact, type LinkerdRouteFact, type LinkerdServerAuthorizationFact, type LinkerdServerFact } from './linkerd.ts';
import { readKubeconfig, type KubeconfigFact } from './kubeconfig.ts';
import { readMisplaced, type MisplacedFact } from './misplaced.ts';
import { readNamespace, type NamespaceFact } from './namespace.ts';
import { readNetworkPolicy, type NetworkPolicyFact } from './network-policy.ts';
import { readNode, type NodeFact } from './node.ts';
import { readPodIdentity, type PodIdentityFact } from './pod-identity.ts';
import { carriesPods, namesAccounts, podCarrier } from './podspec.ts';
import { readClusterPolicy, type ClusterPolicyFact } from './policy-api.ts';
import { readBinding, readRole, type BindingFact, type RoleFact } from './rbac.ts';
import { readSecret, type SecretFact } from './secret.ts';
import { readService, type RouteFact, type ServiceFact } from './service.ts';
import type { WorkloadFact } from './workload.ts';
import { readWorkloads } from './read-workloads.ts';

/** Everything that can be read out of an object, told apart by `fact`. */
export type Fact = WorkloadFact | AccountFact | RoleFact | BindingFact | NamespaceFact | NodeFact | NetworkPolicyFact | CiliumPolicyFact | CiliumCidrGroupFact | CalicoPolicyFact | CalicoTierFact | CalicoNetworkSetFact | ClusterPolicyFact | ConfigHostsFact | EndpointsFact | AuthorizationPolicyFact | PeerAuthenticationFact | RequestAuthenticationFact | ServiceFact | RouteFact | EdgeFact | GuardFact | AddressSourceFact | ConfiguredTrustFact | GatewayFact | ReferenceGrantFact | CallbackFact | DestinationRuleFact | ClaimRouteFact | GatewayPodsFact | ProxyFilterFact | SecretFact | MisplacedFact | AccountUseFact | AccountDefaultFact | PodIdentityFact | KubeconfigFact
  | LinkerdServerFact | LinkerdAuthorizationFact | LinkerdMeshTlsFact | LinkerdNetworksFact | LinkerdServerAuthorizationFact | LinkerdRouteFact
  | ConsulIntentionsFact | ConsulMutualTlsFact | ConsulMeshFact
  | KumaPermissionFact | KumaTrafficPermissionFact | KumaMeshFact | KumaTlsFact | KumaIdentityFact;
export type FactKind = Fact['fact'];

/** One object of a document with what was read out of it: plain data, a function of the text and the dialect alone. */
export interface Resource {
  readonly header: Header;
  readonly facts: readonly Fact[];
}

type Reader = (cursor: Cursor, header: Header) => Fact[];

const rbac = 'rbac.authorization.k8s.io';

/** One line a kind that is read. Kinds that carry pods or name accounts are read on top of this by podspec-paths.json. */
const readers = new Map<string, Reader>([
  ['/ServiceAccount', readAccount],
  ['/Secret', readSecret],
  ['/Config', readKubeconfig],
  ['/ConfigMap', both(readAccountDefault, readControllerConfig, readConfiguredTrust, readConfigHosts)],
  ['operator.tekton.dev/TektonConfig', readTektonConfig],
  ...furtherAccountUsers.map((kind): [string, Reader] => [kind, readAccountUses]),
  [`${rbac}/Role`, readRole],
  [`${rbac}/ClusterRole`, readRole],
  [`${rbac}/RoleBinding`, readBinding],
  [`${rbac}/ClusterRoleBinding`, readBinding],
  ['/Namespace', readNamespace],
  ['/Node', readNode],
  ['networking.k8s.io/NetworkPolicy', readNetworkPolicy],
  ['security.istio.io/AuthorizationPolicy', readAuthorizationPolicy],
  ['security.istio.io/PeerAuthentication', readPeerAuthentication],
  ['security.istio.io/RequestAuthentication', readRequestAuthentication],
  ['networking.istio.io/DestinationRule', readDestinationRule],
  ['networking.istio.io/VirtualService', readVirtualService],
  ['networking.istio.io/Gateway', both(readIstioGateway, readGatewayPods)],
  ['networking.istio.io/EnvoyFilter', readProxyFilter],
  ['extensions.istio.io/WasmPlugin', readProxyFilter],
  ['policy.linkerd.io/Server', readLinkerdServer],
  ['policy.linkerd.io/AuthorizationPolicy', readLinkerdAuthorization],
  ['policy.linkerd.io/MeshTLSAuthentication', readLinkerdMeshTls],
  ['policy.linkerd.io/NetworkAuthentication', readLinkerdNetworks],
  ['policy.linkerd.io/ServerAuthorization', readLinkerdServerAuthorization],
  ['policy.linkerd.io/HTTPRoute', readLinkerdRoute],
  ['consul.hashicorp.com/ServiceIntentions', readConsulIntentions],
  ['consul.hashicorp.com/ProxyDefaults', readConsulDefaults],
  ['consul.hashicorp.com/ServiceDefaults', readConsulDefaults],
  ['consul.hashicorp.com/Mesh', readConsulMesh],
  ['kuma.io/MeshTrafficPermission', readKumaPermission],
  ['kuma.io/TrafficPermission', readKumaTrafficPermission],
  ['kuma.io/Mesh', readKumaMesh],
  ['kuma.io/MeshTLS', readKumaTls],
  ['kuma.io/MeshIdentity', readKumaIdentity],
  ['cilium.io/CiliumNetworkPolicy', readCiliumPolicy],
  ['cilium.io/CiliumClusterwideNetworkPolicy', readCiliumPolicy],
  ['cilium.io/CiliumCIDRGroup', readCiliumCidrGroup],
  ...['projectcalico.org', 'crd.projectcalico.org'].flatMap((group): [string, Reader][] => [
    [`${group}/NetworkPolicy`, readCalicoPolicy],
    [`${group}/GlobalNetworkPolicy`, readCalicoPolicy],
    [`${group}/Tier`, readCalicoTier],
    [`${group}/NetworkSet`, readCalicoNetworkSet],
    [`${group}/GlobalNetworkSet`, readCalicoNetworkSet],
  ]),
  ['policy.networking.k8s.io/AdminNetworkPolicy', readClusterPolicy],
  ['policy.networking.k8s.io/BaselineAdminNetworkPolicy', readClusterPolicy],
  ['policy.networking.k8s.io/ClusterNetworkPolicy', readClusterPolicy],
  ['discovery.k8s.io/EndpointSlice', readEndpoints],
  ['/Endpoints', readEndpoints],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', readCallback],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', readCallback],
  ['apiregistration.k8s.io/APIService', readCallback],
  ['eks.services.k8s.aws/PodIdentityAssociation', readPodIdentity],
  ['eks.aws.upbound.io/PodIdentityAssociation', readPodIdentity],
  ['/Service', both(readService, readServiceEdge)],
  ...['HTTPRoute', 'GRPCRoute'].map((kind): [string, Reader] => [`gateway.networking.k8s.io/${kind}`, both(readGatewayApiRoute, readLinkerdRoute, readClaimRoute)]),
  ['gateway.networking.k8s.io/Gateway', both(readGatewayGuard, readGatewayListeners, readGatewayPods)],
  ['gateway.networking.k8s.io/ReferenceGrant', readReferenceGrant],
  ['postgresql.cnpg.io/Cluster', readPostgresTrust],
  ['acid.zalan.do/postgresql', readPostgresTrust],
  ...edgeReaders,
]);

/** What several readers make of one object. */
function both(...readers: readonly Reader[]): Reader {
  return (cursor, header) => readers.flatMap((read) => read(cursor, header));
}

/** Words of which a document of a kind must have one for anything to come out of it. */
const telling = new Map<string, readonly string[]>([['/ConfigMap', [configurationName, ...controllerSettings, ...trustWords, ...hostWords]]]);

/** Whether any fact can come out of a document of a kind: others are never parsed. Lists are looked into. */
export function isRead(group: string, kind: string, text: string): boolean {
  const key = `${group}/${kind}`;
  if (readers.has(key)) return telling.get(key)?.some((word) => text.includes(word)) ?? true;
  const carrier = podCarrier(group, kind);
  if (carrier) return carriesPods(carrier) || namesAccounts(carrier);
  return kind.endsWith('List') || (mayNameAccount(group, kind) && text.includes('serviceAccount'));
}

/** Whether a kind is nobody's here: what names an account in it keeps that account from being called unused. Schemas of such kinds only describe the field. */
function mayNameAccount(group: string, kind: string): boolean {
  return group.includes('.') && kind !== 'CustomResourceDefinition' && !readers.has(`${group}/${kind}`);
}

/** Reads the objects of a document, those inside lists (`kind: List` and `*List`) each for itself. */
export function readResources(root: YamlNode | undefined): Resource[] {
  return read(Cursor.root(root));
}

function read(cursor: Cursor): Resource[] {
  const header = readHeader(cursor);
  if (!header) return [];
  if (header.kind.endsWith('List') && cursor.get('items').isSeq) return cursor.get('items').items().flatMap(read);
  const own = readers.get(`${header.group}/${header.kind}`)?.(cursor, header) ?? [];
  const carrier = podCarrier(header.group, header.kind);
  const uses = (carrier ? namesAccounts(carrier) : mayNameAccount(header.group, header.kind)) ? readAccountUses(cursor, header) : [];
  return [{ header, facts: [...readWorkloads(cursor, header), ...own, ...uses, ...readMisplaced(cursor, header)] }];
}
