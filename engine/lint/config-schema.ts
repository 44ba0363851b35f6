import { riskClasses } from '../identity/risk-classes.ts';
import { phases } from './phases.ts';
import type { Rule } from './rule.ts';

const severities = ['off', 'error', 'warning', 'info'];

/** Longer than any path, shorter than what makes matching slow. */
export const maxPatternLength = 500;

const pattern = { type: 'string', minLength: 1, maxLength: maxPatternLength };

/**
 * The JSON Schema of kubewho.yaml for a list of rules: what editors complete and what the validator is compiled from.
 * schemas/kubewho.schema.json is written from this (`npm run generate`); a test says when it has drifted.
 */
export function configurationSchema(rules: readonly Rule[]): object {
  const families = [...new Set(rules.map((rule) => rule.family))].sort();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'kubewho.yaml',
    description: 'Settings of kubewho for the folder that this file is in and everything below it.',
    type: 'object',
    additionalProperties: false,
    properties: {
      rules: {
        description: 'Severity and options, by rule or by family of rules. What a rule says of itself goes before what its family says.',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries([
          ...families.map((family): [string, object] => [family, { description: `All rules of the family "${family}".`, ...severity() }]),
          ...[...rules].sort((a, b) => (a.id < b.id ? -1 : 1)).map((rule): [string, object] => [rule.id, ruleSettings(rule)]),
        ]),
      },
      scopes: {
        description: 'Files that are applied together. Files of different scopes are never joined; the first scope that has a file keeps it.',
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'paths'],
          properties: {
            name: { description: 'What the scope is called.', type: 'string', pattern: '^[^:]+$', examples: ['production'] },
            paths: { description: 'Path patterns, counted from this file (`*`, `**`, `?`, `[a-z]`, `{a,b}`; `!` takes out again). A folder means everything below it.', type: 'array', minItems: 1, items: pattern },
            complete: { description: 'Whether all Namespaces, workloads, accounts and bindings of its namespaces are in these files: only then is taking a token away a safe fix.', type: 'boolean', default: false },
          },
        },
      },
      context: {
        description: 'Path patterns of objects of a cluster (`kubectl get … -o yaml`): they resolve references in every scope and are never reported on.',
        type: 'array',
        items: pattern,
      },
      risk: riskSchema,
      profiles: {
        description: 'Further ways in which charts are installed: each chart is read with its own values.yaml, and once more for every profile.',
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'values'],
          properties: {
            name: { description: 'What the profile is called, such as production.', type: 'string', minLength: 1 },
            chart: { description: 'The folder of the chart, counted from this file; without it the profile is for every chart that has its values files.', type: 'string', minLength: 1, maxLength: maxPatternLength },
            values: { description: 'Values files as `helm -f` takes them, each over the ones before; counted from the chart.', type: 'array', minItems: 1, items: { type: 'string', minLength: 1, maxLength: maxPatternLength } },
          },
        },
      },
      phases: phasesSchema(rules, families),
      exceptions: exceptionsSchema(rules),
      requireReasons: { description: 'Whether a suppression without a reason is a finding (suppression-without-reason).', type: 'boolean', default: false },
      kubernetesVersion: { description: 'The Kubernetes version to judge by, such as "1.34".', type: ['string', 'number'], pattern: '^v?1\\.[0-9]+$', examples: ['1.34'] },
    },
  };
}

const day = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', examples: ['2027-03-31'] };

const riskSchema = {
  description: 'Risk classes of workloads, in place of what their annotations, images and names say. Of the entries that match, the one written last counts.',
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['class', 'workloads'],
    properties: {
      class: { description: 'The class, or none.', type: 'string', enum: [...riskClasses, 'none'] },
      workloads: { description: 'NAMESPACE/NAME of workloads; `*` stands for any characters. A workload whose namespace is not told is called by its name alone.', type: 'array', minItems: 1, items: { ...pattern, examples: ['shop/checkout', 'billing/*'] } },
    },
  },
};

function phasesSchema(rules: readonly Rule[], families: readonly string[]): object {
  const expression = {
    type: 'object',
    additionalProperties: false,
    required: ['key', 'operator'],
    properties: { key: { type: 'string', minLength: 1 }, operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] }, values: { type: 'array', items: { type: 'string' } } },
  };
  return {
    description: 'Where namespaces and workloads stand on the way from location to identity. Of the entries that match and have started, the one written last counts. observe: info only; warn: a warning at most; enforce: warnings are errors.',
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['phase'],
      properties: {
        phase: { description: 'What the findings become: observe (info), warn (a warning at most) or enforce (warnings are errors).', type: 'string', enum: phases },
        from: { description: 'The day on which it starts; without it, it holds already.', ...day },
        namespaces: { description: 'Namespaces by name; `*` stands for any characters.', type: 'array', minItems: 1, items: { type: 'string', minLength: 1, maxLength: maxPatternLength } },
        selector: {
          description: 'Which pods, by their labels.',
          type: 'object',
          additionalProperties: false,
          properties: { matchLabels: { type: 'object', additionalProperties: { type: 'string' } }, matchExpressions: { type: 'array', items: expression } },
        },
        risk: { description: 'Risk classes of workloads, as "kubewho inventory" shows them.', type: 'array', minItems: 1, items: { type: 'string', enum: riskClasses } },
        rules: { description: 'The rules or families whose findings take their severity from it.', type: 'array', minItems: 1, default: ['trust'], items: { type: 'string', enum: [...families, ...idsOf(rules)] } },
      },
    },
  };
}

function exceptionsSchema(rules: readonly Rule[]): object {
  return {
    description: 'Accepted risks, each with a reason and an end. After its last day an exception is a finding itself, and so is one that nothing needs.',
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['rule', 'target', 'reason', 'until'],
      properties: {
        rule: { description: 'The rule whose finding is accepted.', type: 'string', enum: idsOf(rules.filter(({ family }) => family !== 'meta')) },
        target: { description: 'NAMESPACE/NAME of the workload that the finding is about, or of the object that it stands in.', type: 'string', pattern: '^([^/]+/)?[^/]+$', examples: ['payments/api'] },
        reason: { description: 'Why the risk is accepted.', type: 'string', pattern: '[^ ]', examples: ['"the mainframe cannot present a certificate"'] },
        until: { description: 'The last day on which it counts.', ...day },
      },
    },
  };
}

function idsOf(rules: readonly Rule[]): string[] {
  return rules.map(({ id }) => id).sort();
}

function severity(): object {
  return { type: 'string', enum: severities };
}

function ruleSettings(rule: Rule): object {
  const options = Object.entries(rule.options ?? {});
  const settings = {
    type: 'object',
    additionalProperties: false,
    properties: {
      severity: { description: 'In place of what the rule itself would say.', ...severity() },
      ...(options.length > 0 ? { options: { type: 'object', additionalProperties: false, properties: Object.fromEntries(options) } } : {}),
    },
  };
  return { description: `${rule.title}. By itself: ${rule.severity}.`, anyOf: [severity(), settings] };
}
