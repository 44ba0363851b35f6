import { splitStream } from '../yaml/split.ts';
import type { Switch } from '../helm/switches.ts';
import type { ChartVariant } from './variant.ts';
import { hash, type Finding } from './finding.ts';

/** Switches of one chart that are tried: each is a rendering of its own. */
const mostSwitches = 24;

/**
 * The ways of installing a chart in which one value that switches something off is true, all else as by default.
 * @param textOf the text of a file of the workspace; what is in none is not the author's to switch
 */
export function switchedOn(switches: readonly Switch[], textOf: (path: string) => string | undefined): ChartVariant[] {
  return switches.flatMap(({ origin: { file, path: written }, path }): ChartVariant[] => {
    const text = textOf(file);
    if (text === undefined) return [];
    const document = Math.max(0, splitStream(text).findIndex((one) => one.text.trim() !== ''));
    const nested = path.reduceRight<unknown>((below, key) => ({ [key]: below }), true);
    return [{
      name: `${switchName}${path.join('.')}`,
      label: `${path.join('.')}: true`,
      isSwitch: true,
      values: [],
      inline: [{ file, text: JSON.stringify(nested), part: { document, path: written, form: 'parameter' } }],
      at: { file, document, path: written },
    }];
  }).slice(0, mostSwitches);
}

/** How the names of such ways begin: no other's does. */
export const switchName = 'switch\n';

/** What a finding is that nobody has yet, and who turns a switch will have: it is heard by who asks for more, and is no other finding's twin. */
export function askedFor({ persona, fingerprint }: Finding, ways: string): Pick<Finding, 'persona' | 'fingerprint'> {
  return { persona: persona === 'regular' ? 'pedantic' : persona, fingerprint: hash(`${fingerprint}\n${ways}`) };
}
