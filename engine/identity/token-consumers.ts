import type { Container, WorkloadFact } from '../kubernetes/workload.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Account, Workload } from './parts.ts';
import { symbol, type Location } from './objects.ts';

/** Something in a pod, known by its marks, that uses an identity: the account's API token or one of its own. */
export interface TokenConsumer {
  /** How messages call it. */
  readonly name: string;
  /** Where it is written that it does. */
  readonly source: string;
  /** `account`: it reads the token that is mounted by default. `own`: it gets another one, but an opt-out cannot be called safe unseen. */
  readonly token: 'account' | 'own';
  /** Of an image: the path without registry, tag and digest, in lower case. */
  readonly image?: RegExp;
  /** Of the program that a container starts: the last part of the first word of its command. */
  readonly program?: RegExp;
  /** Of any word of command, arguments, probes and hooks, or of an environment variable's value. */
  readonly word?: RegExp;
  /** Of the name of an environment variable. */
  readonly variable?: RegExp;
  /** Of a pod's annotation or label. */
  readonly podMark?: RegExp;
  /** Of an annotation or label of the account. */
  readonly accountMark?: RegExp;
  /** Of a CSI driver of one of the pod's volumes. */
  readonly csi?: RegExp;
  /** It takes a projected token where the pod has one, and the account's where it has none. */
  readonly unlessProjected?: true;
}

const tokenPath = String.raw`/(?:var/)?run/secrets/kubernetes\.io/serviceaccount`;

/**
 * The known consumers. Every pattern is anchored or made of literals, so that it is linear. Additions are welcome: a
 * consumer that is missing here costs a false finding, one too many costs a missed one.
 */
