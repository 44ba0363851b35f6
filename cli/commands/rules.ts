import type { Rule } from '../../engine/lint/rule.ts';
import { rules } from '../../rules/index.ts';
import { UsageError, type Arguments } from '../args.ts';
import { exitCode, type Io } from '../io.ts';
import { ruleUrl } from '../../rules/url.ts';
import { table } from '../table.ts';

/** `kubewho rules`: every rule with what it is by default. */
export async function listRules(args: Arguments, io: Io): Promise<number> {
  if (args.operands.length > 0) throw new UsageError(`rules takes no operand: ${args.operands[0]}`);
  io.out.write(args.value('format') === 'json' ? `${JSON.stringify({ schemaVersion: 1, rules: rules.map(described) }, null, 2)}\n` : table(
    ['RULE', 'FAMILY', 'SEVERITY', 'PERSONA', 'FIX', 'TITLE'],
    rules.map((rule) => [rule.id, rule.family, rule.severity, rule.persona, isFixable(rule) ? 'yes' : 'no', rule.title]),
  ));
  return exitCode.ok;
}

function described(rule: Rule): Record<string, unknown> {
  const { id, title, family, severity, persona, frameworks, options } = rule;
  return { id, title, family, severity, persona, fixable: isFixable(rule), frameworks, options: options ?? {}, url: ruleUrl(rule) };
}

/** The fixes of findings about suppressions are made by the engine itself. */
function isFixable(rule: Rule): boolean {
  return rule.fixes !== undefined || rule.family === 'meta';
}
