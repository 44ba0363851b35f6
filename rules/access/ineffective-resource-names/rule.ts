import { fits } from '../../../engine/kubernetes/name-pattern.ts';
import { isBuiltinGroup } from '../../../engine/kubernetes/cluster-scoped.ts';
import { accessRule, ruleAllows, type AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { inWords } from '../../../engine/identity/rbac-subjects.ts';
import { isTold } from '../../../engine/identity/grants.ts';
import { perObject } from '../../../engine/identity/per-graph.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import { isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { hasName } from '../../../engine/identity/rights.ts';
import type { RoleFact } from '../../../engine/kubernetes/rbac.ts';
import type { Place } from '../../../engine/yaml/cursor.ts';
import type { Path } from '../../../engine/yaml/node.ts';
import { defineRule, type FixProposal, type FixStep, type Persona, type RuleContext, type Severity } from '../../../engine/lint/rule.ts';
import { isBuiltinRule } from '../builtin-rules.ts';

export default defineRule({
  id: 'ineffective-resource-names',
  title: 'Names that RBAC cannot apply',
  family: 'access',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'nist-csf-2.0:PR.AA-05'],
  unit: 'object',
  on: ['role'],
  reads: ['role'],
  messages: {
    create: 'Grants no {verbs} on {resources}: such a request has no name that resourceNames could match{but}',
    list: 'Grants {verbs} only with the field selector metadata.name: nobody gets a filtered list of {resources}',
    pattern: '"{name}" is taken literally: resourceNames know no wildcards',
    anything: 'Means objects of any kind with these names, kinds to come included',
  },
  *check(context) {
    for (const { object, at, messageId, args, severity, persona } of faultsOf(context)) yield { messageId, args, at: { object, place: at }, severity, persona };
  },
  fixes(context, signal) {
    const found = faultsOf(context).find(({ messageId, at }) => messageId === signal.messageId && at.stable === signal.at.place.stable);
    if (!found) return [];
    return found.messageId === 'pattern' ? patternFixes(found, context.graph) : fixesOf(found);
  },
});

