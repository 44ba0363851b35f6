import type { Graph } from '../../../engine/identity/graph.ts';
import { type GraphObject, isSymbol, shownName, symbol } from '../../../engine/identity/objects.ts';
import type { AccountFact } from '../../../engine/kubernetes/account.ts';
import type { SecretFact } from '../../../engine/kubernetes/secret.ts';
import type { ProjectedToken, WorkloadFact } from '../../../engine/kubernetes/workload.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, pathIn, type FixProposal, type Related, type Severity, type Signal } from '../../../engine/lint/rule.ts';
import { accountOfSecret, bootstrapType, tokenSecretsOf, tokenType } from '../token-secret.ts';

/** The kubelet renews a token when it is a day old at the latest (pkg/kubelet/token/token_manager.go, maxTTL): to ask for more only helps a thief. */
const dayInSeconds = 86_400;

/** Asked with exactly this lifetime and for the API server, a pod's token is made good for a year (--service-account-extend-token-expiration, on by default; pkg/serviceaccount/claims.go). */
const extendedSeconds = 3607;

export default defineRule({
  id: 'long-lived-token',
  title: 'Token that lives long, or for ever',
  family: 'tokens',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI7:2025', 'owasp-agentic-2026:ASI03', 'cis-kubernetes:5.1.6', 'nist-sp-800-207:2.1-3', 'mitre-attack:T1528'],
  unit: 'object',
  reads: ['secret', 'account', 'workload'],
  messages: {
    secret: 'The token of account "{account}" in this Secret never expires, and is good for as long as both exist',
    listed: 'Lists the token Secret "{secret}", which never expires; since Kubernetes 1.24 accounts have none unless somebody makes one',
    bootstrap: 'This bootstrap token never expires: whoever has it can join nodes to the cluster',
    lifetime: 'This token is good for {lifetime} after it leaves the pod; the limit is {limit}',
    audience: 'This token for "{audience}" is good for {lifetime}; the limit is {limit}',
    extended: 'With exactly 3607 seconds and no audience the API server makes this token good for a year',
    made: 'the Secret',
    lists: 'the account lists it here',
  },
  options: {
    maxExpirationSeconds: { type: 'integer', default: 3600, description: 'The longest lifetime of a projected token, in seconds.' },
  },
  *check({ unit: { object }, graph, options }) {
    const limit = Number(options['maxExpirationSeconds']);
    for (const fact of object.resource.facts) {
      if (fact.fact === 'secret') yield* ofSecret(object, fact, graph, this.messages);
      else if (fact.fact === 'account') yield* ofAccount(object, fact, graph, this.messages);
      // What a controller made says what its template says.
      else if (fact.fact === 'workload' && !object.resource.header.owner) yield* ofWorkload(object, fact, limit);
    }
  },
  fixes({ unit: { object }, graph, options }, { messageId, at, data }) {
    const limit = Number(options['maxExpirationSeconds']);
    const path = at.place.path;
    switch (messageId) {
      case 'secret': return [removeSecret(object)];
      case 'listed': return [unlist(object, graph)];
      case 'bootstrap': return [];
      default: return [shorten(object, path, limit, data?.['audience'] === undefined)];
    }
  },
});

type Messages = Readonly<Record<string, string>>;

function* ofSecret(object: GraphObject, fact: SecretFact, graph: Graph, messages: Messages): Iterable<Signal> {
  const at = { object, place: fact.type.at };
  const type = known(fact.type);
  if (type === tokenType) {
    const account = accountOfSecret(object);
    const lists = graph.all('account').flatMap(({ object: owner, fact: one }): Related[] => one.secrets
      .filter((secret) => owner.namespace === object.namespace && symbol(secret) === object.name && object.name !== '')
      .map((secret) => ({ at: { object: owner, place: secret.at }, message: messages['lists']! })));
    yield { messageId: 'secret', args: { account }, at, related: lists.slice(0, 3), group: groupOf(object.namespace, object.name) };
  } else if (type === bootstrapType && !fact.open && !('expiration' in fact.entries)) {
    yield { messageId: 'bootstrap', at };
  }
}

