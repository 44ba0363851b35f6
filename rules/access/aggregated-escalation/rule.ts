import { aggregateTo, defaultsOf } from '../../../engine/kubernetes/default-roles.ts';
import { selectsAll } from '../../../engine/kubernetes/selector.ts';
import { known, type Value } from '../../../engine/yaml/cursor.ts';
import type { RoleFact } from '../../../engine/kubernetes/rbac.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { allPowerfulRule } from '../../../engine/identity/rbac-questions.ts';
import { accessRule, type AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { inWords } from '../../../engine/identity/rbac-subjects.ts';
import { grantedBy, isWide, type Granted } from '../../../engine/identity/rights.ts';
import { defineRule, pathIn, type FixProposal, type RuleContext } from '../../../engine/lint/rule.ts';
import { isBuiltinRule, isSameRule } from '../builtin-rules.ts';
import { roleGroup } from '../role-group.ts';

export default defineRule({
  id: 'aggregated-escalation',
  title: 'Aggregation that gives more than it seems',
  family: 'access',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1098.006'],
  unit: 'object',
  on: ['role'],
  reads: ['role'],
  messages: {
    feeds: 'Adds {verbs} on {resources} to the built-in role "{target}", for everyone who has it',
    everything: 'Collects every ClusterRole of the cluster, cluster-admin among them: whoever has this role may do everything',
    noSelectors: 'The API server refuses an aggregationRule without selectors',
    overwritten: 'The aggregation controller overwrites these rules with those of the ClusterRoles that it selects',
    rule: 'this rule of it',
  },
  *check(context) {
    const { unit: { object }, graph, environment: { kubernetesMinor: minor } } = context;
    const fact = roleIn(object);
    if (!fact) return;
    const group = roleGroup(object);
    const fed = feeds(object, fact, minor);
    if (fed) {
      yield {
        messageId: 'feeds',
        args: { target: fed.target, verbs: inWords(fed.verbs.map((verb) => `"${verb}"`)), resources: inWords(fed.resources) },
        at: { object, place: fed.label.at },
        related: [{ at: { object, place: fed.rule.source!.rule.at }, message: this.messages['rule']! }],
        persona: fed.telling ? 'regular' : 'pedantic',
        severity: fed.telling ? 'warning' : 'info',
        group,
      };
    }
    if (fact.aggregation?.length === 0 && !fact.open) yield { messageId: 'noSelectors', at: { object, place: object.resource.header.name.at } };
    for (const selector of fact.aggregation ?? []) if (selectsAll(selector)) yield { messageId: 'everything', at: { object, place: selector.at }, severity: 'error', group };
    if (isOverwritten(object, fact, graph, minor)) yield { messageId: 'overwritten', at: { object, place: fact.rules[0]!.at } };
  },
  fixes({ unit: { object }, environment }, signal) {
    const fact = roleIn(object);
    if (!fact) return [];
    if (signal.messageId === 'overwritten') {
      return [{ id: 'leave-to-controller', title: 'Take the rules out (check whether they were meant to hold: then they belong in a ClusterRole with the labels that are selected)', safe: false, steps: [{ object, change: { op: 'set', path: pathIn(object, 'rules'), value: [] } }] }];
    }
    if (signal.messageId === 'noSelectors') return [{ id: 'drop-aggregation', title: 'Take aggregationRule out (check that the rules of the role itself were meant to hold: it was refused so far)', safe: false, steps: [{ object, change: { op: 'remove', path: pathIn(object, 'aggregationRule') } }] }];
    if (signal.messageId === 'everything') return dropSelectors(object, fact);
    const fed = signal.messageId === 'feeds' ? feeds(object, fact, environment.kubernetesMinor) : undefined;
    return fed ? [takeLabelOff(object, fed)] : [];
  },
});

function roleIn(object: RuleContext<'object'>['unit']['object']): RoleFact | undefined {
  return object.resource.facts.find((one): one is RoleFact => one.fact === 'role' && one.cluster);
}

/** The user-facing roles, each part of the next (semantics.md 4.6). */
const targets = ['view', 'edit', 'admin'] as const;
type Target = (typeof targets)[number];

interface Fed {
  readonly target: Target;
  readonly label: Value<string>;
  readonly rule: AccessRule;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Whether it is news for a holder of the target: see `isNews`. */
  readonly telling: boolean;
}

/** The gravest right that a role's label adds to a user-facing role, which that role has not by itself. */
function feeds(object: GraphObject, fact: RoleFact, minor: number): Fed | undefined {
  if (fact.aggregation && fact.aggregation.length > 0) return undefined;
  const { entries } = object.resource.header.labels;
  const target = targets.find((one) => { const label = entries[aggregateTo(one)]; return label !== undefined && known(label) === 'true'; });
  if (!target) return undefined;
  const held = rightsOf(target, minor);
  let found: Fed | undefined;
  for (const rule of fact.rules.map((one) => accessRule(object, one))) {
    if (isBuiltinRule(rule, object, true, minor)) continue;
    const added = grantedBy(rule).filter((granted) => isWide(granted) && minor < (granted.right.before ?? Infinity) && !held.has(granted.right.id));
    const telling = added.filter((granted) => isNews(granted, target));
    const [first] = telling.length > 0 ? telling : added;
    if (!first || (found && (found.telling || telling.length === 0))) continue;
    const words = (list: readonly string[], pick: (pair: Granted['pairs'][number]) => number) => [...new Set(first.pairs.map(pick))].map((i) => list[i]!);
    const all = allPowerfulRule([rule]) !== undefined;
    const resources = words(rule.resources, ({ resource }) => resource);
    found = { target, label: entries[aggregateTo(target)]!, rule, resources: all || resources.includes('*') ? [`every resource${all ? '' : ` of ${inWords(rule.apiGroups.map((group) => group || 'the core group'))}`}`] : resources, verbs: all ? ['*'] : words(rule.verbs, ({ verb }) => verb), telling: telling.length > 0 };
  }
  return found;
}

/**
 * A viewer has no primitive at all. Editors already act as any account of their namespace and start what they like in it;
 * a project's own kinds that start pods, deliver or issue add little to that, and projects add them to edit by design.
 */
function isNews({ right }: Granted, target: Target): boolean {
  if (target === 'view') return true;
  return ['rbac', 'impersonation', 'nodes', 'admission', 'secrets'].includes(right.area) || (right.area === 'credentials' && right.scope === 'cluster');
}

const cache = new Map<string, ReadonlySet<string>>();

/** The rights that a user-facing role has by itself. */
function rightsOf(target: Target, minor: number): ReadonlySet<string> {
  const key = `${target} ${minor}`;
  const before = cache.get(key);
  if (before) return before;
  const parts = targets.slice(0, targets.indexOf(target) + 1).map(aggregateTo);
  const rules = defaultsOf(minor).roles.filter(({ labels }) => parts.some((label) => labels[label] === 'true')).flatMap((role) => role.rules);
  const now = new Set(rules.flatMap((rule) => grantedBy({ ...rule, open: [] }).map(({ right }) => right.id)));
  cache.set(key, now);
  return now;
}

/** Whether rules are written beside selectors that are not what the selectors give anyway, as dumps of a cluster show them. */
function isOverwritten(object: GraphObject, fact: RoleFact, graph: Graph, minor: number): boolean {
  if (!fact.aggregation || fact.aggregation.length === 0 || fact.rules.length === 0) return false;
  if (defaultsOf(minor).roles.some((role) => role.name === object.name && role.namespace === '')) return false;
  const { roles } = authorizer(graph, { defaults: true, minor });
  const role = roles.all.find((one) => one.object?.fact === fact);
  const given = role ? roles.rulesOf(role, object.document.file) : undefined;
  return !given || fact.rules.some((rule) => !given.rules.some((one) => isSameRule(one, accessRule(object, rule))));
}

/** What is left selects something; where nothing is, only the author knows which label was meant. */
function dropSelectors(object: GraphObject, { aggregation = [] }: RoleFact): FixProposal[] {
  const empty = aggregation.filter(selectsAll);
  if (empty.length === aggregation.length) return [];
  const title = `Take the empty selector${empty.length > 1 ? 's' : ''} out (check that the other${aggregation.length - empty.length > 1 ? 's select' : ' selects'} all that holders of the role need)`;
  return [{ id: 'drop-empty-selectors', title, safe: false, steps: empty.map(({ at }) => ({ object, change: { op: 'remove', path: at.path } })) }];
}

function takeLabelOff(object: GraphObject, { target }: Fed): FixProposal {
  const { entries } = object.resource.header.labels;
  const labels = targets.map(aggregateTo).filter((label) => entries[label] && known(entries[label]) === 'true');
  return {
    id: 'take-label-off',
    title: `Take the label${labels.length > 1 ? 's' : ''} off (check that holders of "${target}" can do without all of this role: its other rules go, too)`,
    safe: false,
    steps: labels.map((label) => ({ object, change: { op: 'remove', path: pathIn(object, 'metadata', 'labels', label) } })),
  };
}