interface Found {
  readonly object: GraphObject;
  readonly rule: AccessRule;
  readonly messageId: 'create' | 'list' | 'pattern' | 'anything';
  readonly args: Readonly<Record<string, string>>;
  readonly at: Place;
  readonly severity: Severity;
  readonly persona: Persona;
  /** The resources and verbs that the names are wrong for. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const faultsOf = perObject(({ unit: { object }, environment }: RuleContext<'object'>): readonly Found[] => {
  const fact = object.resource.facts.find((one): one is RoleFact => one.fact === 'role');
  if (!fact) return [];
  const rules = fact.rules.map((rule) => accessRule(object, rule));
  const nameless = rules.filter(isForRequestsWithoutName);
  return rules.filter((rule) => rule.resourceNames.length > 0 && rule.nonResourceURLs.length === 0 && !isBuiltinRule(rule, object, fact.cluster, environment.kubernetesMinor)).flatMap((rule) => [...faultsIn(rule, object, nameless)]);
});

/** Only such rules grant what has no name: an empty name is that of requests without one. */
function isForRequestsWithoutName({ resourceNames }: AccessRule): boolean {
  return resourceNames.length === 0 || resourceNames.includes('');
}

function* faultsIn(rule: AccessRule, object: GraphObject, nameless: readonly AccessRule[]): Iterable<Found> {
  const { source, resources, verbs, resourceNames, open } = rule;
  const written = source!.rule;
  const base = { object, rule, resources, verbs };
  const star = resources.indexOf('*');
  if (star >= 0) yield { ...base, messageId: 'anything', args: {}, at: written.resources[star]!.at, severity: 'info', persona: 'regular' };
  // The check of a signer's domain is asked with the literal name domain/* (semantics.md 4.2).
  // Projects ask RBAC about names of their own making, too, such as Calico's about a tier and all in it.
  const literal = resources.every((word) => word === 'signers') || !rule.apiGroups.some((group) => group === '*' || isBuiltinGroup(group));
  const names = literal ? [] : resourceNames;
  for (const [i, name] of names.entries()) {
    if (!isSymbol(name) && /[*?]/.test(name)) yield { ...base, messageId: 'pattern', args: { name }, at: written.resourceNames[i]!.at, severity: 'warning', persona: 'regular' };
  }
  // A template may add the empty name.
  if (open.includes('resourceNames') || resourceNames.includes('')) return;
  for (const [messageId, about] of [['create', ['create', 'deletecollection']], ['list', ['list', 'watch']]] as const) {
    const dead = verbs.filter((verb) => (about as readonly string[]).includes(verb));
    const main = resources.filter((word) => !/[*.]/.test(word) && !isSymbol(word) && dead.some((verb) => !hasName(verb, word.split('/')[1] ?? '')));
    if (dead.length === 0 || main.length === 0) continue;
    const covered = isGrantedElsewhere(rule, main, dead, nameless);
    yield {
      ...base, resources: main, verbs: dead, messageId,
      args: { verbs: inWords(dead.map((verb) => `"${verb}"`)), resources: inWords(main), but: dead.includes('create') ? ', except where server-side apply or PUT creates the object' : '' },
      at: written.verbs[verbs.indexOf(dead[0]!)]!.at,
      severity: covered || messageId === 'list' ? 'info' : 'warning',
      // Single-object watches are made with that selector; who reads the role cannot tell, so it is good practice to say so.
      persona: covered || messageId === 'list' ? 'pedantic' : 'regular',
    };
  }
}

/** Whether another rule of the role grants the same without names. */
function isGrantedElsewhere({ apiGroups }: AccessRule, resources: readonly string[], verbs: readonly string[], rules: readonly AccessRule[]): boolean {
  return apiGroups.every((group) => resources.every((word) => verbs.every((verb) => {
    const [resource, subresource] = word.split('/') as [string, string?];
    return rules.some((one) => ruleAllows(one, { verb, group, resource, ...(subresource ? { subresource } : {}) }) === true);
  })));
}

/** The Secrets among the files that a pattern would match, by name; or the pattern out, which grants nothing. The last name never goes alone: without names a rule is for all. */
function patternFixes({ object, rule, at, args }: Found, graph: Graph): FixProposal[] {
  if (rule.open.length > 0) return [];
  const change = (path: Path): FixStep => ({ object, change: { op: 'remove', path } });
  const matching = secretsLike(args['name']!, rule, object, graph).filter((name) => !rule.resourceNames.includes(name));
  const named: FixProposal = { id: 'name-them', title: `Name the Secrets among the files that it would match: ${inWords(matching.map((name) => `"${name}"`))} (check that these are meant: so far it grants nothing)`, safe: false, steps: [...matching.map((value): FixStep => ({ object, change: { op: 'append', path: at.path.slice(0, -1), value } })), change(at.path)] };
  const others = rule.resourceNames.some((name) => !/[*?]/.test(name));
  const out: FixProposal = { id: 'take-out', title: `Take ${others ? 'it' : 'the rule'} out (check that nothing needs it: so far it grants nothing)`, safe: false, choice: matching.length > 0, steps: [change(others ? at.path : rule.source!.rule.at.path)] };
  return matching.length > 0 ? [named, out] : [out];
}

function secretsLike(pattern: string, { resources }: AccessRule, role: GraphObject, graph: Graph): string[] {
  if (resources.length !== 1 || resources[0] !== 'secrets' || role.resource.header.kind !== 'Role' || !isTold(role.namespace) || !/[a-z0-9]/.test(pattern)) return [];
  const found = graph.all('secret').filter(({ object }) => object.namespace === role.namespace && isTold(object.name) && fits(pattern, object.name) && !graph.proximity.alternatives(role.document.file, object.document.file));
  return [...new Set(found.map(({ object }) => object.name))].sort();
}

function fixesOf({ object, rule, messageId, resources, verbs, persona }: Found): FixProposal[] {
  if (messageId === 'pattern' || messageId === 'anything' || rule.open.length > 0) return [];
  const { path } = rule.source!.rule.at;
  const rest = rule.verbs.filter((verb) => !verbs.includes(verb));
  // Subresources keep these verbs: their requests carry the name of the object above them.
  const named = rule.resources.filter((word) => !resources.includes(word));
  if (named.length > 0) return [];
  const words = inWords(verbs.map((verb) => `"${verb}"`));
  const without: FixStep[] = rest.length === 0 ? [{ object, change: { op: 'remove', path } }] : rule.verbs.flatMap((verb, i): FixStep[] => (verbs.includes(verb) ? [{ object, change: { op: 'remove', path: rule.source!.rule.verbs[i]!.at.path } }] : []));
  const split: FixStep[] = rest.length === 0
    ? [{ object, change: { op: 'remove', path: [...path, 'resourceNames'] } }]
    : [...without, { object, change: { op: 'append', path: path.slice(0, -1), value: { apiGroups: rule.apiGroups, resources, verbs } } }];
  const isSaid = persona === 'pedantic' && messageId === 'create';
  const takeAway: FixProposal = { id: 'take-away', title: `Take ${words} out of this rule (check that ${messageId === 'list' ? 'nothing lists or watches single objects by metadata.name' : 'nothing creates them by server-side apply or PUT'})`, safe: false, choice: !isSaid && messageId !== 'list', steps: without };
  const grant: FixProposal = { id: 'split', title: `Grant ${words} in a rule of its own, whatever the names (check that it should: ${messageId === 'list' ? `that reads all ${inWords(resources)}` : `that is any of the ${inWords(resources)}`})`, safe: false, choice: true, steps: split };
  return isSaid ? [takeAway] : messageId === 'list' ? [takeAway, grant] : [grant, takeAway];
}
