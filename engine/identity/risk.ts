import { known, type Place } from '../yaml/cursor.ts';
import type { Workload } from './parts.ts';
import type { Location } from './objects.ts';
import { riskClasses, type RiskClass } from './risk-classes.ts';
import { imagePath } from './token-consumers.ts';

/** A workload's risk class, and what in the files says so. */
export interface Risk {
  readonly class: RiskClass;
  /** Completes "it is one because …". */
  readonly because: string;
  readonly at: Location;
}

/** Sets or clears the class of a workload: one of the classes, or `none`. On the pod template it goes before the object. */
export const riskAnnotation = 'kubewho.dev/risk-class';

/** Marks of a class; all that a row gives have to be there. Every pattern is made of literals and anchors, so that it is linear. */
interface Row {
  readonly class: RiskClass;
  /** Of the workload's name or one of its naming labels, in lower case. */
  readonly name?: RegExp;
  /** Of a container's image: the path without registry, tag and digest. What runs before the others does not count. */
  readonly image?: RegExp;
  /** Of the name of an environment variable. */
  readonly variable?: RegExp;
  /** Of `group/Kind`. */
  readonly kind?: RegExp;
  /** Not of what runs to its end: backups, migrations and probes use the images of what they visit. */
  readonly lasting?: true;
}

/** A whole word of a name. */
const word = (words: string): RegExp => new RegExp(`(?:^|[-_./])(?:${words})(?:$|[-_./])`);
/** The last part of an image's path, or its last two. */
const image = (names: string): RegExp => new RegExp(`(?:^|/)(?:${names})$`);

