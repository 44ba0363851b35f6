// A worker with nothing of Node in it: the language itself, and the few things that browsers give to every worker.
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import type { Message, WorkerConversation } from './conversation.ts';

/**
 * Runs a script as a worker in a context of its own. Only what is listed here exists in it: whatever else the script
 * touches (`require`, `process`, `Buffer`, `global`) is a ReferenceError there, as it is in a browser.
 */
export function startInBareContext(script: string): WorkerConversation {
  let toWorker: ((event: { data: Message }) => void) | undefined;
  const listeners = new Set<(message: Message) => void>();
  const scope: Record<string, unknown> = {
    postMessage: (message: Message) => { for (const listener of listeners) listener(structuredClone(message)); },
    set onmessage(handler: typeof toWorker) { toWorker = handler; },
    addEventListener: () => {},
    setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, structuredClone, TextEncoder, TextDecoder, URL, performance,
    console: { log() {}, error() {}, warn() {}, info() {} },
  };
  scope['self'] = scope;
  const context = createContext(scope);
  runInContext(readFileSync(script, 'utf8'), context, { filename: script });
  return {
    send: async (message) => toWorker!({ data: structuredClone(message) }),
    onMessage: (listener) => listeners.add(listener),
    evaluate: async (expression) => String(runInContext(expression, context)),
    end: async () => {},
  };
}
