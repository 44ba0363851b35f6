import { type Cursor, type Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';

/** A Service that the API server itself calls: of a webhook, or of an aggregated API. It comes from the control plane, which no selector can name. */
export interface CallbackFact {
  readonly fact: 'callback';
  readonly services: readonly { readonly name: Value<string>; readonly namespace: Value<string> }[];
}

/** Reads a webhook configuration or an APIService. */
export function readCallback(cursor: Cursor, { kind }: Header): CallbackFact[] {
  const services = kind === 'APIService' ? [cursor.at('spec', 'service')] : cursor.get('webhooks').items().map((webhook) => webhook.at('clientConfig', 'service'));
  return [{ fact: 'callback', services: services.filter((service) => service.isMap).map((service) => ({ name: service.get('name').string(), namespace: service.get('namespace').string() })) }];
}