export const tokenConsumers: readonly TokenConsumer[] = [
  // Who says so in so many words.
  { name: 'something that reads the token\'s path', token: 'account', word: new RegExp(tokenPath), source: 'https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/' },
  { name: 'a client of the Kubernetes API', token: 'account', word: /\bkubernetes\.default(?:\.svc)?\b|\bKUBERNETES_SERVICE_HOST\b|kubernetes_sd_configs?|^--?(?:kubeconfig|kube-config|leader-elect[a-z-]*|enable-leader-election|in-?cluster[a-z-]*|incluster|watch-namespaces?|namespaces?|all-namespaces|kube-api[a-z-]*|apiserver-host|election-id|service-account[a-z-]*)(?:=|$)/, source: 'https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#using-the-official-client-libraries' },
  { name: 'a client of the Kubernetes API', token: 'account', variable: /^(?:KUBECONFIG|KUBE_CONFIG|KUBERNETES_(?:SERVICE_HOST|MASTER|NAMESPACE|AUTH|TRUST_CERTIFICATES|API[A-Z_]*)|K8S_(?:API|AUTH)[A-Z_]*|WATCH_NAMESPACES?|OPERATOR_(?:NAME|NAMESPACE)|LEADER_ELECTION[A-Z_]*|[A-Z_]*IN_CLUSTER(?:_CONFIG)?|SPRING_CLOUD_KUBERNETES_[A-Z_]*|[A-Z_]*KUBE_PING[A-Z_]*|HZ_[A-Z_]*KUBERNETES[A-Z_]*|AIRFLOW__KUBERNETES[A-Z_]*)$/, source: 'https://sdk.operatorframework.io/docs/building-operators/golang/operator-scope/ (WATCH_NAMESPACE), https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/' },
  { name: 'a command-line client of the Kubernetes API', token: 'account', word: /(?:^|[\s;&|("'`/=])(?:kubectl|oc|helm|helmfile|istioctl|argocd|argo|flux|velero|kubeadm|cmctl|tkn|kubeseal|skaffold|k9s|cilium|calicoctl|linkerd|kn|virtctl|consul-k8s|vault-k8s)(?=$|[\s;&|)"'`])/, source: 'https://kubernetes.io/docs/reference/kubectl/#in-cluster-authentication-and-namespace-overrides' },

  // Controllers and operators, by the names that they are given.
  { name: 'a controller or operator', token: 'account', image: /(?:^|\/|[-_])(?:operator|controllers?|controller-manager|provisioner|attacher|resizer|snapshotter|autoscaler|descheduler|webhook|webhook-server|reloader)$|(?:^|\/)manager$/, source: 'https://kubernetes.io/docs/concepts/architecture/controller/' },
  { name: 'a controller or operator', token: 'account', program: /^(?:manager|controller|operator)$|-(?:operator|controller|controller-manager|provisioner|webhook)$|^kube-/, source: 'https://book.kubebuilder.io/cronjob-tutorial/basic-project (config/manager runs /manager)' },

  // Clients of the API, by the image that they are published as. Their own installation manifests bind their accounts.
  ...[
    ['a command-line client of the Kubernetes API', 'kubectl|ose-cli|oc|cli-artifacts|origin-cli|argocli|calicoctl'],
    ['a part of Kubernetes', 'hyperkube|kube-[a-z0-9-]+|metrics-server|coredns|k8s-dns-[a-z-]+|kubedns|kubedns-[a-z0-9]+|skydns|kube2sky|minikube|tiller|addon-resizer|node-problem-detector|cluster-proportional-[a-z0-9-]+|cpvpa[a-z0-9-]*|cluster-autoscaler[a-z0-9-]*|sonobuoy|policy-assistant|kubernetes-dashboard|dashboard-(?:api|auth|web|metrics-scraper)'],
    ['a proxy that asks the Kubernetes API who calls', 'oauth-proxy|ose-oauth-proxy|origin-oauth-proxy|kube-rbac-proxy|origin-kube-rbac-proxy|ose-kube-rbac-proxy'],
    ['a collector that asks the Kubernetes API what it sees', 'prometheus|prometheus-adapter|k8s-prometheus-adapter[a-z0-9-]*|prometheus-config-reloader|thanos|k8s-sidecar|grafana-agent|alloy|promtail|fluent-bit|fluentd|fluentd-[a-z0-9-]+|filebeat|metricbeat|elastic-agent|timberio/vector|opentelemetry-collector[a-z-]*|otel-collector|datadog/agent|datadog/cluster-agent|datadog-agent|sysdig/agent|newrelic/[a-z0-9-]+|oneagent|falco|scope'],
    ['a delivery tool', 'argocd|argoexec|workflow-controller|argo-rollouts|argo-events|image-updater|velero|external-dns|cert-manager-[a-z]+|external-secrets|keda|kured|jenkins|gitlab-runner|drone-runner-kube|tekton[a-z-]*'],
    ['a network component of the cluster', 'traefik|ingress|ingress-nginx|nginx-ingress|haproxy-ingress|contour|emissary|ambassador|pilot|istiod|galley|mixer|citadel|ztunnel|install-cni|envoyproxy/gateway|cilium|hubble-relay|(?:calico|projectcalico|tigera)/[a-z0-9-]+|flannel|flannel-cni|multus|multus-cni|weave-kube|weave-npc|antrea[a-z-]*|ovn-[a-z-]+|speaker|frr-k8s|kube2iam|kiam'],
    ['a storage driver', 'csi-[a-z-]+|livenessprobe|democratic-csi|longhorn[a-z-]*'],
    ['a policy or security tool', 'gatekeeper|opa-kube-mgmt|kube-mgmt|kyverno[a-z-]*|policy-reporter|polaris|popeye|kubescape|kube-hunter|vault|vault-k8s|consul|consul-k8s[a-z-]*|spire-server|spire-agent|k8s-workload-registrar|dex|headlamp|octant'],
    ['a platform that keeps its state or its workers in Kubernetes', 'airflow|jupyterhub|k8s-hub|spilo-[0-9]+|spilo|patroni|stolon|chaos-daemon|chaos-mesh|chaos-dashboard|docker-elasticsearch-kubernetes'],
  ].map(([name, images]): TokenConsumer => ({ name: name!, token: 'account', image: new RegExp(`(?:^|/)(?:${images})$`), source: 'the project\'s own installation manifests' })),
  { name: 'a control plane of Linkerd or Istio', token: 'account', image: /(?:^|\/)(?:linkerd|istio|istio-release)\/(?:controller|metrics-api|tap|web|policy-controller|pilot|operator)$/, source: 'https://linkerd.io/2/reference/architecture/, https://istio.io/latest/docs/ops/deployment/architecture/' },

  // Sidecars that log in with a token of their own where they were given one, and with the account's where not.
  { name: 'the Istio proxy', token: 'account', unlessProjected: true, image: /(?:^|\/)(?:proxyv2|proxy_debug)$/, source: 'https://istio.io/latest/docs/ops/best-practices/security/#configure-third-party-service-account-tokens' },
  { name: 'the Linkerd proxy', token: 'account', unlessProjected: true, image: /(?:^|\/)linkerd(?:-io|2)?\/proxy$/, source: 'https://linkerd.io/2/features/automatic-mtls/ (bound tokens since 2.11)' },

  // Those to whom the account's token is shown as proof of identity.
  { name: 'the Vault Agent injector', token: 'account', podMark: /^vault\.hashicorp\.com\/agent-inject$/, source: 'https://developer.hashicorp.com/vault/docs/deploy/kubernetes/injector (the agent logs in with the pod\'s token)' },
  { name: 'a Vault client', token: 'account', variable: /^VAULT_(?:K8S_[A-Z_]+|KUBERNETES_[A-Z_]+|AUTH_METHOD|AUTH_ROLE|ROLE)$/, source: 'https://developer.hashicorp.com/vault/docs/auth/kubernetes' },
  { name: 'a Vault client', token: 'account', podMark: /^(?:vault\.security\.banzaicloud\.io|bank-vaults\.dev)\//, source: 'https://bank-vaults.dev/docs/mutating-webhook/annotations/' },
  { name: 'Consul service mesh', token: 'account', podMark: /^consul\.hashicorp\.com\/connect-inject$/, source: 'https://developer.hashicorp.com/consul/docs/k8s/connect (the proxy logs in with the account\'s token)' },
  { name: 'the Secrets Store CSI driver', token: 'account', csi: /^secrets-store(?:-gke)?\.csi\.(?:k8s\.io|x-k8s\.io)$/, source: 'https://secrets-store-csi-driver.sigs.k8s.io/ (the driver requests tokens by CSIDriver.tokenRequests; older providers read the pod\'s)' },
  { name: 'a scraper with a bearer token file', token: 'account', word: /bearer[_-]token[_-]file/i, source: 'https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config' },

  // Cloud identity: the webhook adds a projected token with an audience of its own.
  { name: 'EKS IAM roles for service accounts', token: 'own', accountMark: /^eks\.amazonaws\.com\/role-arn$/, source: 'https://github.com/aws/amazon-eks-pod-identity-webhook (projects aws-iam-token)' },
  { name: 'Azure workload identity', token: 'own', accountMark: /^azure\.workload\.identity\//, podMark: /^azure\.workload\.identity\/use$/, source: 'https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html' },
  { name: 'GKE workload identity', token: 'own', accountMark: /^iam\.gke\.io\/gcp-service-account$/, source: 'https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity (the metadata server asks for the token)' },
];

/** A known consumer in a workload, and where it shows. */
export interface FoundConsumer {
  readonly consumer: TokenConsumer;
  readonly at: Location;
}

/** The known token consumers in a workload, by the marks on its pods and on its account. */
export function consumersIn(workload: Workload, account: Account): FoundConsumer[] {
  const marks = marksOf(workload.fact);
  const projected = workload.fact.volumes.some((volume) => volume.tokens.length > 0);
  return tokenConsumers.flatMap((consumer): FoundConsumer[] => {
    if (consumer.unlessProjected && projected) return [];
    const at = placeIn(workload, marks, consumer) ?? markOf(account, consumer);
    return at ? [{ consumer, at }] : [];
  });
}

/** Whether some of a workload's programs cannot be told: then it is not known whether one of them is a consumer. */
export function hidesPrograms({ containers, containersOpen }: WorkloadFact): boolean {
  return containersOpen || containers.some(({ image, command, args }) => image.state === 'hole' || [...command, ...args].some((word) => word.state === 'hole'));
}

/** The text of a word; of one with a template's actions in it, what is written around these: the flag of a value that nobody knows. */
function textOf(word: Value<string>): string {
  return known(word) ?? symbol(word).replace(/\{\{[^}]*\}\}/g, '');
}

/** What a workload's containers show, read once for all patterns. */
interface Marks {
  readonly containers: readonly { readonly container: Container; readonly image: string; readonly program: string; readonly words: readonly string[]; readonly variables: readonly string[] }[];
}

function marksOf(fact: WorkloadFact): Marks {
  return {
    containers: fact.containers.map((container) => {
      const words = [...container.command, ...container.args, ...container.hooks, ...Object.values(container.env)].map(textOf).filter((word) => word !== '');
      return {
        container,
        image: imagePath(known(container.image) ?? ''),
        program: (known(container.command[0] ?? container.image) ?? '').split('/').at(-1)!,
        words,
        variables: Object.keys(container.env),
      };
    }),
  };
}

function placeIn({ object, fact }: Workload, marks: Marks, consumer: TokenConsumer): Location | undefined {
  for (const { container, image, program, words, variables } of marks.containers) {
    if (consumer.image?.test(image)) return { object, place: container.image.at };
    if (container.command.length > 0 && consumer.program?.test(program)) return { object, place: container.command[0]!.at };
    if (consumer.word && words.some((word) => consumer.word!.test(word))) return { object, place: container.at };
    if (consumer.variable && variables.some((name) => consumer.variable!.test(name))) return { object, place: container.at };
  }
  if (consumer.podMark) {
    for (const labels of [fact.podAnnotations, fact.podLabels]) {
      const key = Object.keys(labels.entries).find((one) => consumer.podMark!.test(one));
      if (key !== undefined) return { object, place: labels.entries[key]!.at };
    }
  }
  const volume = consumer.csi && fact.volumes.find(({ csiDriver }) => consumer.csi!.test(known(csiDriver) ?? ''));
  return volume ? { object, place: volume.at } : undefined;
}

function markOf(account: Account, { accountMark }: TokenConsumer): Location | undefined {
  if (!accountMark) return undefined;
  for (const { object } of [...account.objects, ...account.perhaps]) {
    const { annotations, labels } = object.resource.header;
    for (const { entries } of [annotations, labels]) {
      const key = Object.keys(entries).find((one) => accountMark.test(one));
      if (key !== undefined) return { object, place: entries[key]!.at };
    }
  }
  return undefined;
}

/** The path of an image without registry, tag and digest: `quay.io/brancz/kube-rbac-proxy:v1` → `brancz/kube-rbac-proxy`. */
export function imagePath(image: string): string {
  const path = image.toLowerCase().replace(/^[a-z]+:\/\//, '').replace(/@.*$/, '').replace(/:[^/]*$/, '');
  const parts = path.split('/');
  const registry = parts.length > 1 && /[.:]|^localhost$/.test(parts[0]!);
  return (registry ? parts.slice(1) : parts).join('/');
}
