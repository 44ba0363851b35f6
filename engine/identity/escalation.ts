import type { Permission } from './permissions.ts';
import { allPowerfulRule } from './rbac-questions.ts';
import type { AccessRule } from './rbac-rules.ts';
import { grantedBy, isWide, rights } from './rights.ts';

/**
 * What a right lets its holder become. `cluster-admin`: everything. `accounts`: any account of the scope. `node`: the
 * pods of every node, whatever they mount. With names in the right, only what is named, else any of the scope: `named`
 * an account; `secret` an account by its token Secret; `running` an account by its running pods; `role` who has a role;
 * `config` what a config map maps. `absent`: an account that bindings name, whether there is one or not. `controllers`: the controllers that act for whoever writes the object.
 */
export type Gain = 'cluster-admin' | 'accounts' | 'node' | 'named' | 'secret' | 'running' | 'role' | 'config' | 'absent' | 'controllers';

/** Rights that together let their holder become somebody else (semantics.md 5). */
export interface Primitive {
  readonly id: string;
  /** `cluster` counts only where it is granted cluster-wide: RoleBindings do not grant cluster-scoped resources. */
  readonly scope: 'namespace' | 'cluster';
  /** Of each of these one has to be granted, by its id in rights.ts; the first may be limited to names where the gain is. */
  readonly needs: readonly (readonly string[])[];
  readonly gain: Gain;
  /** Completes "… can": what the holder does. */
  readonly reason: string;
  /** The Kubernetes minor from which on it works. */
  readonly since?: number;
  /** For `controllers`: their images (path without registry and tag), and whether they act only on objects beside them. */
  readonly acts?: { readonly images: RegExp; readonly beside: boolean };
}

/** Three stars: no single right. */
const everything = 'everything';
const startPods = ['create-pods', 'write-workloads', 'change-workloads', 'create-jobs'];
/** Gains that names limit. */
const nameable: ReadonlySet<Gain> = new Set<Gain>(['named', 'secret', 'running', 'role', 'config']);

/**
 * Ordered by how directly they lead on; sources: semantics.md 5 and k8s.io/docs/concepts/security/rbac-good-practices.
 * Not here, for they give nobody another identity: writing bindings or roles within what one holds (4.5), reading and
 * writing of other objects, forwarding and proxying, validating webhooks, CRDs and API services (who answers for these
 * sees requests, and no credentials of the cluster).
 */
