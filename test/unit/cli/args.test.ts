import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseArguments, UsageError, type Flag } from '../../../cli/args.ts';
import { commands } from '../../../cli/commands/index.ts';
import { commandHelp, programHelp } from '../../../cli/help.ts';
import { outputPlans } from '../../../cli/outputs.ts';

const flags: readonly Flag[] = [
  { name: 'fix', value: 'safe|all', bare: 'safe', choices: ['safe', 'all'], help: '' },
  { name: 'format', value: 'FORMAT', choices: ['pretty', 'json', 'sarif'], repeatable: true, help: '' },
  { name: 'output', value: 'FILE', repeatable: true, help: '' },
  { name: 'select', value: 'IDS', repeatable: true, help: '' },
  { name: 'quiet', help: '' },
];
const parse = (...argv: string[]) => parseArguments(flags, argv);

describe('arguments', () => {
  test('flags and operands may be mixed; "-" is an operand', () => {
    const args = parse('a.yaml', '--quiet', '-', '--format', 'json', 'b.yaml');
    assert.deepEqual(args.operands, ['a.yaml', '-', 'b.yaml']);
    assert.equal(args.value('format'), 'json');
    assert.ok(args.has('quiet'));
  });

  test('a bare --fix never swallows the next argument', () => {
    const args = parse('--fix', 'all');
    assert.equal(args.value('fix'), 'safe');
    assert.deepEqual(args.operands, ['all']);
    assert.equal(parse('--fix=all').value('fix'), 'all');
  });

  test('values stand after a blank or after =, which a value may hold itself', () => {
    assert.equal(parse('--output', 'a=b').value('output'), 'a=b');
    assert.equal(parse('--output=a=b').value('output'), 'a=b');
  });

  test('lists are comma separated and add up', () => {
    assert.deepEqual(parse('--select', 'a, b', '--select=c').values('select'), ['a', 'b', 'c']);
  });

  test('after -- everything is an operand', () => {
    assert.deepEqual(parse('--', '--quiet', '-x').operands, ['--quiet', '-x']);
  });

  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['--formt', 'json'], /unknown flag --formt; did you mean "--format"\?/],
    [['-q'], /unknown flag -q$/],
    [['--format'], /--format needs a value/],
    [['--format', '--quiet'], /--format needs a value/],
    [['--format='], /--format needs a value/],
    [['--format', 'jsn'], /not one of pretty, json, sarif; did you mean "json"\?/],
    [['--fix=al'], /not one of safe, all; did you mean "all"\?/],
    [['--quiet=yes'], /--quiet takes no value/],
  ];
  for (const [argv, message] of wrong) {
    test(`${argv.join(' ')} is refused`, () => assert.throws(() => parse(...argv), (error) => error instanceof UsageError && message.test(error.message)));
  }
});

test('a flag of many values takes all up to the next flag', () => {
  const flags: readonly Flag[] = [{ name: 'in', value: 'PATH', rest: true, repeatable: true, help: '' }, { name: 'list', help: '' }];
  const parsed = parseArguments(flags, ['get', 'pods', '--in', 'a', 'b', '--list', 'c', '--in=d', 'e', '--', '--in']);
  assert.deepEqual([parsed.all('in'), parsed.operands], [['a', 'b', 'd'], ['get', 'pods', 'c', 'e', '--in']]);
});

describe('outputs', () => {
  const plans = (...argv: string[]) => outputPlans(parse(...argv));

  test('the default is pretty on standard output', () => assert.deepEqual(plans(), [{ format: 'pretty', file: undefined }]));

  test('--output takes the format before it, else the one after it', () => {
    assert.deepEqual(plans('--format', 'json', '--output', 'a'), [{ format: 'json', file: 'a' }]);
    assert.deepEqual(plans('--output', 'a', '--format', 'json'), [{ format: 'json', file: 'a' }]);
    assert.deepEqual(plans('--output', 'a'), [{ format: 'pretty', file: 'a' }]);
  });

  test('several files with their formats, and one format on standard output', () => {
    assert.deepEqual(plans('--format', 'json', '--output', 'a', '--format', 'sarif', '--output', 'b', '--format', 'pretty'), [{ format: 'json', file: 'a' }, { format: 'sarif', file: 'b' }, { format: 'pretty', file: undefined }]);
  });

  test('"-" is standard output', () => assert.deepEqual(plans('--format', 'json', '--output', '-'), [{ format: 'json', file: undefined }]));

  test('two formats on standard output are refused', () => assert.throws(() => plans('--format', 'json', '--format', 'sarif'), UsageError));
});

describe('help', () => {
  test('names every command, and for each command every flag, in lines of a terminal', () => {
    const program = programHelp(commands);
    for (const command of commands) {
      assert.match(program, new RegExp(`^  ${command.name} `, 'm'));
      const help = commandHelp(command);
      for (const flag of command.flags) assert.ok(help.includes(`--${flag.name}`), `${command.name} --${flag.name}`);
      assert.deepEqual(help.split('\n').filter((line) => line.length > 100), []);
    }
  });
});
