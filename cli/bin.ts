import { main } from './main.ts';
import { nodeIo } from './node-io.ts';

main(process.argv.slice(2), nodeIo()).then(
  (code) => { process.exitCode = code; },
  (error: unknown) => {
    process.stderr.write(`kubewho: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 4;
  },
);
