import { authorizer } from '../../../engine/identity/permissions.ts';
import { accessRule, type AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { boundSubjects, fewInWords, inWords, subjectsLabel } from '../../../engine/identity/rbac-subjects.ts';
import { useOfRole, type RoleUse } from '../../../engine/inventory/role-use.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import type { RoleFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, type Related, type RuleContext, type Severity } from '../../../engine/lint/rule.ts';
import { isBuiltinRule } from '../builtin-rules.ts';
import { roleGroup } from '../role-group.ts';
import { spellOut } from './spell-out.ts';
import { starIn, type Star } from './stars.ts';

export default defineRule({
  id: 'wildcard-role',
  title: 'Role with wildcards',
  family: 'access',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.3', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1098.006'],
  unit: 'object',
  on: ['role'],
  reads: ['role', 'binding', 'account', 'workload', 'service', 'route'],
  messages: {
    all: 'Allows every request for every resource of every API group, as cluster-admin does{where}',
    resources: 'Allows {verbs} every resource{group}, Secrets and kinds to come included',
    project: 'Allows {verbs} every resource{group}, kinds to come included',
    subresources: 'Allows {verbs} "{resource}": that subresource of every resource{group}',
    verbs: 'Allows every verb on {resources}, those to come included',
    groups: 'Means {resources} of every API group, those of kinds to come included',
    paths: 'Allows {verbs} every path of the API server',
  },
  *check(context) {
    for (const { object, rule, star, use } of starsOf(context)) {
      yield {
        messageId: star.messageId === 'resources' && !readsSecrets(rule) ? 'project' : star.messageId,
        args: {
          verbs: rule.verbs.includes('*') ? 'to do anything with' : `to ${inWords(rule.verbs)}`,
          group: rule.apiGroups.includes('*') ? '' : ` of ${fewInWords(rule.apiGroups.map((group) => group || 'the core group'))}`,
          where: object.resource.header.kind === 'Role' ? ' in one namespace' : '',
          resource: rule.resources[star.index] ?? '',
          resources: fewInWords(rule.resources),
        },
        at: { object, place: rule.source!.rule[star.list][star.index]!.at },
        related: relatedOf(use),
        severity: severityOf(star, use),
        persona: star.messageId === 'all' || (use.use !== 'unbound' && !star.small) ? 'regular' : 'pedantic',
        group: roleGroup(object),
      };
    }
  },
  fixes(context, signal) {
    const { graph, environment } = context;
    const found = [...starsOf(context)].find(({ rule, star }) => rule.source!.rule[star.list][star.index]!.at.stable === signal.at.place.stable);
    const spelled = found && spellOut(found.rule, found.object, graph, environment.kubernetesMinor);
    if (!spelled) return [];
    const holders = found.use.bindings.length === 0 ? 'whoever is bound to it' : subjectsLabel(found.use.bindings.flatMap((binding) => boundSubjects(graph, binding)), found.use.open);
    return [{ id: 'spell-out', title: `Name ${spelled.words} in place of the star${found.rule.verbs.includes('*') && found.star.list !== 'verbs' ? 's' : ''} (check what ${holders} needs, and add that)`, safe: false, steps: spelled.steps }];
  },
});

interface Found { readonly object: GraphObject; readonly rule: AccessRule; readonly star: Star; readonly use: RoleUse }

/** The gravest star of each rule of a role that the file itself writes. */
function* starsOf({ unit: { object }, graph, environment }: RuleContext<'object'>): Iterable<Found> {
  const fact = object.resource.facts.find((one): one is RoleFact => one.fact === 'role');
  // The aggregation controller overwrites what is written beside selectors (semantics.md 4.7).
  if (!fact || (fact.aggregation && fact.aggregation.length > 0)) return;
  const minor = environment.kubernetesMinor;
  const rules = fact.rules.map((rule) => accessRule(object, rule));
  const stars = rules.map(starIn);
  const powerful = stars.some((star) => star?.messageId === 'all');
  for (const [i, rule] of rules.entries()) {
    const star = stars[i];
    // Who may do everything with resources is not told of the paths as well.
    if (!star || (star.messageId === 'paths' && powerful) || isBuiltinRule(rule, object, fact.cluster, minor)) continue;
    const use = useOfRole(graph, authorizer(graph, { defaults: true, minor }), object, fact.cluster, rules, { area: 'rbac', scope: star.messageId === 'paths' ? 'cluster' : 'namespace' });
    if (use) yield { object, rule, star, use };
  }
}

function readsSecrets({ apiGroups, verbs }: AccessRule): boolean {
  return apiGroups.some((group) => group === '*' || group === '') && verbs.some((verb) => ['*', 'get', 'list', 'watch'].includes(verb));
}

/** What nothing uses can wait, as what holds in one namespace, and names of groups that may come. */
function severityOf({ messageId, small }: Star, { use, cluster, namespaces }: RoleUse): Severity {
  if (messageId === 'all') return 'warning';
  const idle = use === 'unbound' || use === 'unused';
  const wide = cluster || namespaces.includes('kube-system') || use === 'everyone' || use === 'exposed';
  return idle || !wide || small || messageId === 'groups' ? 'info' : 'warning';
}

/** More places would bury the finding. */
const mostBindings = 3;

function relatedOf({ bindings, because }: RoleUse): Related[] {
  const bound = bindings.slice(0, mostBindings).map(({ object, fact }): Related => ({ at: { object, place: fact.roleName.at }, message: `${object.resource.header.kind} "${displayName(object)}" gives it` }));
  return because ? [because, ...bound] : bound;
}
