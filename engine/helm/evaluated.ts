import type { Span } from '../yaml/text.ts';
import type { Node, ParsedTemplate, Pipe } from './ast.ts';
import { expand, type WatchedRelease } from './expand.ts';
import { changesBefore } from './read-chart.ts';
import type { ChartReading, TemplateDocument } from './reading.ts';
import { isCollection, isTrue, isUntold, print, unmarked, type Result } from './value.ts';

/** What an expression comes to: of an action its text, of a condition whether it holds, of a loop how often it runs, of `else` whether it is come to. */
export interface Evaluated {
  readonly kind: 'action' | 'if' | 'with' | 'range' | 'else';
  readonly span: Span;
  /** Different ones each once, in the order in which templates come to them. */
  readonly values: readonly EvaluatedValue[];
}

export interface EvaluatedValue {
  readonly text: string;
  readonly holds: boolean;
  /** Entries of a mapping, items of a list; undefined for any other value. */
  readonly size: number | undefined;
  readonly from: Result['from'];
  /** Whether a condition before holds, so that this one is not asked: the value is that one's. */
  readonly isPassed: boolean;
}

/**
 * What the condition or loop at an offset of a template comes to, or in a helper any action: as the templates of the release
 * ask for it. Undefined where none does, or where once it cannot be told.
 */
export function evaluatedAt({ release, settings, parses, templates }: ChartReading<TemplateDocument>, path: string, offset: number): Evaluated | undefined {
  const parsed = parses.get(path)?.parsed;
  const target = release && parsed && targetAt(parsed, offset);
  if (!target) return undefined;
  const results: (Result & { readonly isPassed: boolean })[] = [];
  const last = target.before.at(-1);
  const watched: WatchedRelease = {
    ...release,
    seen: (pipe, result) => {
      if (pipe === target.pipe || (target.kind === 'else' && pipe === last && isTrue(result.value) !== true)) results.push({ ...result, isPassed: false });
      else if (target.before.includes(pipe) && isTrue(result.value) !== false) results.push({ ...result, isPassed: true });
    },
  };
  for (const template of target.inHelper ? templates.keys() : [path]) {
    for (const one of release.order.filter(({ path: of }) => of === template)) {
      const whole = expand(watched, template, one.instance, settings, changesBefore({ release, templates }, one));
      if (!whole) return undefined;
    }
  }
  if (results.length === 0 || results.some(({ value, isPassed }) => isUntold(value) || ((isPassed || target.kind === 'else') && isTrue(value) === undefined))) return undefined;
  const values = new Map(results.map(({ value, from, isPassed }): [string, EvaluatedValue] => {
    const size = Array.isArray(value) ? value.length : isCollection(value) ? value.size : undefined;
    const holds = target.kind === 'else' ? !isPassed : isTrue(value) === true && !isPassed;
    const one = { text: unmarked(size === undefined ? print(value) : ''), holds, size, from, isPassed };
    return [JSON.stringify(one), one];
  }));
  return { kind: target.kind, span: target.span, values: [...values.values()] };
}

interface Target {
  readonly kind: Evaluated['kind'];
  /** Undefined for `else`, which hangs on those before it alone. */
  readonly pipe: Pipe | undefined;
  /** What is asked before it; where one of these holds, it is not come to. */
  readonly before: readonly Pipe[];
  readonly span: Span;
  readonly inHelper: boolean;
}

function targetAt({ nodes, defines }: ParsedTemplate, offset: number): Target | undefined {
  const own = find(nodes, offset, false);
  return own && own.kind !== 'action' ? own : [...defines.values()].map((one) => find(one, offset, true)).find((one) => one !== undefined);
}

/** The innermost node whose own action an offset is in. Variables that are set give nothing by themselves. */
function find(nodes: readonly Node[], offset: number, inHelper: boolean): Target | undefined {
  for (const node of nodes) {
    const isHere = node.span.start <= offset && offset < node.span.end;
    switch (node.kind) {
      case 'action':
        if (isHere) return node.pipe.variables.length === 0 ? { kind: 'action', pipe: node.pipe, before: [], span: node.span, inHelper } : undefined;
        break;
      case 'if': case 'with': {
        const at = node.arms.findIndex(({ span }) => span.start <= offset && offset < span.end);
        const { span, pipe } = node.arms[at] ?? {};
        if (span) return { kind: pipe ? node.kind : 'else', pipe, before: node.arms.slice(0, at).flatMap((arm) => arm.pipe ?? []), span, inHelper };
        const below = node.arms.map(({ body }) => find(body, offset, inHelper)).find((one) => one !== undefined);
        if (below) return below;
        break;
      }
      case 'range': {
        if (isHere) return { kind: 'range', pipe: node.pipe, before: [], span: node.span, inHelper };
        const { otherwiseAt: otherwise } = node;
        if (otherwise && otherwise.start <= offset && offset < otherwise.end) return { kind: 'else', pipe: undefined, before: [node.pipe], span: otherwise, inHelper };
        const below = find([...node.body, ...node.otherwise], offset, inHelper);
        if (below) return below;
        break;
      }
      default:
    }
  }
  return undefined;
}
