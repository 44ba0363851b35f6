import type { Span } from '../yaml/text.ts';
import type { Node, ParsedTemplate, Pipe } from './ast.ts';
import { expand, type WatchedRelease } from './expand.ts';
import { changesBefore, type ChartReading, type TemplateDocument } from './read-chart.ts';
import { isCollection, isTrue, isUntold, print, unmarked, type Result } from './value.ts';

/** What an expression comes to: of an action its text, of a condition whether it holds, of a loop how often it runs. */
export interface Evaluated {
  readonly kind: 'action' | 'if' | 'with' | 'range';
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
}

/**
 * What the condition or loop at an offset of a template comes to, or in a helper any action: as the templates of the release
 * ask for it. Undefined where none does, or where once it cannot be told.
 */
export function evaluatedAt({ release, settings, parses, templates }: ChartReading<TemplateDocument>, path: string, offset: number): Evaluated | undefined {
  const parsed = parses.get(path)?.parsed;
  const target = release && parsed && targetAt(parsed, offset);
  if (!target) return undefined;
  const results: Result[] = [];
  const watched: WatchedRelease = { ...release, seen: (pipe, result) => { if (pipe === target.pipe) results.push(result); } };
  for (const template of target.inHelper ? templates.keys() : [path]) {
    for (const one of release.order.filter(({ path: of }) => of === template)) {
      const whole = expand(watched, template, one.instance, settings, changesBefore({ release, templates }, one));
      if (!whole) return undefined;
    }
  }
  if (results.length === 0 || results.some(({ value }) => isUntold(value))) return undefined;
  const values = new Map(results.map(({ value, from }): [string, EvaluatedValue] => {
    const size = Array.isArray(value) ? value.length : isCollection(value) ? value.size : undefined;
    const one = { text: unmarked(size === undefined ? print(value) : ''), holds: isTrue(value) === true, size, from };
    return [JSON.stringify(one), one];
  }));
  return { kind: target.kind, span: target.span, values: [...values.values()] };
}

interface Target {
  readonly kind: Evaluated['kind'];
  readonly pipe: Pipe;
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
        if (isHere) return node.pipe.variables.length === 0 ? { kind: 'action', pipe: node.pipe, span: node.span, inHelper } : undefined;
        break;
      case 'if': case 'with': {
        const [first] = node.arms;
        if (isHere && first?.pipe) return { kind: node.kind, pipe: first.pipe, span: node.span, inHelper };
        const below = node.arms.map(({ body }) => find(body, offset, inHelper)).find((one) => one !== undefined);
        if (below) return below;
        break;
      }
      case 'range': {
        if (isHere) return { kind: 'range', pipe: node.pipe, span: node.span, inHelper };
        const below = find([...node.body, ...node.otherwise], offset, inHelper);
        if (below) return below;
        break;
      }
      default:
    }
  }
  return undefined;
}
