import { isTold } from '../../engine/identity/grants.ts';
import { authorizer } from '../../engine/identity/permissions.ts';
import { accessRule, ruleAllows, type AccessRule } from '../../engine/identity/rbac-rules.ts';
import { allPowerfulRule } from '../../engine/identity/rbac-questions.ts';
import { boundSubjects, fewInWords, inWords, subjectLabel, subjectsLabel, type BoundSubject } from '../../engine/identity/rbac-subjects.ts';
import { grantedBy, isWide, type Granted } from '../../engine/identity/rights.ts';
import { isWideUse, useOfRole, type RoleUse } from '../../engine/inventory/role-use.ts';
import { buildGraph, type Graph } from '../../engine/identity/graph.ts';
import { displayName, type GraphObject } from '../../engine/identity/objects.ts';
import type { RoleFact } from '../../engine/kubernetes/rbac.ts';
import type { Place } from '../../engine/yaml/cursor.ts';
import { defineRule, type FixProposal, type Persona, type Related, type Rule, type RuleContext, type Severity, type Signal } from '../../engine/lint/rule.ts';
import { limited, withoutRights } from './narrow-rule.ts';
import { roleGroup } from './role-group.ts';

/** A role that is written in a file, as a whole: what one rule of it gives may depend on the others. */
export interface RoleView {
  readonly object: GraphObject;
  readonly fact: RoleFact;
  readonly rules: readonly AccessRule[];
  /** Whether any of its rules gives one of these rights widely. */
  has(...rights: string[]): boolean;
}

/** What one rule of a role gives, under one message. */
export interface Grant {
  readonly messageId: string;
  readonly granted: readonly Granted[];
  readonly rule: AccessRule;
  /** Which one of the role's rules it is. */
  readonly index: number;
  readonly role: RoleView;
  readonly use: RoleUse;
  readonly graph: Graph;
  /** The Kubernetes minor to judge by. */
  readonly minor: number;
  /** The words of the rule that give it. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** How a grant differs from what the rule says of it by default. */
export interface Judgement {
  readonly messageId?: string;
  readonly severity?: Severity;
  readonly persona?: Persona;
  /** Further `{placeholders}`. */
  readonly args?: Readonly<Record<string, string>>;
}

/** A rule about rights in roles: its words, its rights, its exceptions. */
export interface GrantRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly frameworks: readonly string[];
  /** `{holders}`, `{where}` (with the space before it), `{resources}` and `{verbs}` can be used. */
  readonly messages: Readonly<Record<string, string>>;
  /** The message that tells of a right, by its id in rights.ts, the gravest first. */
  readonly says: Readonly<Record<string, string>>;
  /** The exceptions; undefined for what is not worth a word. */
  judge?(grant: Grant): Judgement | undefined;
  /** The names that the right can be limited to, as far as the files show what is used. */
  namesFor?(grant: Grant): readonly string[];
}

/** Makes a rule that finds rights in roles, on the word that gives them. */
export function defineGrantRule(of: GrantRule): Rule {
  return defineRule<'object'>({
    id: of.id,
    title: of.title,
    family: 'access',
    severity: of.severity,
    persona: 'regular',
    frameworks: of.frameworks,
    unit: 'object',
    on: ['role'],
    reads: ['role', 'binding', 'account', 'workload', 'service', 'route'],
    messages: of.messages,
    *check(context) {
      for (const { grant, judgement } of grantsIn(context, of)) yield signalOf(grant, judgement, of.severity);
    },
    fixes(context, signal) {
      const found = grantsIn(context, of).find(({ grant }) => grant.messageId === signal.data?.['says'] && grant.index === signal.data['rule']);
      return found ? fixesOf(found.grant, of) : [];
    },
  });
}

interface Found { readonly grant: Grant; readonly judgement: Judgement }

