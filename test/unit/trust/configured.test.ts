import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configuredGrants } from '../../../engine/trust/configured.ts';
import { graphOfObjects } from '../../support/graph.ts';

/* Address trust inside configuration (semantics.md 6.10). */

const grants = (object: unknown) => graphOfObjects([object]).objects.flatMap(configuredGrants);
const addresses = (object: unknown) => grants(object).flatMap((grant) => grant.addresses);
const config = (data: Record<string, string>) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data });

describe('PostgreSQL (postgresql.org/docs/current/auth-pg-hba-conf.html)', () => {
  const lines: [line: string, believed: string[]][] = [
    ['host all all 10.0.0.0/8 trust', ['10.0.0.0/8']],
    ['hostssl all all 10.0.0.0/8 trust', ['10.0.0.0/8']],
    ['hostnossl all all fd00::/8 trust', ['fd00::/8']],
    ['host all all 10.0.0.0 255.0.0.0 trust', ['10.0.0.0/8']],
    ['host all all 10.0.0.0/8 trust # for now', ['10.0.0.0/8']],
    ['host all all samenet trust', ['samenet']],
    ['host all all .shop.example trust', ['.shop.example']],
    ['host all all samehost trust', []],
    ['host all all 127.0.0.1/32 trust', []],
    ['host all all ::1/128 trust', []],
    ['local all all trust', []],
    ['host all all 10.0.0.0/8 md5', []],
    ['host all all 10.0.0.0/8 reject', []],
    ['# host all all 10.0.0.0/8 trust', []],
    ['host all trust', []],
  ];
  for (const [line, believed] of lines) {
    test(`${line}: ${believed.join() || 'nobody'}`, () => {
      assert.deepEqual(addresses(config({ 'pg_hba.conf': `local all postgres peer\n${line}\n` })), believed);
      assert.deepEqual(addresses({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'c' }, spec: { postgresql: { pg_hba: [line] } } }), believed);
      assert.deepEqual(addresses({ apiVersion: 'acid.zalan.do/v1', kind: 'postgresql', metadata: { name: 'c' }, spec: { patroni: { pg_hba: [line] } } }), believed);
    });
  }
  test('the first line that matches decides', () => assert.deepEqual(addresses(config({ 'pg_hba.conf': 'host all all 10.0.0.0/8 scram-sha-256\nhost all all 10.0.0.0/8 trust\n' })), []));
  test('every address is everyone', () => {
    for (const address of ['all', '0.0.0.0/0', '::/0']) assert.deepEqual(grants(config({ 'pg_hba.conf': `host all all ${address} trust\n` })).map(({ everyone }) => everyone), [true]);
  });
});

describe('Grafana (conf/defaults.ini, [auth.proxy])', () => {
  const ini = (section: string) => grants(config({ 'grafana.ini': `[server]\nroot_url = /\n[auth.proxy]\n${section}\n[auth.basic]\nenabled = true\nwhitelist = 192.0.2.1\n` }));
  test('addresses from which a header is believed', () => assert.deepEqual(ini('enabled = true\nwhitelist = 10.0.0.0/8, 192.0.2.7').map((grant) => grant.addresses), [['10.0.0.0/8', '192.0.2.7']]));
  test('an empty whitelist, or none, is everyone', () => {
    assert.deepEqual(ini('enabled = true\nwhitelist =').map(({ everyone }) => everyone), [true]);
    assert.deepEqual(ini('enabled = true').map(({ everyone }) => everyone), [true]);
  });
  test('loopback is the pod itself; disabled is off', () => {
    assert.deepEqual(ini('enabled = true\nwhitelist = 127.0.0.1'), []);
    assert.deepEqual(ini('enabled = false\nwhitelist = 10.0.0.0/8'), []);
    assert.deepEqual(ini(';enabled = true'), []);
  });
  test('the last section of a file, and the variables', () => {
    assert.deepEqual(addresses(config({ 'grafana.ini': '[auth.proxy]\nenabled = true\nwhitelist = 10.0.0.0/8' })), ['10.0.0.0/8']);
    const pod = (env: { name: string; value: string }[]) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'p', image: 'grafana/grafana', env }] } });
    assert.deepEqual(addresses(pod([{ name: 'GF_AUTH_PROXY_ENABLED', value: 'true' }, { name: 'GF_AUTH_PROXY_WHITELIST', value: '10.0.0.0/8' }])), ['10.0.0.0/8']);
    assert.deepEqual(addresses(pod([{ name: 'GF_AUTH_PROXY_WHITELIST', value: '10.0.0.0/8' }])), []);
  });
});

describe('oauth2-proxy (docs/docs/configuration/overview.md)', () => {
  const proxy = (args: string[], env: { name: string; value: string }[] = []) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'p', image: 'quay.io/oauth2-proxy/oauth2-proxy:v7', args, env }] } });
  test('--trusted-ip, joined or apart, and the variable', () => {
    assert.deepEqual(addresses(proxy(['--trusted-ip=10.0.0.0/8'])), ['10.0.0.0/8']);
    assert.deepEqual(addresses(proxy(['--trusted-ip', '10.0.0.0/8'])), ['10.0.0.0/8']);
    assert.deepEqual(addresses(proxy([], [{ name: 'OAUTH2_PROXY_TRUSTED_IPS', value: '10.0.0.0/8,192.0.2.7' }])), ['10.0.0.0/8', '192.0.2.7']);
  });
  test('trusted_ips of its file, and the variable in a ConfigMap', () => {
    assert.deepEqual(addresses(config({ 'oauth2_proxy.cfg': 'provider = "oidc"\ntrusted_ips = [ "10.0.0.0/8", "192.0.2.7" ]\n' })), ['10.0.0.0/8', '192.0.2.7']);
    assert.deepEqual(addresses(config({ OAUTH2_PROXY_TRUSTED_IPS: '10.0.0.0/8' })), ['10.0.0.0/8']);
  });
  test('with --reverse-proxy the address may be a header’s, unless the proxies are named', () => {
    const byHeader = (...args: string[]) => grants(proxy(['--trusted-ip=10.0.0.0/8', ...args])).map((grant) => grant.byHeader);
    assert.deepEqual(byHeader(), [false]);
    assert.deepEqual(byHeader('--reverse-proxy'), [true]);
    assert.deepEqual(byHeader('--reverse-proxy=false'), [false]);
    assert.deepEqual(byHeader('--reverse-proxy', '--trusted-proxy-ip=192.0.2.1'), [false]);
  });
});
