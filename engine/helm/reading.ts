import type { Resource } from '../kubernetes/read.ts';
import type { YamlNode } from '../yaml/node.ts';
import type { Span } from '../yaml/text.ts';
import type { ParsedTemplate } from './ast.ts';
import type { Change } from './changes.ts';
import type { ReleaseSettings } from './environment.ts';
import type { ChartInstance, Release } from './release.ts';
import type { Origin } from './value.ts';

/* What is known of a chart whose templates were read. */

/** A document of a template file as it is written, by its author's separators. */
export interface TemplateDocument {
  readonly id: number;
  readonly text: string;
  readonly start: number;
}

/** An object that a template writes, with the document that it is written in. */
export interface WrittenObject<D extends TemplateDocument> {
  readonly document: D;
  readonly resource: Resource;
  /** The object's tree, its spans counted from the document's start. */
  readonly root: YamlNode;
}

/** Where an object's document stands in what its template writes: which of the charts that have the template, and where in its text. */
export interface WrittenPlace {
  readonly instance: number;
  readonly span: Span;
}

/** What a template writes. */
export interface TemplateReading<D extends TemplateDocument> {
  readonly text: string;
  /** Undefined where the template cannot be expanded: then its mask is all there is. */
  readonly objects: readonly WrittenObject<D>[] | undefined;
  /** The places of these, in their order: objects that stay may move. */
  readonly places: readonly WrittenPlace[];
  /** What came up beside its text, for each of the charts that have the template. */
  readonly asides: readonly Asides[];
  /** What it changes of the release's values, for each of these charts by what the release calls the template there. */
  readonly changes: ReadonlyMap<string, readonly Change[]>;
  /** The objects of each document that the template writes, none for what is no object, by the document's signature. */
  readonly written: Written<D>;
}

/** The objects of each document that a template writes, none for what is no object, by the document's signature. */
export type Written<D extends TemplateDocument> = ReadonlyMap<string, readonly (readonly WrittenObject<D>[])[]>;

/** All templates of a release, read with its values. Kept from edit to edit. */
export interface ChartReading<D extends TemplateDocument> {
  /** What all templates hang on: everything but templates that define nothing. */
  readonly shared: readonly (string | null)[];
  readonly release: Release | undefined;
  readonly settings: ReleaseSettings;
  readonly parses: ReadonlyMap<string, { readonly text: string; readonly parsed: ParsedTemplate | undefined }>;
  readonly templates: ReadonlyMap<string, TemplateReading<D>>;
}

/** What came up while a template was expanded, beside its text. */
export interface Asides {
  /** The chart that it was expanded for. */
  readonly instance: ChartInstance;
  /** Values that are plainly false and for which an arm of an `if` was left out. */
  readonly off: readonly Origin[];
  /** With what words Helm stops (`fail`, `required`): then it writes nothing at all. */
  readonly failures: readonly string[];
  /** The files that it reads through `.Files`, from the folder of the chart that is installed. */
  readonly reads: readonly string[];
}
