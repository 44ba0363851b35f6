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
            name: { description: 'What the scope is called.', type: 'string', pattern: '^[^:]+$' },
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
      requireReasons: { description: 'Whether a suppression without a reason is a finding (suppression-without-reason).', type: 'boolean', default: false },
      kubernetesVersion: { description: 'The Kubernetes version to judge by, such as "1.34".', type: ['string', 'number'], pattern: '^v?1\\.[0-9]+$' },
    },
  };
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
