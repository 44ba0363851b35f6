import type { Graph } from '../identity/graph.ts';
import type { ChartVariant } from './variant.ts';
import type { Finding } from './finding.ts';
import type { Rule, Signal } from './rule.ts';

/** A signal with what is needed to ask its rule for fixes. */
export interface Raised {
  readonly rule: Rule;
  readonly unitKey: string;
  readonly signal: Signal;
  readonly graph: Graph;
  /** The way of installing the chart that it is about. */
  readonly variant: ChartVariant;
  /** The Kustomize builds that say it, where these make something else of its object than is written. */
  readonly by?: ReadonlySet<string>;
}

/** What a finding was raised from: the same as long as its signal, while the graph that it is asked about is the present one. */
export interface Origin extends Omit<Raised, 'graph'> {
  readonly judged: { readonly answers: { readonly graph: Graph } };
  /** What the findings were raised from that are told with it: of each other object that Kustomize builds make of the same. */
  readonly also?: readonly (readonly Origin[])[];
}

/** A finding and what it was raised from. */
export interface Made {
  readonly finding: Finding;
  readonly origin: Origin;
}

/** A signal as it is kept from edit to edit, with what was made of it last where that depends on the signal alone. */
export interface Said {
  readonly signal: Signal;
  made: Made | undefined;
}
