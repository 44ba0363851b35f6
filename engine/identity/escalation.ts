import type { Permission } from './permissions.ts';
import { ruleAllows, type AccessRule, type ResourceRequest } from './rbac-rules.ts';

/**
 * What a right lets its holder become. `cluster-admin`: everything. `accounts`: any account of the scope. `named`: the
 * account that the request names, any of the scope where the right has no names. `running`: any account that pods of the
 * scope run as. `node`: the pods of a node.
 */
export type Gain = 'cluster-admin' | 'accounts' | 'named' | 'running' | 'node';

/** Rights that together let their holder become somebody else (semantics.md 5). */
export interface Primitive {
  readonly id: string;
  /** `cluster` counts only where it is granted cluster-wide: RoleBindings do not grant cluster-scoped resources. */
  readonly scope: 'namespace' | 'cluster';
  /** Each of these has to be granted, by one of its requests. */
  readonly needs: readonly (readonly ResourceRequest[])[];
  /** Whether a right that is limited to names is enough, since the object named can be rewritten to the same end. */
  readonly namedSuffices?: boolean;
  readonly gain: Gain;
  /** Completes "… can": what the holder does. */
  readonly reason: string;
}

const ask = (group: string, resources: string, verbs: string, name?: string): ResourceRequest[] =>
  resources.split(' ').flatMap((path) => {
    const [resource, subresource] = path.split('/') as [string, string?];
    return verbs.split(' ').map((verb) => ({ verb, group, resource, ...(subresource ? { subresource } : {}), ...(name ? { name } : {}) }));
  });

const write = 'create update patch';

/** Ordered by how directly they lead on; sources: semantics.md 5 and k8s.io/docs/concepts/security/rbac-good-practices. */
const primitives: readonly Primitive[] = [
  { id: 'all', scope: 'cluster', needs: [ask('*', '*', '*')], gain: 'cluster-admin', reason: 'may do everything' },
  { id: 'bind-cluster', scope: 'cluster', needs: [ask('rbac.authorization.k8s.io', 'clusterroles', 'bind', 'cluster-admin'), ask('rbac.authorization.k8s.io', 'clusterrolebindings', write)], gain: 'cluster-admin', reason: 'bind cluster-admin to itself' },
  { id: 'escalate-cluster', scope: 'cluster', needs: [ask('rbac.authorization.k8s.io', 'clusterroles', 'escalate'), ask('rbac.authorization.k8s.io', 'clusterroles', 'update patch')], namedSuffices: true, gain: 'cluster-admin', reason: 'write any right into a ClusterRole that it has' },
  { id: 'impersonate-masters', scope: 'cluster', needs: [ask('', 'users serviceaccounts', 'impersonate'), ask('', 'groups', 'impersonate', 'system:masters')], gain: 'cluster-admin', reason: 'impersonate the group system:masters' },
  { id: 'mutate', scope: 'cluster', needs: [ask('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', write)], gain: 'cluster-admin', reason: 'rewrite every object on its way into the cluster' },
  { id: 'csr', scope: 'cluster', needs: [ask('certificates.k8s.io', 'certificatesigningrequests', 'create'), ask('certificates.k8s.io', 'certificatesigningrequests/approval', 'update patch'), ask('certificates.k8s.io', 'signers', 'approve', 'kubernetes.io/kube-apiserver-client')], gain: 'accounts', reason: 'approve a client certificate in the name of any account' },
  { id: 'token', scope: 'namespace', needs: [ask('', 'serviceaccounts/token', 'create')], gain: 'named', reason: 'request a token of' },
  { id: 'impersonate', scope: 'namespace', needs: [ask('', 'serviceaccounts', 'impersonate')], gain: 'named', reason: 'impersonate' },
  { id: 'bind', scope: 'namespace', needs: [ask('rbac.authorization.k8s.io', 'clusterroles', 'bind', 'cluster-admin'), ask('rbac.authorization.k8s.io', 'rolebindings', write)], gain: 'accounts', reason: 'bind cluster-admin to itself in' },
  { id: 'escalate', scope: 'namespace', needs: [ask('rbac.authorization.k8s.io', 'roles', 'escalate'), ask('rbac.authorization.k8s.io', 'roles', 'update patch'), ask('rbac.authorization.k8s.io', 'rolebindings', write)], gain: 'accounts', reason: 'write any right into a Role of' },
  { id: 'pods', scope: 'namespace', needs: [ask('', 'pods', 'create')], gain: 'accounts', reason: 'start pods that run as any account of' },
  { id: 'workloads', scope: 'namespace', needs: [[...ask('apps', 'deployments daemonsets statefulsets replicasets', write), ...ask('batch', 'jobs', 'create'), ...ask('batch', 'cronjobs', write), ...ask('', 'replicationcontrollers', write), ...ask('argoproj.io', 'workflows cronworkflows rollouts', write), ...ask('tekton.dev', 'taskruns pipelineruns', 'create'), ...ask('serving.knative.dev', 'services', write)]], namedSuffices: true, gain: 'accounts', reason: 'start workloads that run as any account of' },
  { id: 'secret-token', scope: 'namespace', needs: [ask('', 'secrets', 'create'), ask('', 'secrets', 'get list watch')], gain: 'accounts', reason: 'make a token Secret for any account of' },
  { id: 'exec', scope: 'namespace', needs: [ask('', 'pods/exec pods/attach', 'create')], gain: 'running', reason: 'run commands in the pods of' },
  { id: 'ephemeral', scope: 'namespace', needs: [ask('', 'pods/ephemeralcontainers', 'update patch')], gain: 'running', reason: 'add containers to the pods of' },
  { id: 'images', scope: 'namespace', needs: [ask('', 'pods', 'update patch')], gain: 'running', reason: 'change the images of the pods of' },
  { id: 'node-proxy', scope: 'cluster', needs: [ask('', 'nodes/proxy', 'get create')], gain: 'node', reason: 'run commands in every pod through the kubelets' },
  { id: 'host-path', scope: 'cluster', needs: [ask('', 'persistentvolumes', 'create'), ask('', 'pods', 'create')], gain: 'node', reason: 'mount any path of a node' },
];

