// npm run demo: installs and builds what is missing, lints the example estate and shows what the fixes would write.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const quiet = { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' };
function step(command, args, options, wanted = [0]) {
  const { status, error } = spawnSync(command, args, options);
  if (error || !wanted.includes(status)) {
    console.error(`demo: ${command} ${args.join(' ')} ${error ? `could not be run: ${error.message}` : `ended with ${status}`}`);
    process.exit(1);
  }
}

if (!existsSync('node_modules/esbuild')) step('npm', ['ci', '--ignore-scripts', '--loglevel=error'], quiet);
step(process.execPath, ['esbuild.mjs', '--quiet'], quiet);
const show = { stdio: ['ignore', 'inherit', 'inherit'] };
console.log('$ kubewho lint examples/estate');
step(process.execPath, ['dist/cli.js', 'lint', 'examples/estate'], show, [1]);
console.log('\n$ kubewho lint --fix=all --diff examples/estate');
step(process.execPath, ['dist/cli.js', 'lint', '--fix=all', '--diff', 'examples/estate'], show, [1]);