/** From the gravest down: the first row that matches is the class. Images are named as their projects publish them. */
const rows: readonly Row[] = [
  { class: 'secrets-manager', image: image('vault|vault-enterprise|openbao|external-secrets|kubernetes-external-secrets|sealed-secrets-controller|sealed-secrets-kubeseal|vault-secrets-operator|infisical|conjur|cyberark/conjur|keywhiz|onepassword-operator|connect-api|spire-server|secrets-store-csi-driver/driver|csi-secrets-store/driver'), lasting: true },
  { class: 'secrets-manager', name: word('vault-server|openbao|external-secrets|sealed-secrets|secrets?-manager|key-management|kms'), lasting: true },
  { class: 'gitops-controller', image: image('argocd|argoproj/argo-cd|kustomize-controller|helm-controller|source-controller|flux-operator|fleet-agent|rancher/fleet|kapp-controller|weaveworks/flux|flux') },
  { class: 'gitops-controller', name: word('argocd|argo-cd|argocd-application-controller|kustomize-controller|helm-controller|flux-operator|fleet-controller|kapp-controller') },
  { class: 'ci-runner', kind: /^(?:actions\.summerwind\.dev|actions\.github\.com|tekton\.dev|build\.openshift\.io)\// },
  { class: 'ci-runner', image: image('actions-runner|gitlab-runner|gitlab-runner-helper|jenkins|jenkins/jenkins|inbound-agent|jnlp-slave|jenkins-agent|drone-runner-kube|drone-runner-docker|buildkite/agent|concourse|teamcity-agent|azp-agent|circleci/runner-agent|circleci/runner|woodpecker-agent|kaniko-project/executor|buildkit|act_runner|actions-runner-controller|gha-runner-scale-set-controller') },
  { class: 'ci-runner', name: word('ci-runner|build-runner|gitlab-runner|github-runner|actions-runner|buildkite-agent|jenkins|jenkins-agent|build-agent') },
  { class: 'payment', name: word('payments?|payment-[a-z]+|checkout|billing|paymentservice|checkoutservice|card-vault|cardholder|ledger|invoicing') },
  { class: 'payment', variable: /^(?:STRIPE|ADYEN|BRAINTREE|PAYPAL|KLARNA|WORLDPAY|MOLLIE|SQUARE)_[A-Z_]*(?:KEY|SECRET|TOKEN|PASSWORD)$/ },
  { class: 'agent', kind: /^(?:agents\.x-k8s\.io|kagent\.dev)\// },
  { class: 'agent', image: image('kagent-dev/kagent/[a-z-]+|kagent|openhands|all-hands-ai/(?:openhands|runtime)|langgraph-api|autogen-studio|autogenstudio|crewai|n8nio/n8n|flowise|mcp/[a-z0-9-]+|[a-z0-9-]+-mcp-server|mcp-server-[a-z0-9-]+') },
  { class: 'agent', name: word('(?:ai|llm|gpt|genai|mcp)-(?:agents?|servers?|assistant)|[a-z]+-mcp') },
  { class: 'agent', name: word('agents?|assistant|copilot'), variable: /^(?:OPENAI|ANTHROPIC|AZURE_OPENAI|GEMINI|GOOGLE_GENAI|MISTRAL|COHERE|GROQ|LANGCHAIN|LANGSMITH)_[A-Z_]*KEY$/ },
  { class: 'data-store', lasting: true, image: image('postgres|postgresql|postgresql-repmgr|pgpool|spilo(?:-\\d+)?|postgis|timescaledb|mysql|mysql-server|mariadb|mariadb-galera|percona|percona-server|percona-xtradb-cluster|mongo|mongodb|mongodb-sharded|redis|redis-stack|redis-cluster|redis-sentinel|valkey|keydb|dragonfly|elasticsearch|elasticsearch-oss|opensearch|solr|cassandra|scylla|cockroach|tidb|tikv|vitess/lite|neo4j|influxdb|clickhouse-server|clickhouse|couchdb|couchbase|couchbase-server|etcd|minio|minio/minio|rethinkdb|arangodb|dgraph|mssql/server|mssql-server-linux|oracle/database|kafka|cp-kafka|strimzi/kafka|pulsar|rabbitmq|qdrant|milvus|weaviate|surrealdb') },
  { class: 'admin-api', image: image('phpmyadmin|pgadmin4|pgadmin|adminer|mongo-express|redis-commander|kubernetes-dashboard|dashboard|kubernetesui/dashboard|headlamp|rancher|portainer|portainer-ce|octant|keycloak|dex|authentik|ory/(?:hydra|kratos|keto)|teleport|boundary'), lasting: true },
  { class: 'admin-api', name: word('admin|administration|admin-[a-z]+|backoffice|back-office|control-plane-api|management-api|iam|identity-provider'), lasting: true },
];

/** The workload's own word for itself, most telling first (kubernetes.io/docs/concepts/overview/working-with-objects/common-labels). */
const namingLabels = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app', 'k8s-app', 'component', 'role'];
/** Kinds that run to their end. */
const runs = new Set(['Job', 'CronJob', 'Workflow', 'CronWorkflow']);

/**
 * The risk class of a workload by kubewho.yaml, else by its annotation, else by what its kind, images, configuration and names say; undefined
 * where nothing does. Names are a hint and no proof: a class raises what is said of an identity, it is never a finding.
 */
export function riskOf(workload: Workload): Risk | undefined {
  const said = configured(workload) ?? annotated(workload);
  if (said) return said === 'none' ? undefined : said;
  const marks = marksOf(workload);
  const lasting = !runs.has(workload.object.resource.header.kind);
  for (const row of rows) {
    const found = lasting || !row.lasting ? matching(row, marks) : undefined;
    if (found) return { class: row.class, because: found.map((one) => one.because).join(' and '), at: { object: workload.object, place: found[0]!.place } };
  }
  return undefined;
}

function configured({ object, risk }: Workload): Risk | 'none' | undefined {
  return risk === undefined || risk === 'none' ? risk : { class: risk, because: 'kubewho.yaml says so', at: { object, place: object.resource.header.at } };
}

function annotated({ object, fact }: Workload): Risk | 'none' | undefined {
  for (const { entries } of [fact.podAnnotations, object.resource.header.annotations]) {
    const value = entries[riskAnnotation];
    const text = value && known(value);
    if (text === 'none') return 'none';
    const found = riskClasses.find((one) => one === text);
    if (found) return { class: found, because: `its annotation ${riskAnnotation} says so`, at: { object, place: value!.at } };
  }
  return undefined;
}

/** Something that a workload shows, with the words that say so. */
interface Mark {
  readonly text: string;
  readonly because: string;
  readonly place: Place;
}

/** The marks of a workload by kind, read once for all rows. */
type Marks = Readonly<Record<'kind' | 'image' | 'variable' | 'name', readonly Mark[]>>;

function marksOf({ object, fact }: Workload): Marks {
  const { group, kind, name, labels, at } = object.resource.header;
  const containers = fact.containers.filter((container) => !container.at.path.includes('initContainers'));
  const named: Mark[] = name.state === 'known' ? [{ text: name.value.toLowerCase(), because: `it is called "${name.value}"`, place: name.at }] : [];
  for (const { entries } of [fact.podLabels, labels]) {
    for (const key of namingLabels) {
      const value = entries[key];
      if (value?.state === 'known') named.push({ text: value.value.toLowerCase(), because: `its label ${key} is "${value.value}"`, place: value.at });
    }
  }
  return {
    kind: [{ text: `${group}/${kind}`, because: `its kind is ${kind} of ${group}`, place: at }],
    image: containers.map(({ image: one }) => {
      const path = imagePath(known(one) ?? '');
      return { text: path, because: `it runs the image "${path}"`, place: one.at };
    }),
    variable: containers.flatMap(({ env, at: place }) => Object.keys(env).map((key) => ({ text: key, because: `it is given ${key}`, place }))),
    name: named,
  };
}

const kindsOfMarks = ['kind', 'image', 'variable', 'name'] as const;

/** One mark for each pattern of a row; undefined where one of them is met by nothing. */
function matching(row: Row, marks: Marks): readonly Mark[] | undefined {
  const found: Mark[] = [];
  for (const kind of kindsOfMarks) {
    const pattern = row[kind];
    if (!pattern) continue;
    const mark = marks[kind].find(({ text }) => pattern.test(text));
    if (!mark) return undefined;
    found.push(mark);
  }
  return found;
}
