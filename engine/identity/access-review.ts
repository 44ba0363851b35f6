import type { Identity } from './permissions.ts';
import type { AccessRequest } from './rbac-rules.ts';

/** A question of a SubjectAccessReview, ready to be decided. */
export interface ReviewQuestion {
  readonly identity: Identity;
  readonly request: AccessRequest;
}

/** `status` of a SubjectAccessReview (k8s.io/api authorization/v1 types.go). */
export interface ReviewStatus {
  readonly allowed: boolean;
  readonly reason?: string;
  readonly evaluationError?: string;
}

/**
 * Reads a SubjectAccessReview, or says what is wrong with it, as the API server's validation does
 * (k8s.io/kubernetes pkg/apis/authorization/validation/validation.go). User and groups are taken exactly as given.
 */
export function readReview(review: unknown): ReviewQuestion | { readonly error: string } {
  if (!isRecord(review)) return { error: 'not an object' };
  if (review['kind'] !== undefined && review['kind'] !== 'SubjectAccessReview') return { error: `kind: ${String(review['kind'])} is not SubjectAccessReview` };
  if (review['apiVersion'] !== undefined && !/^authorization\.k8s\.io\/v1(?:beta1)?$/.test(String(review['apiVersion']))) return { error: `apiVersion: ${String(review['apiVersion'])} is not authorization.k8s.io/v1` };
  const spec = review['spec'];
  if (!isRecord(spec)) return { error: 'spec: not an object' };
  const [user, groups, resource, path] = [spec['user'] ?? '', spec['groups'] ?? [], spec['resourceAttributes'] ?? undefined, spec['nonResourceAttributes'] ?? undefined];
  if (typeof user !== 'string') return { error: 'spec.user: not a string' };
  if (!isStrings(groups)) return { error: 'spec.groups: not a list of strings' };
  if (user === '' && groups.length === 0) return { error: 'spec: at least one of user or groups must be given' };
  if ((resource === undefined) === (path === undefined)) return { error: 'spec: exactly one of resourceAttributes and nonResourceAttributes must be given' };
  const request = path === undefined ? readResource(resource) : readPath(path);
  return 'error' in request ? request : { identity: { user, groups }, request };
}

function readResource(attributes: unknown): AccessRequest | { readonly error: string } {
  if (!isRecord(attributes)) return { error: 'spec.resourceAttributes: not an object' };
  const text = (key: string): string => (typeof attributes[key] === 'string' ? attributes[key] : '');
  const wrong = ['verb', 'group', 'resource', 'subresource', 'name', 'namespace'].find((key) => attributes[key] !== undefined && attributes[key] !== null && typeof attributes[key] !== 'string');
  if (wrong) return { error: `spec.resourceAttributes.${wrong}: not a string` };
  // "" is all namespaces, or none for what is cluster-scoped.
  return { verb: text('verb'), group: text('group'), resource: text('resource'), subresource: text('subresource'), name: text('name'), namespace: text('namespace') || undefined };
}

function readPath(attributes: unknown): AccessRequest | { readonly error: string } {
  if (!isRecord(attributes)) return { error: 'spec.nonResourceAttributes: not an object' };
  const { verb = '', path = '' } = attributes;
  if (typeof verb !== 'string' || typeof path !== 'string') return { error: 'spec.nonResourceAttributes: verb and path are strings' };
  return { verb, url: path };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
