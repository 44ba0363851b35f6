import type { Workload } from '../identity/parts.ts';
import type { Location } from '../identity/objects.ts';

/**
 * A workload for which the files show that it calls a target, or that it is one of those that a rule lets in, and what
 * shows it. Manifests hold no pod addresses: nobody is guessed from a range, only found by an address that some file gives.
 */
export interface Caller {
  readonly workload: Workload;
  readonly evidence: Location;
  readonly how: 'selected by a policy' | 'names the Service' | 'is configured with the Service' | 'has an address that is let in' | 'is on the network of a node that is let in';
}
