import type { Admission, Evidence, Layer } from './layer.ts';

/** How evidence is called in tables. */
export const evidenceWords: Readonly<Record<Evidence, string>> = {
  nothing: 'anyone', address: 'by address', label: 'by label', unknown: 'not known', namespace: 'a namespace, proved', anyIdentity: 'any identity, proved', identity: 'by identity, proved',
};

/** How addresses are called of which all are let in. */
export function everyAddress(family: 4 | 6 | undefined): string {
  return family === undefined ? 'every address' : `every IPv${family} address`;
}

/** Who is let in, by layer, and on what evidence: `NetworkPolicy: by label; Istio: by identity, proved`. */
export function trustWords(layers: readonly Layer[], elsewhere: boolean): string {
  const told = layers.filter(({ policies, perhaps = [] }) => policies.length + perhaps.length > 0).map((layer) => `${layer.technology}: ${layerWords(layer)}`);
  if (elsewhere) told.push('by identity, at a proxy or a check of its own');
  return told.length === 0 ? 'anyone (no policy read)' : told.join('; ');
}

function layerWords({ isolates, admissions, perhaps = [] }: Layer): string {
  if (isolates !== true && perhaps.length > 0) return 'not known';
  if (isolates !== true) return 'anyone';
  return admissions.length === 0 ? 'nobody' : [...new Set(admissions.map(({ evidence }: Admission) => evidenceWords[evidence]))].join(', ');
}
