// `trust`, as a process: who is let in to each workload and on what evidence, with the layers that were looked at.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deployment, folderWith, kubewho, write } from './support.ts';

const cwd = folderWith({
  'shop/web.yaml': deployment('web', { account: 'web' }).replace('          image:', '          env: [{ name: PAYMENTS_URL, value: "http://api.payments:8080" }]\n          image:'),
  'shop/cart.yaml': deployment('cart', { account: 'cart' }),
  'payments/api.yaml': `${deployment('api', { namespace: 'payments', account: 'api' })}---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: payments }
spec: { selector: { app: api }, ports: [{ port: 8080 }] }
`,
  'payments/network.yaml': `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: api, namespace: payments }
spec:
  podSelector: { matchLabels: { app: api } }
  ingress:
    - from:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } }
          podSelector: { matchLabels: { app: cart } }
    - from: [{ ipBlock: { cidr: 10.0.0.0/8 } }]
      ports: [{ port: 9090 }]
`,
  'payments/mesh.yaml': `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: api, namespace: payments }
spec:
  selector: { matchLabels: { app: api } }
  rules:
    - from: [{ source: { principals: ["*/ns/shop/sa/cart", cluster.local/ns/ops/sa/backup] } }]
`,
  'ops/worker.yaml': `${deployment('worker', { namespace: 'ops', account: 'worker' })}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: none, namespace: ops }
spec: { podSelector: {} }
`,
  'edge/web.yaml': `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { nginx.ingress.kubernetes.io/whitelist-source-range: 203.0.113.0/24 } }
spec: { ingressClassName: nginx, rules: [{ host: shop.example, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`,
});
const trust = (...args: string[]) => kubewho(['trust', ...args], { cwd });

describe('trust', () => {
  test('a line for each way in: who, on what evidence, by which object, where', () => {
    const { code, stdout } = trust();
    const lines = stdout.trimEnd().split('\n').map((line) => line.split(/ {2,}/));
    assert.equal(code, 0);
    assert.deepEqual(lines[0], ['WORKLOAD', 'CALLERS', 'EVIDENCE', 'BY', 'SOURCE']);
    const of = (workload: string) => lines.filter(([one]) => one === workload).map(([, ...rest]) => rest);
    assert.deepEqual(of('Deployment/payments/api'), [
      ['Deployment shop/cart', 'by label', 'NetworkPolicy payments/api', 'payments/network.yaml:7:7'],
      ['10.0.0.0/8', 'by address (part of the traffic)', 'NetworkPolicy payments/api', 'payments/network.yaml:10:7'],
      ['Deployment shop/cart, cluster.local/ns/ops/sa/backup', 'by identity, proved', 'AuthorizationPolicy payments/api', 'payments/mesh.yaml:7:7'],
      ['Deployment shop/web', 'names the Service; no rule lets it in', '-', 'shop/web.yaml:16:46'],
    ]);
    assert.deepEqual(of('Deployment/ops/worker'), [['nobody', '-', 'NetworkPolicy ops/none', 'ops/worker.yaml:19:7']]);
    assert.deepEqual(of('Deployment/shop/cart'), [['anyone in the cluster', 'none: no policy among the files read', '-', '-']]);
    assert.deepEqual(of('Deployment/shop/web')[0]!.slice(0, 3), ['from outside the cluster', 'by address (203.0.113.0/24)', 'Ingress shop/web']);
  });

  test('--to: one workload with every layer looked at, its callers, and what is in no file', () => {
    const { code, stdout } = trust('--to', 'payments/api');
    assert.equal(code, 0);
    const [first, ...lines] = stdout.trimEnd().split('\n');
    assert.equal(first, 'Deployment payments/api (payments/api.yaml:4:9), account "api" (payments/api.yaml:13:27)');
    for (const line of [
      '  identity is demanded of every caller',
      '  NetworkPolicy: lets in only',
      '    10.0.0.0/8: by address (part of the traffic); NetworkPolicy payments/api (payments/network.yaml:10:7)',
      '  Istio: lets in only',
      '    Deployment shop/web, account "web": no rule speaks of it',
      '      names the Service (shop/web.yaml:16:46)',
      '    Deployment shop/cart, account "cart": by identity, proved',
      '      named by a policy (payments/mesh.yaml:7:7)',
      '  not among the files read: "cluster.local/ns/ops/sa/backup"',
    ]) assert.ok(lines.includes(line), `${line}\n${stdout}`);
    assert.match(trust('--to', 'ops/worker').stdout, /^ {2}NetworkPolicy: lets nobody in\n[^]*^ {2}looked at without finding a policy for it: .*Istio/m);
  });

  test('the same as JSON, with nothing left out', () => {
    const { workloads } = JSON.parse(trust('--to', 'payments/api', '--format', 'json').stdout);
    assert.equal(workloads.length, 1);
    const [{ workload, identityDemanded, elsewhere, layers, callers, edges }] = workloads;
    assert.deepEqual([workload.name, workload.account, identityDemanded, elsewhere, edges], ['api', 'api', true, false, []]);
    const istio = layers.find(({ technology }: { technology: string }) => technology === 'Istio');
    assert.deepEqual([istio.isolates, istio.ways[0].evidence, istio.ways[0].callers.map(({ name }: { name: string }) => name), istio.ways[0].notRead], [true, 'identity', ['cart'], ['cluster.local/ns/ops/sa/backup']]);
    assert.deepEqual(callers.map(({ name, evidence, shown }: { name: string; evidence: string | null; shown: { how: string }[] }) => [name, evidence, shown.map(({ how }) => how)]).sort(), [['cart', 'identity', ['selected by a policy', 'named by a policy']], ['web', null, ['names the Service']]]);
  });

  test('PATHs are all that is read', () => {
    const { stdout } = trust('payments/api.yaml');
    assert.match(stdout, /^Deployment\/payments\/api +anyone in the cluster +none: no policy among the files read/m);
  });

  test('wrong usage, a missing PATH, a name that is not among the files, nothing to list', () => {
    assert.match(trust('--to', 'payments/nobody').stderr, /no workload "payments\/nobody" is among the files read/);
    for (const args of [['--to', 'payments'], ['--to', 'payments/nobody'], ['nowhere'], ['--format', 'csv']]) assert.equal(trust(...args).code, 2, args.join(' '));
    const empty = folderWith({});
    assert.deepEqual(kubewho(['trust'], { cwd: empty }), { code: 0, stdout: 'no workloads among the files read\n', stderr: '' });
    // What a terminal would take for a command is shown.
    write(empty, { 'a.yaml': deployment('"a\\u001b[31m"') });
    assert.ok(!kubewho(['trust'], { cwd: empty }).stdout.includes('\u001b'));
  });
});

