import { readChart, type ChartReading, type WrittenObject } from '../helm/read-chart.ts';
import { releaseNamespace, type GraphObject } from '../identity/objects.ts';
import type { DocumentEntry } from './document.ts';
import { graphObject, type FileEntry } from './files.ts';
import type { Finding } from './finding.ts';

/** What the templates of charts write, kept up to date edit by edit. */
export class Charts {
  private readonly readings = new Map<string, ChartReading<DocumentEntry>>();
  private readonly objects = new WeakMap<WrittenObject<DocumentEntry>, GraphObject>();
  private ids = 0;

  /** The objects of a scope: those of its files, and for the templates of a chart what they write with its values. */
  objectsOf(scope: string, files: readonly FileEntry[], kubernetesMinor: number): GraphObject[] {
    const own = files.find(({ source }) => source.chart !== undefined)?.source;
    if (!own) return files.flatMap((file) => file.objects);
    const inChart = (path: string): string => (own.chart === '' ? path : path.slice(own.chart!.length + 1));
    const held = files.filter(({ source }) => source.chart === own.chart).map(({ source, documents }) => ({ path: inChart(source.path), file: source.path, text: source.text, documents: source.dialect === 'template' ? documents : [] }));
    const reading = readChart(held, [], { namespace: own.namespace === releaseNamespace ? undefined : own.namespace, kubernetesMinor }, this.readings.get(scope));
    this.readings.set(scope, reading);
    return files.flatMap((file) => {
      const written = file.source.dialect === 'template' ? reading.templates.get(inChart(file.source.path))?.objects : undefined;
      return written ? written.map((one) => this.objectOf(one, file)) : file.objects;
    });
  }

  private objectOf(written: WrittenObject<DocumentEntry>, { source }: FileEntry): GraphObject {
    let object = this.objects.get(written);
    if (!object) this.objects.set(written, (object = { ...graphObject(`w${++this.ids}`, written.document, written.resource, source), written: written.root }));
    return object;
  }
}

/** Whether the templates of a file were read with their values: then what its mask hides does not matter. */
export function isExpanded(objects: readonly GraphObject[], file: string): boolean {
  return objects.some((object) => object.written !== undefined && object.document.file === file);
}

/** The findings of a file, those that a template's one line has several times over (loops, profiles) as one. */
export function oneEach({ source }: FileEntry, findings: readonly Finding[]): Finding[] {
  if (source.dialect !== 'template') return [...findings];
  const places = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule} ${finding.messageId} ${finding.span.start} ${finding.span.end}`;
    const first = places.get(key);
    if (first) first.instances++;
    else places.set(key, finding);
  }
  return [...places.values()];
}
