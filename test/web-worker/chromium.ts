// A worker in a real browser.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Message, WorkerConversation } from './conversation.ts';

/** What is used of playwright-core, which is installed with the test tools only. */
interface Page {
  exposeFunction(name: string, call: (text: string) => void): Promise<void>;
  goto(url: string): Promise<unknown>;
  evaluate<T>(work: (argument: string) => T, argument: string): Promise<T>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

/** The driver and the browser, or why there is none. */
export async function findBrowser(): Promise<{ launch: () => Promise<Browser> } | { missing: string }> {
  const { findChromium } = (await import('../../scripts/setup/places.mjs' as string)) as { findChromium(): string | undefined };
  const executablePath = findChromium();
  if (executablePath === undefined) return { missing: 'no Chromium on this machine' };
  try {
    const { chromium } = createRequire(new URL('../tools/package.json', import.meta.url))('playwright-core');
    return { launch: () => chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu'] }) };
  } catch {
    return { missing: 'playwright-core is not installed (node scripts/setup.mjs --tests)' };
  }
}

/** Runs a script as a dedicated worker of an empty page. */
export async function startInBrowser(browser: Browser, script: string): Promise<WorkerConversation> {
  const listeners = new Set<(message: Message) => void>();
  const page = await browser.newPage();
  await page.exposeFunction('fromWorker', (text) => { for (const listener of listeners) listener(JSON.parse(text)); });
  await page.goto('about:blank');
  await page.evaluate((text) => {
    // The worker also answers questions about itself, so that the test sees the scope that the server runs in.
    const asking = 'addEventListener("message", (event) => { if (event.data.ask) { let said; try { said = String((0, eval)(event.data.ask)); } catch (error) { said = String(error); } postMessage({ said }); event.stopImmediatePropagation(); } });';
    const worker = new Worker(URL.createObjectURL(new Blob([`${asking}\n${text}`], { type: 'text/javascript' })));
    const scope = globalThis as unknown as { worker: Worker; fromWorker(text: string): void };
    scope.worker = worker;
    worker.onmessage = (event) => scope.fromWorker(JSON.stringify(event.data));
    worker.onerror = (event) => scope.fromWorker(JSON.stringify({ error: event.message }));
  }, readFileSync(script, 'utf8'));
  const post = (message: unknown) => page.evaluate((text) => (globalThis as unknown as { worker: Worker }).worker.postMessage(JSON.parse(text)), JSON.stringify(message));
  return {
    send: (message) => post(message),
    onMessage: (listener) => listeners.add(listener),
    evaluate: (expression) => new Promise((resolve) => {
      const answered = (message: Message) => {
        if (typeof message.said !== 'string') return;
        listeners.delete(answered);
        resolve(message.said);
      };
      listeners.add(answered);
      void post({ ask: expression });
    }),
    end: () => browser.close(),
  };
}
