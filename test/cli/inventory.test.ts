// `inventory`, as a process: every workload identity with all that the files tell of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deployment, folderWith, kubewho } from './support.ts';

const cwd = folderWith({
  'shop/web.yaml': deployment('web', { account: 'web' }),
  'shop/pay.yaml': deployment('payments', { account: 'pay', automount: 'false' }),
  'shop/pair.yaml': [deployment('one', { account: 'pair' }), deployment('two', { account: 'pair' }), deployment('plain')].join('---\n'),
  'shop/accounts.yaml': `apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  namespace: shop
  annotations: { eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/web" }
---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: { name: pay }
spec: { clusterName: main, namespace: shop, serviceAccount: pay, roleARN: "arn:aws:iam::123456789012:role/pay" }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: pair, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }
subjects: [{ kind: ServiceAccount, name: pair }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: web }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: pay, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: elsewhere }
subjects: [{ kind: ServiceAccount, name: pay }]
`,
  'shop/network.yaml': `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 443 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: pay, namespace: shop }
spec:
  podSelector: { matchLabels: { app: payments } }
  ingress:
    - from: [{ podSelector: { matchLabels: { app: web } } }, { ipBlock: { cidr: 10.0.0.0/8 } }]
`,
});
const inventory = (...args: string[]) => kubewho(['inventory', ...args], { cwd });
interface Entry {
  readonly workload: { readonly name: string; readonly at: unknown };
  readonly account: { readonly use: string; readonly read: boolean };
  readonly token: { readonly mounted: boolean | null; readonly seconds: number | null; readonly extendedSeconds: number | null };
  readonly cloud: readonly { readonly mechanism: string; readonly identity: string }[];
  readonly spiffe: unknown;
  readonly rights: { readonly words: string; readonly unknownBindings: number };
  readonly reach: { readonly words: string; readonly clusterAdminSteps: number | null; readonly next: readonly string[] };
  readonly exposure: { readonly tier: string; readonly at: { readonly file: string } | null };
  readonly risk: { readonly class: string; readonly because: string } | null;
  readonly letsIn: { readonly words: string; readonly layers: readonly { readonly ways: readonly { readonly evidence: string }[] }[] };
}
const entries = new Map((JSON.parse(inventory('--format', 'json').stdout).identities as Entry[]).map((entry) => [entry.workload.name, entry]));
const entry = (name: string): Entry => entries.get(name)!;