function* ofAccount(object: GraphObject, fact: AccountFact, graph: Graph, messages: Messages): Iterable<Signal> {
  const [first, ...more] = tokenSecretsOf(object, fact, graph);
  if (!first) return;
  yield {
    messageId: 'listed',
    args: { secret: symbol(first.name) },
    at: { object, place: first.name.at },
    related: [first, ...more].flatMap(({ secret }) => (secret ? [{ at: { object: secret.object, place: secret.fact.type.at }, message: messages['made']! }] : [])),
    group: groupOf(object.namespace, symbol(first.name)),
  };
}

function* ofWorkload(object: GraphObject, fact: WorkloadFact, limit: number): Iterable<Signal> {
  for (const token of tokensOf(fact)) {
    const seconds = known(token.expirationSeconds);
    if (seconds === undefined) continue;
    const at = { object, place: token.expirationSeconds.at };
    const args = { lifetime: inWords(seconds), limit: inWords(limit) };
    if (token.audience.state === 'absent') {
      if (seconds === extendedSeconds) yield { messageId: 'extended', at };
      else if (seconds > limit) yield { messageId: 'lifetime', args, at };
    } else if (seconds > limit) {
      // Of no use at the API server, and renewed within the day in any case.
      const short: { severity: Severity; persona: 'pedantic' } | undefined = seconds <= dayInSeconds ? { severity: 'info', persona: 'pedantic' } : undefined;
      yield { messageId: 'audience', args: { ...args, audience: symbol(token.audience) }, at, data: { audience: symbol(token.audience) }, ...short };
    }
  }
}

/** All but those that the API server itself put in, as dumps show them (plugin/pkg/admission/serviceaccount/admission.go, ServiceAccountVolumeName). */
function tokensOf({ volumes }: WorkloadFact): ProjectedToken[] {
  return volumes.filter(({ name }) => !(known(name) ?? '').startsWith('kube-api-access-')).flatMap(({ tokens }) => tokens);
}

function groupOf(namespace: string, secret: string): string {
  return `token ${namespace}/${secret}`;
}

/** A lifetime as people say it; whole units only, else seconds. */
function inWords(seconds: number): string {
  for (const [unit, size] of [['day', dayInSeconds], ['hour', 3600], ['minute', 60]] as const) {
    if (seconds >= size && seconds % size === 0) return seconds === size ? `one ${unit}` : `${seconds / size} ${unit}s`;
  }
  return `${seconds} seconds`;
}

function removeSecret(object: GraphObject): FixProposal {
  const name = isSymbol(object.name) ? 'it' : `"${shownName(object.name)}"`;
  return {
    id: 'remove-secret',
    title: `Remove the token Secret (check first what reads it and give that a projected token or \`kubectl create token\`; delete ${name} in the cluster, which ends the token)`,
    safe: false,
    choice: true,
    steps: [{ remove: object }],
  };
}

/** Other Secrets that an account lists stay: some controllers look their credentials up there. */
function unlist(object: GraphObject, graph: Graph): FixProposal {
  const fact = object.resource.facts.find((one): one is AccountFact => one.fact === 'account')!;
  const tokens = tokenSecretsOf(object, fact, graph).map(({ name }) => name.at.path.slice(0, -1));
  const paths = tokens.length === fact.secrets.length ? [pathIn(object, 'secrets')] : tokens;
  return {
    id: 'remove-from-list',
    title: 'Take it out of the account\'s list (check first that nothing looks its token up there; the token ends when its Secret is deleted in the cluster)',
    safe: false,
    steps: paths.map((path) => ({ object, change: { op: 'remove', path } })),
  };
}

/** Ten minutes is the least that the API server takes; 3607 means a year. */
function shorten(object: GraphObject, path: readonly (string | number)[], limit: number, forApi: boolean): FixProposal {
  const seconds = forApi && limit === extendedSeconds ? limit - 1 : Math.max(limit, 600);
  return {
    id: 'shorten',
    title: `Let it live ${inWords(seconds)} (check first that what reads the token reads it again when the kubelet renews it)`,
    safe: false,
    steps: [{ object, change: { op: 'set', path, value: seconds } }],
  };
}