/** What a role gives, rule by rule. Three stars in one rule are cluster-admin by another name: other rules say that, and once. */
function grantsIn({ unit: { object }, graph, environment }: RuleContext<'object'>, of: GrantRule): Found[] {
  const fact = object.resource.facts.find((one): one is RoleFact => one.fact === 'role');
  // The aggregation controller overwrites what is written beside selectors (semantics.md 4.7).
  if (!fact || (fact.aggregation && fact.aggregation.length > 0)) return [];
  const rules = fact.rules.map((rule) => accessRule(object, rule));
  const role: RoleView = { object, fact, rules, has: (...ids) => rules.some((rule) => grantedBy(rule).some((granted) => ids.includes(granted.right.id) && isWide(granted))) };
  const minor = environment.kubernetesMinor;
  const builtin = builtinRules(role, minor);
  const out: Found[] = [];
  for (const [index, rule] of rules.entries()) {
    const said = grantedBy(rule).filter((granted) => granted.right.id in of.says && isWide(granted) && minor < (granted.right.before ?? Infinity) && !isBuiltin(granted, rule, builtin));
    if (said.length === 0 || allPowerfulRule([rule])) continue;
    for (const messageId of new Set(Object.values(of.says))) {
      const grant = grantOf(messageId, said.filter(({ right }) => of.says[right.id] === messageId), index, role, graph, minor);
      const judgement = grant && (of.judge ? of.judge(grant) : {});
      if (!grant || !judgement) continue;
      out.push({ grant, judgement });
      // A star gives everything that there is to say: the gravest is enough.
      if (grant.resources.includes('*')) break;
    }
  }
  return out;
}

/** What some rights of a rule come to; undefined where there are none, or no binding gives them effect. */
function grantOf(messageId: string, said: readonly Granted[], index: number, role: RoleView, graph: Graph, minor: number): Grant | undefined {
  if (said.length === 0) return undefined;
  const rbac = authorizer(graph, { defaults: true, minor });
  const scope = said.some(({ right }) => right.scope === 'namespace') ? 'namespace' : 'cluster';
  const use = useOfRole(graph, rbac, role.object, role.fact.cluster, role.rules, { area: said[0]!.right.area, scope });
  if (!use) return undefined;
  // What a RoleBinding gives, besides, no cluster-scoped right.
  const granted = use.cluster ? said : said.filter(({ right }) => right.scope === 'namespace');
  const rule = role.rules[index]!;
  const pairs = granted.flatMap((one) => one.pairs);
  const words = (list: readonly string[], indexes: readonly number[]) => [...new Set(indexes)].sort((a, b) => a - b).map((i) => list[i]!);
  return { messageId, granted, rule, index, role, use, graph, minor, resources: words(rule.resources, pairs.map(({ resource }) => resource)), verbs: words(rule.verbs, pairs.map(({ verb }) => verb)) };
}

function signalOf(grant: Grant, { messageId = grant.messageId, severity, persona, args }: Judgement, usual: Severity): Signal {
  const { use, role, resources, verbs } = grant;
  return {
    messageId,
    args: { holders: holdersLabel(use), where: whereLabel(grant), resources: resources.includes('*') ? '"*"' : fewInWords(resources), verbs: verbsLabel(verbs), ...args },
    at: { object: role.object, place: markOf(grant) },
    related: relatedOf(use),
    severity: severityOf(severity ?? usual, use),
    persona: persona ?? (isWideUse(use) ? 'regular' : 'pedantic'),
    confidence: use.open ? 'medium' : 'high',
    group: roleGroup(role.object),
    data: { says: grant.messageId, rule: grant.index },
  };
}

/** Verbs that mean something by themselves; of the others it is the resource that tells. */
const telling = new Set(['escalate', 'bind', 'impersonate', 'approve', 'sign', 'use']);

/** The word that gives the right. */
function markOf({ granted, rule }: Grant): Place {
  const [{ right, pairs }] = granted as [Granted];
  const { resource, verb } = pairs[0]!;
  const { resources, verbs } = rule.source!.rule;
  return right.verbs.every((one) => telling.has(one)) ? verbs[verb]!.at : resources[resource]!.at;
}

const steps: readonly Severity[] = ['info', 'warning', 'error'];

/** Reach moves severity: what nothing uses can wait, as what holds in one namespace or for people; what everyone or the outside can use cannot. */
function severityOf(severity: Severity, { use, cluster, namespaces }: RoleUse): Severity {
  const wide = cluster || namespaces.includes('kube-system');
  const idle = use === 'unused' || use === 'unbound' || use === 'people' || use === 'catch-all';
  const open = use === 'everyone' || use === 'exposed';
  const step = idle || (severity === 'error' && !wide) ? -1 : open && wide && severity !== 'info' ? 1 : 0;
  return steps[Math.max(0, Math.min(2, steps.indexOf(severity) + step))]!;
}

