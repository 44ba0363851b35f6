// What is said to a server that runs in a worker: messages are objects, posted.

export type Message = Readonly<Record<string, unknown>>;

/** A worker under way. */
export interface WorkerConversation {
  send(message: Message): Promise<void>;
  onMessage(listener: (message: Message) => void): void;
  /** The value of an expression in the worker's own scope, as text. */
  evaluate(expression: string): Promise<string>;
  end(): Promise<void>;
}

/** Asks requests one after the other and answers those of the server with null. */
export function client(worker: WorkerConversation) {
  let last = 0;
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  worker.onMessage((message) => {
    if (typeof message['error'] === 'string') for (const one of waiting.values()) one.reject(new Error(message['error']));
    else if ('method' in message && 'id' in message) void worker.send({ jsonrpc: '2.0', id: message['id'], result: null });
    else if ('id' in message) {
      const one = waiting.get(message['id'] as number);
      if (message['error']) one?.reject(new Error(JSON.stringify(message['error'])));
      else one?.resolve(message['result']);
    }
  });
  return {
    request(method: string, params: unknown): Promise<unknown> {
      const id = ++last;
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        setTimeout(() => reject(new Error(`no answer to ${method} within 20 s`)), 20_000).unref();
      });
      void worker.send({ jsonrpc: '2.0', id, method, params });
      return answer;
    },
    notify: (method: string, params: unknown) => worker.send({ jsonrpc: '2.0', method, params }),
  };
}
