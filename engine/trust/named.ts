import { evidences, isProved, type Evidence, type Layer } from './layer.ts';
import { demandsIdentity, type Trust } from './trust.ts';

/**
 * Whether every way in asks for a proof that is at least as strong as some evidence: a namespace that is proved, or a
 * named account. Where it does, a weaker rule beside it only contains.
 */
export function demandsAtLeast(trust: Trust, evidence: Evidence): boolean | 'unknown' {
  const { demanded } = demandsIdentity(trust);
  if (demanded !== true) return demanded;
  return trust.elsewhere === true || trust.layers.some((layer) => layerDemands(layer, evidence));
}

function layerDemands(layer: Layer, least: Evidence): boolean {
  const strong = (evidence: Evidence) => isProved(evidence) && evidences.indexOf(evidence) >= evidences.indexOf(least);
  if (layer.demands.some(({ evidence, extent }) => extent === 'all' && strong(evidence))) return true;
  return layer.isolates === true && !layer.unsure && layer.admissions.every(({ evidence, extent }) => extent === 'health' || strong(evidence));
}
