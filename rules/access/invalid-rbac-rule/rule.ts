import { isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { accessRule, ruleAllows, type AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { inWords } from '../../../engine/identity/rbac-subjects.ts';
import type { RoleFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, type FixProposal, type RuleContext } from '../../../engine/lint/rule.ts';
import type { Place } from '../../../engine/yaml/cursor.ts';
import { isBuiltinRule } from '../builtin-rules.ts';
import { correct, givesRight, takeOut } from './repair.ts';
import { faultsIn, type Fault } from './faults.ts';

export default defineRule({
  id: 'invalid-rbac-rule',
  title: 'Rule that grants nothing, or is refused',
  family: 'access',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'nist-csf-2.0:PR.AA-05'],
  unit: 'object',
  on: ['role'],
  reads: ['role'],
  messages: {
    noVerbs: 'The API server refuses a rule without verbs',
    noGroups: 'The API server refuses a rule for resources without a list of apiGroups{hint}',
    noResources: 'The API server refuses a rule without a list of resources or nonResourceURLs',
    pathsInRole: 'The API server refuses nonResourceURLs in a Role: paths are in no namespace',
    pathsBesideResources: 'The API server refuses nonResourceURLs beside resources: they need a rule of their own',
    verb: 'No request has the verb "{word}"{hint}',
    pathVerbs: 'No request for a path has {verbs}: there the verbs are HTTP methods such as "get"',
    group: 'No API group is called "{word}"{hint}',
    glob: '"{word}" matches nothing: a star stands for everything only where it stands alone{sub}',
    word: '"{word}" is no resource: one plural name a word, and its group in apiGroups{hint}',
    plural: 'No resource is called "{word}"{hint}',
    wrongGroup: '{groups} no "{word}"; these are in {meant}',
    clusterScoped: '"{word}" are in no namespace: a Role cannot give them',
    path: '"{word}" matches no path: paths begin with a slash, and a star counts only at their end',
  },
  *check(context) {
    for (const { object, rule, fault, covered } of faultsOf(context)) {
      yield {
        messageId: fault.messageId,
        args: argsOf(rule, fault),
        at: { object, place: placeOf(rule, fault) },
        severity: covered ? 'info' : 'warning',
        persona: covered ? 'pedantic' : 'regular',
      };
    }
  },
  fixes(context, signal) {
    const found = faultsOf(context).find(({ rule, fault }) => fault.messageId === signal.messageId && placeOf(rule, fault).stable === signal.at.place.stable);
    return found ? fixesOf(found) : [];
  },
});

interface Found {
  readonly object: GraphObject;
  readonly rule: AccessRule;
  readonly fault: Fault;
  /** Whether the role says the same rightly as well, or a ClusterRole what a Role cannot: then the fault takes nothing away. */
  readonly covered: boolean;
}

function faultsOf({ unit: { object }, graph, environment }: RuleContext<'object'>): Found[] {
  const fact = object.resource.facts.find((one): one is RoleFact => one.fact === 'role');
  if (!fact) return [];
  const rules = fact.rules.map((rule) => accessRule(object, rule));
  const elsewhere = () => graph.all('role').filter((role) => role.fact.cluster && !graph.proximity.alternatives(object.document.file, role.object.document.file)).flatMap((role) => role.fact.rules.map((rule) => accessRule(role.object, rule)));
  return rules.filter((rule) => !isBuiltinRule(rule, object, fact.cluster, environment.kubernetesMinor)).flatMap((rule) =>
    faultsIn(rule, fact.cluster).map((fault) => ({ object, rule, fault, covered: fault.messageId === 'clusterScoped' ? isCovered(rule, { ...fault, meant: rule.resources[fault.word!.index]! }, elsewhere()) : isCovered(rule, fault, rules) })));
}

/** Whether other rules, or the other words of this one, allow what a word was meant to allow. */
function isCovered(rule: AccessRule, { word, meant, messageId }: Fault, rules: readonly AccessRule[]): boolean {
  if (!word || meant === undefined) return false;
  const groups = messageId === 'wrongGroup' ? [meant] : word.list === 'apiGroups' ? [meant] : rule.apiGroups;
  const resources = word.list === 'resources' ? [messageId === 'wrongGroup' ? rule.resources[word.index]! : meant] : rule.resources;
  const verbs = word.list === 'verbs' ? [meant] : rule.verbs;
  const asked = groups.flatMap((group) => resources.flatMap((whole) => verbs.map((verb) => {
    const [resource, subresource] = whole.split('/') as [string, string?];
    return { verb, group, resource, ...(subresource ? { subresource } : {}), ...(rule.resourceNames[0] ? { name: rule.resourceNames[0] } : {}) };
  })));
  return asked.every((request) => rules.some((one) => ruleAllows(one, request) === true));
}

function placeOf({ source }: AccessRule, { word }: Fault): Place {
  return word ? source!.rule[word.list][word.index]!.at : source!.rule.at;
}

function argsOf(rule: AccessRule, { word, meant, messageId }: Fault): Record<string, string> {
  const written = word ? rule[word.list][word.index]! : '';
  const named = rule.apiGroups.map((group) => (group === '' ? 'The core group' : `"${group}"`));
  return {
    word: written,
    hint: meant === undefined ? '' : messageId === 'noGroups' ? `; ${inWords(rule.resources)} ${meant === '' ? 'are in the core group, ""' : `are in "${meant}"`}` : `; ${word?.list === 'apiGroups' && meant === '' ? 'the core group is ""' : `did you mean "${meant}"?`}`,
    meant: meant === '' ? 'the core group, ""' : `"${meant ?? ''}"`,
    groups: `${inWords(named)} ${named.length > 1 ? 'have' : 'has'}`,
    verbs: inWords(rule.verbs.filter((verb) => !isSymbol(verb)).map((verb) => `"${verb}"`)),
    sub: word?.list === 'resources' && written.endsWith('/*') ? ', and subresources are named one by one' : '',
  };
}

function fixesOf({ object, rule, fault, covered }: Found): FixProposal[] {
  // What the role says rightly as well has not to be said twice.
  const corrected = covered ? undefined : correct(rule, fault);
  const removed = takeOut(rule, fault);
  const name = fault.word ? `"${rule[fault.word.list][fault.word.index]!}"` : 'the rule';
  return [
    ...(corrected ? [{ id: 'correct', title: `${corrected.title} (check that it should: what was written so far grants nothing)`, safe: false, choice: givesRight(rule, fault), steps: corrected.changes.map((change) => ({ object, change })) }] : []),
    ...(removed ? [{ id: 'take-out', title: `Take ${name} out (check that nothing needs it: so far it grants nothing)`, safe: false, choice: !covered, steps: removed.map((change) => ({ object, change })) }] : []),
  ];
}
