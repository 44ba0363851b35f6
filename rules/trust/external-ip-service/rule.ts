import { displayName } from '../../../engine/identity/objects.ts';
import { defineRule, pathIn, type Related } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';

const messages = {
  externalIPs: 'Service {service} takes the traffic to {addresses} on every node: nothing checks that these addresses are its own, and whoever may write Services can take those of others',
  also: 'and to this address',
};

export default defineRule({
  id: 'external-ip-service',
  title: 'A Service that claims addresses by itself (externalIPs)',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.IR-01', 'mitre-attack:T1557'],
  unit: 'object',
  on: ['service'],
  reads: ['service'],
  messages,
  *check({ unit: { object } }) {
    for (const fact of object.resource.facts) {
      if (fact.fact !== 'service' || fact.externalIPs.length === 0) continue;
      const [first, ...more] = fact.externalIPs;
      const addresses = fact.externalIPs.map((value) => known(value) ?? 'an address of the template').slice(0, shown);
      yield {
        messageId: 'externalIPs',
        args: { service: displayName(object), addresses: `${addresses.join(', ')}${fact.externalIPs.length > shown ? ' …' : ''}` },
        at: { object, place: first!.at },
        related: more.slice(0, shown).map((value): Related => ({ at: { object, place: value.at }, message: messages.also })),
      };
    }
  },
  fixes({ unit: { object } }) {
    return [{ id: 'remove-external-ips', title: 'Claim no addresses: who calls the Service by them loses it; use a load balancer or a Gateway, whose addresses are given out', safe: false, steps: [{ object, change: { op: 'remove', path: pathIn(object, 'spec', 'externalIPs') } }] }];
  },
});

/** How many addresses a message or a list of places holds. */
const shown = 4;
