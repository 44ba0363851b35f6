// The suite in the VS Code server, shown in a headless browser.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { root } from '../../scripts/setup/places.mjs';
import { Session } from './session.mjs';
import { bundleSuite, fixtures, hasPassed, pathWithHelm, readResult, writeEmptyExtension } from './suite-run.mjs';

const LIMIT_S = 180;

/**
 * Runs the suite once.
 * @param {{vsix?: string, grep?: string}} options a packaged extension to install and test instead of the development folder
 * @returns {Promise<{passed: boolean, result?: object}>}
 */
export async function runInServer({ vsix, grep }) {
  const session = new Session({ env: { PATH: pathWithHelm } });
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      interrupted = true;
      session.close().finally(() => process.exit(130));
    });
  }
  try {
    return await run(session, { vsix, grep }, () => interrupted);
  } finally {
    if (interrupted) await new Promise(() => {}); // the handler above ends the process
    const left = await session.close();
    if (left.length > 0) throw new Error(`processes would not end: ${left.join(', ')}`);
  }
}

async function run(session, { vsix, grep }, isInterrupted) {
  const started = Date.now();
  fs.cpSync(fixtures, session.workspace, { recursive: true });
  const suite = await bundleSuite(path.join(session.folder, 'suite'));
  const resultFile = path.join(session.folder, 'result.json');
  const reportSocket = path.join(session.folder, 'report.sock');
  const report = net.createServer((connection) => connection.pipe(process.stdout, { end: false })).listen(reportSocket);
  report.unref();
  const empty = path.join(session.folder, 'empty-extension');
  if (vsix) {
    writeEmptyExtension(empty);
    session.installExtension(vsix);
  }
  Object.assign(session.env, {
    KUBEWHO_TEST_REPORT: reportSocket, KUBEWHO_TEST_RESULT: resultFile, KUBEWHO_TEST_EXTENSION_ROOT: vsix ? session.extensions : root,
    ...(grep ? { KUBEWHO_TEST_GREP: grep } : {}),
  });

  await session.startServer();
  const page = await session.startBrowser();
  const consoleLines = [];
  page.on('console', (message) => consoleLines.push(`${message.type()} ${message.text().slice(0, 300)}`));
  const end = ending(session, page);
  await page.exposeFunction('codeAutomationLog', () => {});
  await page.exposeFunction('codeAutomationExit', (code) => end.resolve(`VS Code reports exit ${code}`, code));
  await page.goto(session.url([
    ['extensionDevelopmentPath', session.uri(vsix ? empty : root)],
    ['extensionTestsPath', session.uri(suite)],
  ]), { waitUntil: 'commit' });
  const { why, code } = await end.reached;
  report.close();
  if (isInterrupted()) return { passed: false };

  const result = readResult(resultFile);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`VS Code ${session.version} (server): ${why} after ${seconds} s; ${result ? `${result.passed} passed, ${result.failed} failed` : 'mocha wrote no result'}`);
  if (!result) await explain(session, page, consoleLines);
  return { passed: code === 0 && hasPassed(result), result };
}

/** The first thing that ends the run: VS Code's exit code, or whatever kept it from one. */
function ending(session, page) {
  let resolve;
  const reached = new Promise((done) => { resolve = (why, code = 1) => done({ why, code }); });
  const timer = setTimeout(() => resolve(`no result within ${LIMIT_S} s`), LIMIT_S * 1000);
  void reached.then(() => clearTimeout(timer));
  page.on('crash', () => resolve('the page crashed'));
  page.on('close', () => resolve('the page was closed'));
  session.server.once('exit', (code, signal) => resolve(`the server ended (${code ?? signal})`));
  return { reached, resolve };
}

async function explain(session, page, lines) {
  const screenshot = path.join(root, 'out/screenshots/failure.png');
  await page.screenshot({ path: screenshot }).catch(() => {});
  console.error(`the suite did not finish; see ${path.relative(root, screenshot)}\n--- browser console\n${lines.slice(-30).join('\n')}\n--- server log\n${session.log.slice(-3000)}`);
}