const primitives: readonly Primitive[] = [
  { id: 'all', scope: 'cluster', needs: [[everything]], gain: 'cluster-admin', reason: 'do everything' },
  { id: 'bind-cluster', scope: 'cluster', needs: [['bind-cluster-admin'], ['write-clusterrolebindings']], gain: 'cluster-admin', reason: 'bind cluster-admin to itself' },
  { id: 'escalate-cluster', scope: 'cluster', needs: [['escalate-clusterroles'], ['change-clusterroles']], gain: 'cluster-admin', reason: 'write any right into a ClusterRole that it has' },
  { id: 'impersonate-masters', scope: 'cluster', needs: [['impersonate-users', 'impersonate-accounts'], ['impersonate-groups']], gain: 'cluster-admin', reason: 'impersonate the group system:masters' },
  { id: 'mutate', scope: 'cluster', needs: [['write-mutating-webhooks']], gain: 'cluster-admin', reason: 'rewrite every object on its way into the cluster' },
  // Served and on by default from 1.36 (kubernetes/enhancements, KEP-3962); both halves are needed, as for the validating kind.
  { id: 'mutate-by-policy', scope: 'cluster', needs: [['write-mutating-policies'], ['bind-mutating-policies']], gain: 'cluster-admin', reason: 'rewrite objects on their way into the cluster, by a MutatingAdmissionPolicy', since: 36 },
  { id: 'aws-auth', scope: 'namespace', needs: [['write-configmaps']], gain: 'config', reason: 'map any AWS identity to system:masters in the config map aws-auth' },
  { id: 'bind-role-cluster', scope: 'cluster', needs: [['bind-cluster-admin'], ['write-clusterrolebindings']], gain: 'role', reason: 'bind to itself, in the whole cluster,' },
  { id: 'token', scope: 'namespace', needs: [['request-tokens']], gain: 'named', reason: 'request a token of' },
  { id: 'impersonate', scope: 'namespace', needs: [['impersonate-accounts']], gain: 'named', reason: 'impersonate' },
  { id: 'bind', scope: 'namespace', needs: [['bind-cluster-admin'], ['write-rolebindings']], gain: 'accounts', reason: 'bind cluster-admin to itself in' },
  { id: 'bind-role', scope: 'namespace', needs: [['bind-cluster-admin'], ['write-rolebindings']], gain: 'role', reason: 'bind to itself' },
  { id: 'escalate', scope: 'namespace', needs: [['escalate-roles'], ['change-roles'], ['write-rolebindings']], gain: 'accounts', reason: 'write any right into a Role of' },
  { id: 'pods', scope: 'namespace', needs: [['create-pods']], gain: 'accounts', reason: 'start pods that run as any account of' },
  { id: 'workloads', scope: 'namespace', needs: [['write-workloads', 'change-workloads', 'create-jobs', 'write-pod-makers']], gain: 'accounts', reason: 'start workloads that run as any account of' },
  // Pods and tokens of an account that is there need no more than the rights above; of one that is not, that it is made first.
  { id: 'absent', scope: 'namespace', needs: [['create-accounts'], [...startPods, 'write-pod-makers', 'request-tokens']], gain: 'absent', reason: 'make, where it is not there, and act as' },
  { id: 'secret-token', scope: 'namespace', needs: [['create-secrets'], ['read-secrets']], gain: 'accounts', reason: 'make a token Secret for any account of' },
  { id: 'csr', scope: 'cluster', needs: [['create-requests'], ['approve-requests'], ['approve-clients']], gain: 'accounts', reason: 'approve a client certificate in the name of any account' },
  // The built-in ClusterRole of that user creates serviceaccounts/token (bootstrappolicy, system:kube-controller-manager).
  { id: 'impersonate-users', scope: 'cluster', needs: [['impersonate-users']], gain: 'accounts', reason: 'impersonate the user system:kube-controller-manager, who may request a token of any account' },
  { id: 'token-secret', scope: 'namespace', needs: [['read-secrets']], gain: 'secret', reason: 'read the token Secret of' },
  { id: 'exec', scope: 'namespace', needs: [['exec', 'exec-by-get']], gain: 'running', reason: 'run commands in the pods of' },
  { id: 'ephemeral', scope: 'namespace', needs: [['add-containers']], gain: 'running', reason: 'add containers to the pods of' },
  { id: 'images', scope: 'namespace', needs: [['change-pods']], gain: 'running', reason: 'change the images of the pods of' },
  // argo-cd docs/operator-manual/app-any-namespace.md: Applications count in the controller's own namespace.
  { id: 'applications', scope: 'namespace', needs: [['write-applications']], gain: 'controllers', reason: 'have any manifest applied by', acts: { images: /(?:^|\/)argocd$/, beside: true } },
  // fluxcd.io/flux/security: without spec.serviceAccountName the controllers apply with their own account.
  { id: 'flux', scope: 'namespace', needs: [['write-flux']], gain: 'controllers', reason: 'have any manifest applied by', acts: { images: /(?:^|\/)(?:kustomize-controller|helm-controller)$/, beside: false } },
  { id: 'operators', scope: 'namespace', needs: [['install-operators']], gain: 'controllers', reason: 'have packages with roles of their own installed by', acts: { images: /(?:^|\/)(?:crossplane\/crossplane|olm|operator-lifecycle-manager)$/, beside: false } },
  { id: 'node-proxy', scope: 'cluster', needs: [['proxy-nodes']], gain: 'running', reason: 'run commands, through the kubelets, in every pod of' },
  // The node authorizer lets a kubelet request the tokens of the pods on its node.
  { id: 'csr-node', scope: 'cluster', needs: [['create-requests'], ['approve-requests'], ['approve-nodes']], gain: 'node', reason: 'approve a kubelet certificate for any node' },
  // A pod brings its own claim (generic ephemeral volumes), so writing claims is not needed.
  { id: 'host-path', scope: 'cluster', needs: [['create-volumes'], startPods], gain: 'node', reason: 'mount any path of a node' },
  { id: 'constraints', scope: 'namespace', needs: [['use-node-constraints'], startPods], gain: 'node', reason: 'start pods with any path of their node, which a SecurityContextConstraints lets them have' },
  { id: 'unguarded', scope: 'namespace', needs: [['label-namespaces'], startPods], gain: 'node', reason: 'lift the Pod Security of a namespace and start privileged pods in it' },
];

