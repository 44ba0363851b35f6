import { nodeHost } from '../sources/node-host.ts';
import { exitCode, type Io, type Output } from './io.ts';

/** The world of a command under Node. A reader that goes away (a broken pipe) ends the writing quietly. */
export function nodeIo(): Io {
  return { cwd: process.cwd().replace(/\\/g, '/'), env: process.env, host: nodeHost, out: output(process.stdout), err: output(process.stderr), readStdin };
}

function output(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`kubewho: cannot write the output: ${error.message}\n`);
    process.exit(exitCode.internal);
  });
  return {
    write(text) {
      if (stream.writable) stream.write(text);
    },
    isTTY: stream.isTTY === true,
    columns: stream.columns,
  };
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