function verbsLabel(verbs: readonly string[]): string {
  return verbs.includes('*') ? 'do anything with' : inWords([...new Set(verbs.map((verb) => (verb === 'deletecollection' ? 'delete' : verb)))]);
}

function holdersLabel({ subjects, open }: RoleUse): string {
  return subjects.length === 0 && !open ? 'whoever is bound to it' : subjectsLabel(distinct(subjects), open);
}

/** Several bindings may name the same subject. */
function distinct(subjects: readonly BoundSubject[]): BoundSubject[] {
  const labels = new Set<string>();
  return subjects.filter((subject) => labels.size < labels.add(subjectLabel(subject)).size);
}

/** Where they have it, with a space before it; nothing for what has no namespace. */
function whereLabel({ granted, use: { cluster, namespaces, bindings, subjects } }: Grant): string {
  if (granted.every(({ right }) => right.scope === 'cluster')) return '';
  if (cluster) return bindings.length === 0 ? ' wherever it is bound' : ' in every namespace';
  const told = namespaces.filter(isTold).map((name) => `"${name}"`);
  if (told.length === 0 || told.length < namespaces.length) return ' in its namespace';
  if (told.length > 1 && distinct(subjects).length > 1) return ' where each of them is bound';
  return ` in namespace${told.length > 1 ? 's' : ''} ${inWords(told.length > 3 ? [...told.slice(0, 3), `${told.length - 3} more`] : told)}`;
}

/** More places would bury the finding. */
const mostBindings = 3;

function relatedOf({ bindings, because }: RoleUse): Related[] {
  const bound = bindings.slice(0, mostBindings).map(({ object, fact }): Related => ({ at: { object, place: fact.roleName.at }, message: `${fact.cluster ? 'ClusterRoleBinding' : 'RoleBinding'} "${displayName(object)}" gives it` }));
  return because ? [because, ...bound] : bound;
}

const nothing = buildGraph([]);

/** What the built-in role that a role redefines has anyway, aggregation included: it is no finding of the file. */
function builtinRules({ object, fact }: RoleView, minor: number): readonly AccessRule[] {
  return authorizer(nothing, { defaults: true, minor }).roles.resolve({ kind: fact.cluster ? 'ClusterRole' : 'Role', name: object.name, namespace: object.namespace }, '').rules;
}

function isBuiltin({ pairs }: Granted, rule: AccessRule, builtin: readonly AccessRule[]): boolean {
  return builtin.length > 0 && pairs.every((pair) => {
    const [resource, subresource] = rule.resources[pair.resource]!.split('/') as [string, string?];
    return rule.apiGroups.every((group) => builtin.some((one) => ruleAllows(one, { verb: rule.verbs[pair.verb]!, group, resource, ...(subresource ? { subresource } : {}) }) === true));
  });
}

function fixesOf(grant: Grant, of: GrantRule): FixProposal[] {
  const { rule, role, granted, graph, use } = grant;
  const names = of.namesFor?.(grant) ?? [];
  const limit = names.length > 0 ? limited(rule, granted, names) : undefined;
  const removal = withoutRights(rule, granted);
  const holders = use.bindings.length === 0 ? 'whoever is bound to it' : subjectsLabel(distinct(use.bindings.flatMap((binding) => boundSubjects(graph, binding))), use.open);
  const what = `${inWords(grant.verbs.map((verb) => (verb === '*' ? 'the star' : `"${verb}"`)))} on ${fewInWords(grant.resources)}`;
  return [
    ...(limit ? [{ id: 'resource-names', title: `Limit it to ${inWords(names.map((name) => `"${name}"`))}, which its workloads name (check that ${holders} needs no others${limit.lost.length > 0 ? `, and no ${inWords(limit.lost, 'or')}` : ''})`, safe: false, steps: limit.steps(role.object) }] : []),
    ...(removal ? [{ id: 'take-away', title: `Take away ${what} (check that ${holders} can do without)`, safe: false, choice: true, steps: removal(role.object) }] : []),
  ];
}
