import type { GraphObject } from '../../../engine/identity/objects.ts';
import type { FixProposal, Signal } from '../../../engine/lint/rule.ts';
import { configuredGrants, type ConfiguredGrant } from '../../../engine/trust/configured.ts';
import { known } from '../../../engine/yaml/cursor.ts';

/** Callers that a program's own configuration lets in by address. Everyone is no address: that is open-network-peer. */
function grantsIn(object: GraphObject): ConfiguredGrant[] {
  return configuredGrants(object).filter(({ everyone }) => !everyone);
}

const messageIds = { postgres: 'passwordless', 'oauth2-proxy': 'loginSkipped', Grafana: 'headerBelieved' } as const;

export function* configuredSignals(object: GraphObject): Generator<Signal> {
  for (const { of, addresses, at, byHeader } of grantsIn(object)) {
    yield { messageId: of === 'oauth2-proxy' && byHeader ? 'loginSkippedByHeader' : messageIds[of], args: { ranges: addresses.slice(0, shown).join(', ') + (addresses.length > shown ? ' …' : '') }, at: { object, place: at } };
  }
}

/** How many addresses a message holds. */
const shown = 4;

/** Demands the login or a password of these callers too. None where the setting is a line of a file. */
export function configuredFixes(object: GraphObject, signal: Signal): FixProposal[] {
  const grant = grantsIn(object).find(({ at }) => at.stable === signal.at.place.stable);
  if (!grant?.item) return [];
  const path = grant.item.at.path;
  if (grant.of === 'oauth2-proxy') return [{ id: 'demand-login', title: 'Ask these callers for the login too; what calls from there without one loses access: check probes and scripts first', safe: false, steps: [{ object, change: { op: 'remove', path } }] }];
  return [{ id: 'demand-password', title: 'Ask these callers for a password (scram-sha-256); who has none, or one that is kept as md5, loses access', safe: false, steps: [{ object, change: { op: 'set', path, value: (known(grant.item) ?? '').replace(/\btrust(\s*(?:#.*)?)$/, 'scram-sha-256$1') } }] }];
}
