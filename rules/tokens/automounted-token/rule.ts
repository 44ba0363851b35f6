import { accountLabel, tokenMount } from '../../../engine/identity/graph.ts';
import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'automounted-token',
  title: 'API token mounted where nothing needs it',
  family: 'tokens',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.6', 'mitre-attack:T1528'],
  unit: 'workload',
  reads: ['workload', 'account', 'binding'],
  messages: {
    unneeded: 'The token of account "{account}" is mounted here, and nothing in the files read needs it',
    undone: 'Account "{account}" opts out of mounting its token; this line mounts it again',
    optOut: 'the account opts out here',
  },
  *check({ unit: workload, graph }) {
    const account = graph.accountOf(workload);
    const mount = tokenMount(workload, account);
    if (mount.mounted !== true) return;
    const args = { account: accountLabel(account) };
    if (mount.overrides) {
      yield { messageId: 'undone', args, at: mount.at, related: [{ at: mount.overrides, message: this.messages['optOut']! }] };
      return;
    }
    if (graph.grantsOf(account).length > 0) return;
    yield { messageId: 'unneeded', args, at: mount.at };
  },
});
