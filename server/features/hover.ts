import type { Connection, Hover } from 'vscode-languageserver';
import { authorizer } from '../../engine/identity/permissions.ts';
import type { Graph } from '../../engine/identity/graph.ts';
import type { Account, Workload } from '../../engine/identity/parts.ts';
import type { GraphObject } from '../../engine/identity/objects.ts';
import { fileOf, type Finding } from '../../engine/lint/finding.ts';
import type { Place } from '../../engine/yaml/cursor.ts';
import { shift, type Span } from '../../engine/yaml/text.ts';
import { rules } from '../../rules/index.ts';
import { ruleUrl } from '../../rules/url.ts';
import { actionWords } from '../action-words.ts';
import { accountWords, workloadWords } from '../identity-words.ts';
import { content, markupFor, type Markup } from '../markup.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';

/** A place of an object that answers a hover, and what it is about. */
interface Spot {
  readonly span: Span;
  readonly about: { readonly workload: Workload } | { readonly account: Account };
}

/** Hover on an action of a template: what it gives. On the kind, name or account of a workload or account: its effective identity. On a finding: what its rule is about. */
export function registerHover(connection: Connection, session: Session): void {
  connection.onHover(async ({ textDocument: { uri }, position }): Promise<Hover | null> => {
    const place = await session.place(uri);
    if (!place) return null;
    const { project, path } = place;
    const markup = markupFor(session.client);
    const offset = project.offset(path, position);
    const found = project.findingsOf(path).filter(({ span }) => span.start <= offset && offset <= span.end);
    const spots = spotsOf(project, path, position.line);
    const graph = project.workspace.graphOf(path);
    const action = actionWords(project, path, offset, markup);
    const paragraphs = [...(action?.paragraphs ?? []), ...(graph ? spots.flatMap((spot) => identityWords(spot, graph, project, markup)) : []), ...found.map((finding) => findingWords(finding, markup))];
    const span = action?.span ?? spots[0]?.span ?? found[0]?.span;
    return span && paragraphs.length > 0 ? { contents: content(markup, paragraphs), range: project.range(path, span) } : null;
  });
}

function identityWords({ about }: Spot, graph: Graph, project: Project, markup: Markup): string[] {
  const rights = authorizer(graph, { defaults: true, minor: project.configuration.kubernetesMinor });
  return 'workload' in about ? workloadWords(about.workload, graph, rights, markup) : accountWords(about.account, graph, rights, markup);
}

/** What stands in the template where Helm's output has the finding. */
const renderedWords: Readonly<Record<Finding['mapping'], string>> = {
  exact: ' Found in what Helm writes.',
  path: ' Found in what Helm writes: inside of this, as far as the template tells where.',
  file: ' Found in what Helm writes; this file does not tell where.',
};

function findingWords({ rule: id, confidence, tier, mapping }: Finding, markup: Markup): string {
  const rule = rules.find((one) => one.id === id);
  const title = rule ? `: ${rule.title}` : '';
  const link = rule ? ` ${markup.link('Documentation', ruleUrl(rule))}` : '';
  return `${markup.code(id)}${title} (confidence ${confidence}).${tier === 'rendered' ? renderedWords[mapping] : ''}${link}`;
}

/** The spots on a line: `kind:`, `name:` and the account's line of every workload, `kind:` and `name:` of every account. */
function spotsOf(project: Project, path: string, line: number): Spot[] {
  const graph = project.workspace.graphOf(path);
  if (!graph) return [];
  const onLine = (object: GraphObject, places: readonly Place[]): Span | undefined => {
    const spans = places.filter((place) => fileOf({ object, place }) === path).map((place) => shift({ start: Math.min(place.span.start, place.key?.start ?? Infinity), end: Math.max(place.span.end, place.key?.end ?? 0) }, (place.home ?? object.document).start));
    return spans.find((span) => project.range(path, span).start.line === line);
  };
  const named = ({ resource: { header } }: GraphObject): Place[] => [header.at, header.name.at];
  return [
    ...graph.workloads.flatMap((workload): Spot[] => {
      const span = onLine(workload.object, [...named(workload.object), workload.accountAt]);
      return span ? [{ span, about: { workload } }] : [];
    }),
    ...graph.accounts.flatMap((account): Spot[] => {
      const span = account.objects.map(({ object }) => onLine(object, named(object))).find((one) => one !== undefined);
      return span ? [{ span, about: { account } }] : [];
    }),
  ];
}
