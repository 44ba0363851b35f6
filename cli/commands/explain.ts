import docs from 'kubewho:docs';
import { describeFramework } from '../../rules/frameworks.ts';
import { rules } from '../../rules/index.ts';
import { UsageError, type Arguments } from '../args.ts';
import { exitCode, type Io } from '../io.ts';
import { renderMarkdown } from '../markdown.ts';
import { ruleUrl } from '../../rules/url.ts';
import { makeStyle, wantsColour } from '../style.ts';
import { didYouMean } from '../../engine/lint/suggest.ts';

/** `kubewho explain RULE`: the rule's documentation, from the bundle, so that it needs no network. */
export async function explain(args: Arguments, io: Io): Promise<number> {
  const [id, ...more] = args.operands;
  if (id === undefined || more.length > 0) throw new UsageError('explain takes one rule: kubewho explain RULE; kubewho rules lists them');
  const rule = rules.find((one) => one.id === id);
  if (!rule) throw new UsageError(`unknown rule ${id}${didYouMean(id, rules.map((one) => one.id)) || '; kubewho rules lists them'}`);
  const style = makeStyle(wantsColour('auto', io.out.isTTY, io.env));
  const facts = [`${rule.severity}, ${rule.persona}, family ${rule.family}.`, ...rule.frameworks.map(describeFramework)].join('\n');
  io.out.write(`${renderMarkdown(docs[id] ?? `# ${id}\n\n${rule.title}.\n`, style)}\n${style.faint(facts)}\n${style.faint(ruleUrl(rule))}\n`);
  return exitCode.ok;
}
