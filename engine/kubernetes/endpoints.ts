import { known, type Cursor, type Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';

/** The addresses of the pods behind a Service, as EndpointSlices and Endpoints write them down. */
export interface EndpointsFact {
  readonly fact: 'endpoints';
  /** The Service; absent where none is named. */
  readonly service: Value<string>;
  readonly addresses: readonly Value<string>[];
}

/** Reads an EndpointSlice (discovery.k8s.io/v1: the label names the Service) or Endpoints (v1: its own name is the Service's). */
export function readEndpoints(cursor: Cursor, { kind, name, labels }: Header): EndpointsFact[] {
  if (kind === 'Endpoints') {
    const addresses = cursor.get('subsets').items().flatMap((subset) => [...subset.get('addresses').items(), ...subset.get('notReadyAddresses').items()]).map((item) => item.get('ip').string());
    return [{ fact: 'endpoints', service: name, addresses }];
  }
  if (known(cursor.get('addressType').string()) === 'FQDN') return [];
  const service = labels.entries['kubernetes.io/service-name'] ?? { state: 'absent', at: labels.at };
  return [{ fact: 'endpoints', service, addresses: cursor.get('endpoints').items().flatMap((endpoint) => endpoint.get('addresses').strings()) }];
}