/** A primitive that an identity has, where it holds, and the permissions that grant it. */
export interface Escalation {
  readonly primitive: Primitive;
  /** The namespace that it holds in; undefined for the whole cluster. */
  readonly namespace: string | undefined;
  /** For `named`: the account that it is limited to. */
  readonly name?: string;
  readonly permissions: readonly Permission[];
}

/** Every primitive that permissions hold, cluster-wide ones first. Holes grant nothing here: unknown is not guessed. */
export function escalationsOf(permissions: readonly Permission[]): Escalation[] {
  const everywhere = permissions.filter(({ binding }) => binding.cluster);
  const found = primitives.flatMap((primitive) => held(primitive, everywhere, undefined));
  const namespaces = new Set(permissions.flatMap(({ binding }) => (binding.cluster ? [] : [binding.namespace])));
  for (const namespace of namespaces) {
    const here = permissions.filter(({ binding }) => binding.cluster || binding.namespace === namespace);
    for (const primitive of primitives) {
      if (primitive.scope === 'cluster') continue;
      found.push(...held(primitive, here, namespace).filter((one) => one.permissions.some(({ binding }) => !binding.cluster)));
    }
  }
  return found;
}

function held(primitive: Primitive, permissions: readonly Permission[], namespace: string | undefined): Escalation[] {
  if (primitive.gain === 'named') return heldByName(primitive, permissions, namespace);
  const granting: Permission[] = [];
  for (const requests of primitive.needs) {
    const one = permissions.find(({ rule }) => needsMetBy(rule).has(requests));
    if (!one) return [];
    granting.push(one);
  }
  return [{ primitive, namespace, permissions: granting }];
}

/** A right to any name makes those to single names superfluous. */
function heldByName(primitive: Primitive, permissions: readonly Permission[], namespace: string | undefined): Escalation[] {
  const requests = primitive.needs[0]!;
  const any = permissions.find(({ rule }) => needsMetBy(rule).has(requests));
  if (any) return [{ primitive, namespace, permissions: [any] }];
  return permissions.flatMap((permission) =>
    permission.rule.resourceNames.filter((name) => requests.some((request) => ruleAllows(permission.rule, { ...request, name }) === true)).map((name) => ({ primitive, namespace, name, permissions: [permission] })),
  );
}

const met = new WeakMap<AccessRule, ReadonlySet<readonly ResourceRequest[]>>();

/** The needs of all primitives that one rule meets. Many accounts share a rule, so this is found once a rule. */
function needsMetBy(rule: AccessRule): ReadonlySet<readonly ResourceRequest[]> {
  let needs = met.get(rule);
  if (!needs) {
    const meets = (request: ResourceRequest, named: boolean) => ruleAllows(rule, request) === true || (named && rule.resourceNames.some((name) => ruleAllows(rule, { ...request, name }) === true));
    needs = new Set(primitives.flatMap((primitive) => primitive.needs.filter((requests) => requests.some((request) => meets(request, primitive.namedSuffices === true)))));
    met.set(rule, needs);
  }
  return needs;
}