describe('inventory', () => {
  test('has every workload once, with the place where its account is decided', () => {
    assert.deepEqual([...entries.keys()].sort(), ['one', 'payments', 'plain', 'two', 'web']);
    assert.deepEqual(entry('web').workload.at, { file: 'shop/web.yaml', line: 13, column: 27 });
  });

  test('accounts: own, shared, default; among the files or not', () => {
    assert.deepEqual(['web', 'payments', 'one', 'two', 'plain'].map((name) => [entry(name).account.use, entry(name).account.read]), [['own', true], ['own', false], ['shared', false], ['shared', false], ['default', false]]);
  });

  test('tokens: mounted and for how long', () => {
    assert.deepEqual([entry('web').token.mounted, entry('web').token.seconds, entry('web').token.extendedSeconds], [true, 3607, 31_536_000]);
    assert.deepEqual([entry('payments').token.mounted, entry('payments').token.seconds], [false, null]);
  });

  test('cloud identities by annotation and by association, and the predicted SPIFFE ID', () => {
    assert.deepEqual(entry('web').cloud.map(({ mechanism, identity }) => [mechanism, identity]), [['IAM roles for service accounts', 'arn:aws:iam::123456789012:role/web']]);
    assert.deepEqual(entry('payments').cloud.map(({ mechanism, identity }) => [mechanism, identity]), [['EKS Pod Identity', 'arn:aws:iam::123456789012:role/pay']]);
    assert.deepEqual(entry('web').spiffe, { id: 'spiffe://cluster.local/ns/shop/sa/web', trustDomain: 'cluster.local', known: false });
  });

  test('rights in words, and what is not known of them', () => {
    assert.equal(entry('web').rights.words, 'everything everywhere');
    assert.match(entry('one').rights.words, /^Secrets, .* in shop; \d+ other rules$/);
    assert.equal(entry('payments').rights.words, '1 binding not known');
    assert.equal(entry('plain').rights.words, 'none');
  });

  test('reach, exposure, risk', () => {
    assert.deepEqual([entry('web').reach.words, entry('web').reach.clusterAdminSteps], ['cluster-admin in 1 step', 1]);
    // Whoever starts pods beside "web" may run them as its account.
    assert.equal(entry('one').reach.words, 'cluster-admin in 3 steps');
    assert.deepEqual([entry('plain').reach.words, entry('plain').reach.next], ['none', []]);
    assert.deepEqual([entry('web').exposure.tier, entry('web').exposure.at?.file], ['exposed', 'shop/network.yaml']);
    assert.equal(entry('one').exposure.tier, 'internal');
    assert.deepEqual([entry('payments').risk?.class, entry('payments').risk?.because], ['payment', 'it is called "payments"']);
    assert.equal(entry('web').risk, null);
  });

  test('who is let in, and on what evidence', () => {
    assert.equal(entry('payments').letsIn.words, 'NetworkPolicy: by label, by address');
    assert.deepEqual(entry('payments').letsIn.layers[0]!.ways.map(({ evidence }) => evidence), ['label', 'address']);
    assert.equal(entry('web').letsIn.words, 'anyone (no policy read)');
  });

  test('as a table and as csv', () => {
    const lines = inventory().stdout.trimEnd().split('\n');
    assert.match(lines[0]!, /^NAMESPACE +WORKLOAD +ACCOUNT +TOKEN +RIGHTS +REACH +EXPOSURE +RISK +LETS IN$/);
    assert.equal(lines.length, 6);
    const rows = inventory('--format', 'csv').stdout.trimEnd().split('\r\n');
    assert.equal(rows[0], 'namespace,workload,account,token,cloud,spiffe,rights,reach,exposure,risk,lets in,source');
    assert.ok(rows.includes('shop,Deployment/web,web (own),"mounted, 1 hour (by default taken for 365 days)",AWS: arn:aws:iam::123456789012:role/web,spiffe://cluster.local/ns/shop/sa/web (default trust domain),everything everywhere,cluster-admin in 1 step,exposed,none,anyone (no policy read),shop/web.yaml:13:27'), rows.join('\n'));
  });

  test('csv is safe to open in a spreadsheet', () => {
    const hostile = folderWith({ 'a.yaml': deployment('"=HYPERLINK(1)"', { namespace: '"=1+1"' }) });
    assert.match(kubewho(['inventory', '--format', 'csv'], { cwd: hostile }).stdout, /^'=1\+1,/m);
  });

  test('the trust domain is known where the principals of policies name one', () => {
    const meshed = folderWith({ 'a.yaml': `${deployment('web', { account: 'web' })}---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: a, namespace: shop }\nspec: { rules: [{ from: [{ source: { principals: [td.example/ns/shop/sa/api] } }] }] }\n` });
    const [{ spiffe, letsIn }] = JSON.parse(kubewho(['inventory', '--format', 'json'], { cwd: meshed }).stdout).identities;
    assert.deepEqual(spiffe, { id: 'spiffe://td.example/ns/shop/sa/web', trustDomain: 'td.example', known: true });
    assert.match(letsIn.words, /^Istio: by identity/);
  });

  test('nothing to list, a missing PATH, wrong usage', () => {
    assert.deepEqual(kubewho(['inventory'], { cwd: folderWith({}) }), { code: 0, stdout: 'no workloads among the files read\n', stderr: '' });
    assert.equal(inventory('nowhere').code, 2);
    assert.equal(inventory('--format', 'xml').code, 2);
  });
});
