import type { Permission } from './permissions.ts';
import { allPowerfulRule } from './rbac-questions.ts';
import type { AccessRule } from './rbac-rules.ts';
import { grantedBy, isWide, type Granted } from './rights.ts';

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
  /** Of each of these one has to be granted, by its id in rights.ts. */
  readonly needs: readonly (readonly string[])[];
  readonly gain: Gain;
  /** Completes "… can": what the holder does. */
  readonly reason: string;
}

/** Three stars: no single right. */
const everything = 'everything';

/** Ordered by how directly they lead on; sources: semantics.md 5 and k8s.io/docs/concepts/security/rbac-good-practices. */
const primitives: readonly Primitive[] = [
  { id: 'all', scope: 'cluster', needs: [[everything]], gain: 'cluster-admin', reason: 'may do everything' },
  { id: 'bind-cluster', scope: 'cluster', needs: [['bind-cluster-admin'], ['write-clusterrolebindings']], gain: 'cluster-admin', reason: 'bind cluster-admin to itself' },
  { id: 'escalate-cluster', scope: 'cluster', needs: [['escalate-clusterroles'], ['change-clusterroles']], gain: 'cluster-admin', reason: 'write any right into a ClusterRole that it has' },
  { id: 'impersonate-masters', scope: 'cluster', needs: [['impersonate-users', 'impersonate-accounts'], ['impersonate-groups']], gain: 'cluster-admin', reason: 'impersonate the group system:masters' },
  { id: 'mutate', scope: 'cluster', needs: [['write-mutating-webhooks']], gain: 'cluster-admin', reason: 'rewrite every object on its way into the cluster' },
  { id: 'csr', scope: 'cluster', needs: [['create-requests'], ['approve-requests'], ['approve-clients']], gain: 'accounts', reason: 'approve a client certificate in the name of any account' },
  { id: 'token', scope: 'namespace', needs: [['request-tokens']], gain: 'named', reason: 'request a token of' },
  { id: 'impersonate', scope: 'namespace', needs: [['impersonate-accounts']], gain: 'named', reason: 'impersonate' },
  { id: 'bind', scope: 'namespace', needs: [['bind-cluster-admin'], ['write-rolebindings']], gain: 'accounts', reason: 'bind cluster-admin to itself in' },
  { id: 'escalate', scope: 'namespace', needs: [['escalate-roles'], ['change-roles'], ['write-rolebindings']], gain: 'accounts', reason: 'write any right into a Role of' },
  { id: 'pods', scope: 'namespace', needs: [['create-pods']], gain: 'accounts', reason: 'start pods that run as any account of' },
  { id: 'workloads', scope: 'namespace', needs: [['write-workloads', 'change-workloads', 'create-jobs', 'write-pod-makers']], gain: 'accounts', reason: 'start workloads that run as any account of' },
  { id: 'secret-token', scope: 'namespace', needs: [['create-secrets'], ['read-secrets']], gain: 'accounts', reason: 'make a token Secret for any account of' },
  { id: 'exec', scope: 'namespace', needs: [['exec']], gain: 'running', reason: 'run commands in the pods of' },
  { id: 'ephemeral', scope: 'namespace', needs: [['add-containers']], gain: 'running', reason: 'add containers to the pods of' },
  { id: 'images', scope: 'namespace', needs: [['change-pods']], gain: 'running', reason: 'change the images of the pods of' },
  { id: 'node-proxy', scope: 'cluster', needs: [['proxy-nodes']], gain: 'node', reason: 'run commands in every pod through the kubelets' },
  { id: 'host-path', scope: 'cluster', needs: [['create-volumes'], ['create-pods']], gain: 'node', reason: 'mount any path of a node' },
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
  for (const need of primitive.needs) {
    const one = permissions.find(({ rule }) => need.some((id) => wideIn(rule).has(id)));
    if (!one) return [];
    granting.push(one);
  }
  return [{ primitive, namespace, permissions: granting }];
}

/** A right to any name makes those to single names superfluous. */
function heldByName(primitive: Primitive, permissions: readonly Permission[], namespace: string | undefined): Escalation[] {
  const [need] = primitive.needs as [readonly string[]];
  const any = permissions.find(({ rule }) => need.some((id) => wideIn(rule).has(id)));
  if (any) return [{ primitive, namespace, permissions: [any] }];
  const named = ({ right, names }: Granted) => (need.includes(right.id) ? names ?? [] : []);
  return permissions.flatMap((permission) => grantedBy(permission.rule).flatMap(named).map((name) => ({ primitive, namespace, name, permissions: [permission] })));
}

const wide = new WeakMap<AccessRule, ReadonlySet<string>>();

/** The ids of the rights that one rule gives widely enough. Many accounts share a rule, so this is found once a rule. */
function wideIn(rule: AccessRule): ReadonlySet<string> {
  let ids = wide.get(rule);
  if (!ids) wide.set(rule, (ids = new Set([...grantedBy(rule).filter(isWide).map(({ right }) => right.id), ...(allPowerfulRule([rule]) ? [everything] : [])])));
  return ids;
}
