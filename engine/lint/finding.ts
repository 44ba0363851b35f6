import type { DocumentRef, Location } from '../identity/objects.ts';
import type { Path } from '../yaml/node.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { RuleSettings } from './config.ts';
import type { Confidence, Persona, Rule, Severity, Signal } from './rule.ts';

/** A finding with everything concrete: what reporters print and editors underline. Spans are offsets of the file's text. */
export interface Finding {
  readonly rule: string;
  readonly messageId: string;
  readonly message: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly persona: Persona;
  readonly file: string;
  /** Position of the document in the stream, from 0. */
  readonly document: number;
  readonly span: Span;
  /** The `# Source:` comment of Helm output, where there is one. */
  readonly source: string | null;
  readonly tier: 'plain' | 'masked' | 'rendered';
  readonly mapping: 'exact' | 'path' | 'file';
  /** How many objects of a template, or Kustomize builds of an object, say it at this place. */
  instances: number;
  readonly resource: { readonly apiVersion: string; readonly kind: string; readonly namespace: string | null; readonly name: string | null };
  readonly path: Path;
  readonly related: readonly { readonly file: string; readonly span: Span; readonly message: string }[];
  readonly group: string | null;
  readonly frameworks: readonly string[];
  readonly fingerprint: string;
}

/** Of a related place: it wrote what stands at the finding's own (a named template, a file that templates read). */
export const writtenHere = 'written here';

/**
 * Makes a signal concrete where its documents stand now.
 * @param settings what the configuration says of a rule that is not off
 * @param phased what the phase of those whom it is about makes of a severity
 */
export function findingOf(rule: Rule, signal: Signal, settings: RuleSettings | undefined, phased: (severity: Severity) => Severity = (severity) => severity): Finding {
  const { object, place } = signal.at;
  const { header } = object.resource;
  return {
    rule: rule.id,
    messageId: signal.messageId,
    message: messageOf(rule, signal),
    // contract.md: the rule's default, then moved by reach (the signal says), then by phase, then by configuration, which wins.
    severity: (settings?.severity as Severity | undefined) ?? phased(signal.severity ?? rule.severity),
    confidence: signal.confidence ?? rule.confidence ?? 'high',
    persona: signal.persona ?? rule.persona,
    file: fileOf(signal.at),
    document: documentOf(signal.at).index,
    span: spanIn(signal.at),
    source: object.document.source ?? null,
    tier: object.rendered ? 'rendered' : object.document.dialect === 'template' ? 'masked' : 'plain',
    mapping: place.mapping ?? 'exact',
    instances: 1,
    resource: { apiVersion: header.apiVersion, kind: header.kind, namespace: object.namespace || null, name: object.name || null },
    path: place.path,
    related: (signal.related ?? []).map((one) => ({ file: fileOf(one.at), span: spanIn(one.at), message: one.message })),
    group: signal.group ?? null,
    frameworks: rule.frameworks,
    fingerprint: fingerprintOf(rule.id, signal),
  };
}

/** The span of a location in its file as it stands now. */
export function spanIn(location: Location): Span {
  return shift(location.place.span, documentOf(location).start);
}

/** The file of a location: its object's, or that of the patch which says it. */
export function fileOf(location: Location): string {
  return documentOf(location).file;
}

/** A finding where its signal stands now: the same one as long as no document of its places has moved. */
export function inPlace(finding: Finding, { at, related = [] }: Signal): Finding {
  const stands = finding.document === documentOf(at).index && finding.span.start === startOf(at) && related.every((one, i) => finding.related[i]!.span.start === startOf(one.at));
  return stands ? finding : { ...finding, document: documentOf(at).index, span: spanIn(at), related: related.map((one, i) => ({ ...finding.related[i]!, span: spanIn(one.at) })) };
}

function documentOf({ object, place }: Location): Pick<DocumentRef, 'file' | 'index' | 'start'> {
  return place.home ?? object.document;
}

function startOf(location: Location): number {
  return location.place.span.start + documentOf(location).start;
}

/** Equal findings of one file get an ordinal, so that each has a fingerprint of its own. */
export function numberFingerprints<T extends { readonly finding: Finding }>(made: readonly T[]): T[] {
  const seen = new Map<string, number>();
  return made.map((one) => {
    const { fingerprint } = one.finding;
    const count = seen.get(fingerprint) ?? 0;
    seen.set(fingerprint, count + 1);
    return count === 0 ? one : { ...one, finding: { ...one.finding, fingerprint: hash(`${fingerprint}\n${count}`) } };
  });
}

/** Fills the `{placeholders}` of a rule's message. An unknown placeholder stays visible, so that a test finds it. */
export function messageOf(rule: Rule, signal: Signal): string {
  const text = rule.messages[signal.messageId] ?? `${rule.id}: ${signal.messageId}`;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(signal.args?.[name] ?? whole));
}

/** A short stable hash (FNV-1a, 64 bits in two halves) as 16 hex digits. Not for security. */
export function hash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    low = Math.imul(low ^ c, 0x01000193) >>> 0;
    high = Math.imul(high ^ (c + i), 0x01000197) >>> 0;
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** Rule, message, object and symbolic path with list items by name: no line number, no index, no absolute path (contract.md). */
function fingerprintOf(rule: string, signal: Signal): string {
  const { header } = signal.at.object.resource;
  const { namespace, name } = signal.at.object;
  return hash([rule, signal.messageId, header.group, header.kind, namespace, name, signal.at.place.stable.replace(/^\/items\[[^\]]*\]/, '')].join('\n'));
}
