import { known, type Cursor, type Place, type Value } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';

/** A Gateway of the Gateway API or of Istio: where it listens, for whom, and what it asks of clients there. */
export interface GatewayFact {
  readonly fact: 'gateway';
  readonly istio: boolean;
  readonly listeners: readonly Listener[];
}

export interface Listener {
  readonly at: Place;
  readonly hosts: readonly Value<string>[];
  /** Whether TLS ends here, so that client certificates could be asked for. */
  readonly terminates: boolean;
  /** Whether they are. */
  readonly mutual: boolean | 'unknown';
  /** The mode of TLS, where it is said. */
  readonly mode: Value<string>;
  /** The port by which clusters of one mesh reach each other. */
  readonly eastWest: boolean;
  /** `allowedRoutes.namespaces.from`: Same where it is not said. Absent for Istio. */
  readonly from: Value<string>;
}

/** A ReferenceGrant that lets other namespaces refer to Secrets of its own without naming which. */
export interface ReferenceGrantFact {
  readonly fact: 'referenceGrant';
  readonly from: readonly Value<string>[];
  /** The entries of `to` for Secrets without a name. */
  readonly secrets: readonly Place[];
}

/** Reads a Gateway of the Gateway API (gateway-api apis/v1/gateway_types.go). */
export function readGatewayListeners(cursor: Cursor): GatewayFact[] {
  const spec = cursor.get('spec');
  const frontend = spec.at('tls', 'frontend');
  const listeners = spec.get('listeners').items().map((listener): Listener => {
    const mode = listener.at('tls', 'mode').string();
    const protocol = known(listener.get('protocol').string());
    return {
      at: listener.place(),
      hosts: [listener.get('hostname').string()].filter(({ state }) => state !== 'absent'),
      terminates: (protocol === 'HTTPS' || protocol === 'TLS') && known(mode) !== 'Passthrough' && mode.state !== 'hole',
      // Any validation at all: whether it is about this port is told by the guard of the Gateway.
      mutual: frontend.open || listener.at('tls').open ? 'unknown' : frontend.exists || listener.at('tls', 'frontendValidation').exists || listener.at('tls', 'options').exists,
      mode,
      eastWest: false,
      from: listener.at('allowedRoutes', 'namespaces', 'from').string(),
    };
  });
  return [{ fact: 'gateway', istio: false, listeners }];
}

/** The port of Istio's east-west gateways (istio.io/latest/docs/setup/install/multicluster). */
const eastWestPort = 15443;

/** Reads a Gateway of Istio (istio/api networking/v1/gateway.proto): MUTUAL and its kin ask for client certificates. */
export function readIstioGateway(cursor: Cursor, _: Header): GatewayFact[] {
  const listeners = cursor.at('spec', 'servers').items().map((server): Listener => {
    const mode = server.at('tls', 'mode').string();
    const said = known(mode);
    return {
      at: server.place(),
      hosts: server.get('hosts').strings(),
      terminates: said === 'SIMPLE' || said === 'OPTIONAL_MUTUAL',
      mutual: mode.state === 'hole' || server.get('tls').open ? 'unknown' : said === 'MUTUAL' || said === 'ISTIO_MUTUAL' || said === 'AUTO_PASSTHROUGH',
      mode,
      eastWest: known(server.at('port', 'number').number()) === eastWestPort,
      from: { state: 'absent', at: server.place() },
    };
  });
  return [{ fact: 'gateway', istio: true, listeners }];
}

/** Reads a ReferenceGrant (gateway-api apis/v1beta1/referencegrant_types.go): without a name it is about all objects of the kind. */
export function readReferenceGrant(cursor: Cursor): ReferenceGrantFact[] {
  const spec = cursor.get('spec');
  const secrets = spec.get('to').items().filter((to) => known(to.get('kind').string()) === 'Secret' && !to.get('name').exists && !to.open);
  return [{ fact: 'referenceGrant', from: spec.get('from').items().map((one) => one.get('namespace').string()), secrets: secrets.map((one) => one.get('kind').place()) }];
}
