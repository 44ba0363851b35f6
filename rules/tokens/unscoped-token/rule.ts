import { tokenMountPath } from '../../../engine/identity/token-need.ts';
import type { ProjectedToken, Volume, WorkloadFact } from '../../../engine/kubernetes/workload.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, type FixProposal } from '../../../engine/lint/rule.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';

/** Who a token is for, by a word in its path, its volume's name or where it is mounted; `audience` as its documentation gives it. */
const readers = [
  { name: 'Vault', audience: 'vault', word: /(?:^|[-_./])(?:vault|openbao)(?:$|[-_./])/, source: 'developer.hashicorp.com/vault/docs/auth/kubernetes (audience of a role)' },
  { name: 'AWS STS', audience: 'sts.amazonaws.com', word: /(?:^|[-_./])(?:aws|eks\.amazonaws\.com|irsa)(?:$|[-_./])/, source: 'github.com/aws/amazon-eks-pod-identity-webhook' },
  { name: 'Azure AD', audience: 'api://AzureADTokenExchange', word: /(?:^|[-_./])azure(?:$|[-_./])/, source: 'azure.github.io/azure-workload-identity/docs/topics/self-managed-clusters/service-account-key-generation' },
  { name: 'Google STS', audience: undefined, word: /(?:^|[-_./])(?:gcp|gcloud|google|ksa)(?:$|[-_./])/, source: 'cloud.google.com/iam/docs/workload-identity-federation-with-kubernetes (the provider\'s own name)' },
  { name: 'Istio', audience: 'istio-ca', word: /(?:^|[-_./])istio(?:$|[-_./])/, source: 'istio.io/latest/docs/ops/best-practices/security/#configure-third-party-service-account-tokens' },
  { name: 'SPIRE', audience: 'spire-server', word: /(?:^|[-_./])(?:spire|spiffe)(?:$|[-_./])/, source: 'spiffe/spire doc/plugin_server_nodeattestor_k8s_psat.md' },
  { name: 'Consul', audience: undefined, word: /(?:^|[-_./])consul(?:$|[-_./])/, source: 'developer.hashicorp.com/consul/docs/security/acl/auth-methods/kubernetes' },
  { name: 'an OIDC provider', audience: undefined, word: /(?:^|[-_./])oidc(?:$|[-_./])/, source: 'kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery' },
] as const;

export default defineRule({
  id: 'unscoped-token',
  title: 'Token for somebody else that is good for the API server',
  family: 'tokens',
  severity: 'info',
  persona: 'regular',
  confidence: 'medium',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-04', 'nist-sp-800-207:2.1-3', 'mitre-attack:T1528'],
  unit: 'workload',
  reads: ['workload'],
  messages: {
    reader: 'This token seems to be for {reader}, and without an audience it is one for the API server, which {reader} could use in the pod\'s name',
  },
  *check({ unit: { object, fact, repeated } }) {
    if (repeated) return;
    for (const { token, reader } of unscoped(fact)) yield { messageId: 'reader', args: { reader: reader.name }, at: { object, place: token.at } };
  },
  fixes({ unit: { object, fact } }, { at }) {
    const found = unscoped(fact).find(({ token }) => token.at.stable === at.place.stable && token.at.path.join() === at.place.path.join());
    return found?.reader.audience === undefined ? [] : [withAudience(object, found.token, found.reader.audience, found.reader.name)];
  },
});

/** The projected tokens without audience that are meant for a known reader. At the API token's own path they are for the API server. */
function unscoped(fact: WorkloadFact): { token: ProjectedToken; reader: (typeof readers)[number] }[] {
  return fact.volumes.flatMap((volume) => {
    const mounts = mountsOf(fact, volume);
    if (mounts.includes(tokenMountPath)) return [];
    return volume.tokens.filter(({ audience }) => audience.state === 'absent').flatMap((token) => {
      const marks = [known(token.path) ?? '', known(volume.name) ?? '', ...mounts].map((mark) => mark.toLowerCase());
      const reader = readers.find(({ word }) => marks.some((mark) => word.test(mark)));
      return reader ? [{ token, reader }] : [];
    });
  });
}

function mountsOf({ containers }: WorkloadFact, volume: Volume): string[] {
  const name = known(volume.name);
  return containers.flatMap(({ mounts }) => mounts).filter((mount) => name !== undefined && known(mount.volume) === name).flatMap(({ path }) => known(path) ?? []);
}

function withAudience(object: GraphObject, token: ProjectedToken, audience: string, reader: string): FixProposal {
  return {
    id: 'audience',
    title: `Make it a token for "${audience}" only (check first what audience ${reader} asks for here)`,
    safe: false,
    steps: [{ object, change: { op: 'set', path: [...token.at.path, 'audience'], value: audience } }],
  };
}
