import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { contains, coversFamily, isSingleHost, kindOf, parseNetwork, parseNetworkOrAddress, type Network } from '../../../engine/trust/address.ts';

const net = (text: string): Network => parseNetwork(text) ?? assert.fail(`not a network: ${text}`);

describe('reading a CIDR', () => {
  test('IPv4 and IPv6, host bits cleared', () => {
    assert.deepEqual(net('10.1.2.3/8'), { family: 4, first: 0x0a000000n, prefix: 8 });
    assert.deepEqual(net('fd00::1/8'), { family: 6, first: 0xfd00n << 112n, prefix: 8 });
    assert.deepEqual(net('::ffff:10.0.0.1/128').first, 0xffff0a000001n);
  });
  for (const text of ['', '10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0/8', '10.0.0.256/32', '010.0.0.0/8', '10.0.0.0/08', '10.0.0.0/ 8', '::/129', ':::/0', '1:2:3:4:5:6:7:8:9/64', '1::2::3/64', 'fe80::1%eth0/64', '1:2:3:4:5:6:7::8/64x', 'any/0', '1:2:3:4::5:6:7:8/64', '{{ cidr }}']) {
    test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseNetwork(text), undefined));
  }
  test('a lone address stands for itself', () => {
    assert.deepEqual(parseNetworkOrAddress('10.0.0.1'), net('10.0.0.1/32'));
    assert.deepEqual(parseNetworkOrAddress('::1'), net('::1/128'));
    assert.equal(parseNetworkOrAddress('example.org'), undefined);
    assert.ok(isSingleHost(net('10.0.0.1/32')) && !isSingleHost(net('fd00::/127')));
  });
});

describe('what kind of place a range is', () => {
  const rows: [string, string][] = [
    ['10.0.0.0/8', 'private'], ['172.31.255.0/24', 'private'], ['172.32.0.0/24', 'public'], ['192.168.1.1/32', 'private'], ['192.169.0.0/16', 'public'],
    ['10.0.0.0/7', 'public'], ['100.64.0.0/10', 'shared'], ['100.128.0.0/16', 'public'], ['169.254.7.127/32', 'link-local'], ['127.0.0.6/32', 'loopback'],
    ['fd12::/16', 'private'], ['fe80::/64', 'link-local'], ['::1/128', 'loopback'], ['2001:db8::/32', 'public'], ['::ffff:192.168.0.1/128', 'private'], ['0.0.0.0/0', 'public'],
  ];
  for (const [text, kind] of rows) test(`${text} is ${kind}`, () => assert.equal(kindOf(net(text)), kind));
});

describe('all addresses', () => {
  test('as one range, or in pieces', () => {
    assert.ok(coversFamily([net('0.0.0.0/0')]));
    assert.ok(coversFamily([net('::/0')]));
    assert.ok(coversFamily([net('0.0.0.0/1'), net('128.0.0.0/2'), net('192.0.0.0/2')]));
    assert.ok(coversFamily([net('::/1'), net('8000::/1')]));
  });
  test('not with a piece missing, and not over two families', () => {
    assert.ok(!coversFamily([net('0.0.0.0/1'), net('192.0.0.0/2')]));
    assert.ok(!coversFamily([net('0.0.0.0/1'), net('8000::/1')]));
    assert.ok(!coversFamily([]));
  });
});

describe('properties', () => {
  const network = fc.oneof(
    fc.record({ family: fc.constant(4 as const), prefix: fc.integer({ min: 0, max: 32 }), bits: fc.bigInt(0n, (1n << 32n) - 1n) }),
    fc.record({ family: fc.constant(6 as const), prefix: fc.integer({ min: 0, max: 128 }), bits: fc.bigInt(0n, (1n << 128n) - 1n) }),
  );
  const write = (family: 4 | 6, bits: bigint): string =>
    family === 4
      ? [24n, 16n, 8n, 0n].map((by) => String((bits >> by) & 255n)).join('.')
      : Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':');
  /** The naive reading: every bit of the address as a character. */
  const bitsOf = (family: 4 | 6, bits: bigint) => bits.toString(2).padStart(family === 4 ? 32 : 128, '0');

  test('what is written is what is read', () => {
    fc.assert(fc.property(network, ({ family, prefix, bits }) => {
      const read = net(`${write(family, bits)}/${prefix}`);
      assert.equal(read.family, family);
      assert.equal(bitsOf(family, read.first), bitsOf(family, bits).slice(0, prefix).padEnd(family === 4 ? 32 : 128, '0'));
    }));
  });
  test('containment is a common beginning of bits', () => {
    fc.assert(fc.property(network, network, fc.boolean(), (a, b, near) => {
      const inner = near && a.family === b.family ? { ...b, bits: a.bits } : b;
      const naive = a.family === inner.family && a.prefix <= inner.prefix && bitsOf(a.family, a.bits).slice(0, a.prefix) === bitsOf(inner.family, inner.bits).slice(0, a.prefix);
      assert.equal(contains(net(`${write(a.family, a.bits)}/${a.prefix}`), net(`${write(inner.family, inner.bits)}/${inner.prefix}`)), naive);
    }));
  });
  test('pieces of eight cover the family exactly when none is left out', () => {
    const pieces = Array.from({ length: 8 }, (_, i) => net(`${i * 32}.0.0.0/3`));
    fc.assert(fc.property(fc.shuffledSubarray(pieces), (some) => assert.equal(coversFamily(some), some.length === 8)));
  });
  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./]{0,24}$/)), (text) => {
      const read = parseNetworkOrAddress(text);
      if (read) assert.ok(contains(read, read));
    }));
  });
});