describe('what is not known', () => {
  const policy = (name: string, selector: string, source: string): string => `---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { selector: "${selector}", ingress: [{ action: Allow, source: { ${source} } }] }
`;
  const rowsOf = (files: Readonly<Record<string, string>>, ...args: string[]): string => kubewho(['trust', ...args], { cwd: folderWith(files) }).stdout;

  test('callers of a Calico rule whose selector cannot be read', () => {
    const stdout = rowsOf({ 'a.yaml': deployment('web') + policy('web', "app == 'web'", `selector: "app = 'cart'"`) });
    assert.match(stdout, /Deployment\/shop\/web +not known +not known +NetworkPolicy shop\/web /);
  });

  test('whether a Calico policy is about a workload, where what it selects cannot be read', () => {
    const files = { 'a.yaml': deployment('web') + policy('odd', "app = 'web'", `selector: "all()"`) };
    assert.match(rowsOf(files), /Deployment\/shop\/web +not known +not known: what it selects cannot be read +NetworkPolicy shop\/odd +a.yaml:\d+:\d+\n$/);
    assert.match(rowsOf(files, '--to', 'shop/web'), /\n {2}not known whether NetworkPolicy shop\/odd \(a.yaml:\d+:\d+\) is about it: what it selects cannot be read\n/);
  });

  test('what is written as a range and is none; every address of one family is not every address', () => {
    const ranges = (...cidrs: string[]): string => rowsOf({ 'a.yaml': `${deployment('web')}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: {}, ingress: [{ from: [${cidrs.map((cidr) => `{ ipBlock: { cidr: "${cidr}" } }`).join(', ')}] }] }
` });
    assert.match(ranges('10.0.0.0/33'), / {2}10\.0\.0\.0\/33 \(no address or range\) +by address /);
    assert.match(ranges('::/0'), / {2}every IPv6 address, ::\/0 +none /);
    assert.match(ranges('0.0.0.0/0'), / {2}every IPv4 address, 0\.0\.0\.0\/0 +none /);
    assert.match(ranges('0.0.0.0/0', '::/0'), / {2}every address, 0\.0\.0\.0\/0, ::\/0 +none /);
    assert.match(ranges('10.0.0.0/8', '::/0'), / {2}10\.0\.0\.0\/8 +by address .*\n.* {2}every IPv6 address, ::\/0 +none /);
  });
});