/** A primitive that an identity has, where it holds, and the permissions that grant it. */
export interface Escalation {
  readonly primitive: Primitive;
  /** The namespace that it holds in; undefined for the whole cluster. */
  readonly namespace: string | undefined;
  /** What it is limited to; undefined where it holds for any. */
  readonly name?: string;
  readonly permissions: readonly Permission[];
}

/**
 * Every primitive that permissions hold, cluster-wide ones first. Holes grant nothing here: unknown is not guessed.
 * @param minor the Kubernetes minor to judge by: some verbs are no longer enough
 */
export function escalationsOf(all: readonly Permission[], minor: number): Escalation[] {
  const permissions = all.filter(({ rule }) => leadingIn(rule).size > 0);
  if (permissions.length === 0) return [];
  const possible = primitives.filter(({ since = 0 }) => since <= minor);
  const everywhere = permissions.filter(({ binding }) => binding.cluster);
  const found = everywhere.length === 0 ? [] : possible.flatMap((primitive) => held(primitive, everywhere, undefined, minor));
  for (const [namespace, here] of byNamespace(permissions)) {
    for (const primitive of possible) {
      if (primitive.scope === 'cluster') continue;
      found.push(...held(primitive, here, namespace, minor).filter((one) => one.permissions.some(({ binding }) => !binding.cluster)));
    }
  }
  return found;
}

/** The permissions that count in each namespace that a RoleBinding is in. An account may be bound in thousands of them. */
function byNamespace(permissions: readonly Permission[]): Map<string, Permission[]> {
  const here = new Map(permissions.flatMap(({ binding }): [string, Permission[]][] => (binding.cluster ? [] : [[binding.namespace, []]])));
  for (const permission of permissions) {
    const { cluster, namespace } = permission.binding;
    for (const list of cluster ? here.values() : [here.get(namespace)!]) list.push(permission);
  }
  return here;
}

/** What the holder gets: all of the scope, or, where no permission is that wide, one for each name that there is. */
function held(primitive: Primitive, permissions: readonly Permission[], namespace: string | undefined, minor: number): Escalation[] {
  const [first, ...others] = primitive.needs as [readonly string[], ...(readonly string[])[]];
  const rest: Permission[] = [];
  for (const need of others) {
    const one = permissions.find(({ rule }) => need.some((id) => leadingIn(rule).get(id)?.wide));
    if (!one) return [];
    rest.push(one);
  }
  const counts = (id: string): boolean => (rights.get(id)?.before ?? Infinity) > minor;
  const byNames = nameable.has(primitive.gain);
  const any = permissions.find(({ rule }) => first.some((id) => counts(id) && isEnough(leadingIn(rule).get(id), byNames)));
  if (any) return [{ primitive, namespace, permissions: [any, ...rest] }];
  if (!byNames) return [];
  return permissions.flatMap((permission) => {
    const names = new Set(first.filter(counts).flatMap((id) => leadingIn(permission.rule).get(id)?.names ?? []));
    return [...names].map((name) => ({ primitive, namespace, name, permissions: [permission, ...rest] }));
  });
}

function isEnough(lead: Lead | undefined, byNames: boolean): boolean {
  return lead !== undefined && (byNames ? lead.names === undefined : lead.wide);
}

/** A right of a rule that is part of a primitive. */
interface Lead {
  /** Whether it counts although, or because, it is not limited to names. */
  readonly wide: boolean;
  readonly names: readonly string[] | undefined;
}

const leads = new WeakMap<AccessRule, ReadonlyMap<string, Lead>>();
const parts = new Set(primitives.flatMap(({ needs }) => needs.flat()));

/** The rights of one rule that are part of a primitive. Many accounts share a rule, so this is found once a rule. */
function leadingIn(rule: AccessRule): ReadonlyMap<string, Lead> {
  let found = leads.get(rule);
  if (!found) {
    const granted = grantedBy(rule).filter(({ right }) => parts.has(right.id)).map((one): [string, Lead] => [one.right.id, { wide: isWide(one), names: one.names }]);
    leads.set(rule, (found = new Map([...granted, ...(allPowerfulRule([rule]) ? [[everything, { wide: true, names: undefined }] as [string, Lead]] : [])])));
  }
  return found;
}
