/** An address at which nothing listens: the discard port of this machine (rfc-editor.org/rfc/rfc863). */
const nowhere = 'http://127.0.0.1:9';

/**
 * With this in its environment a program fetches nothing: git may use no protocol that leaves the machine, and what Go's
 * HTTP client asks for meets a proxy that is not there (git(1), GIT_ALLOW_PROTOCOL; net/http, ProxyFromEnvironment).
 */
export const offline = { GIT_ALLOW_PROTOCOL: 'file', HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere, NO_PROXY: '', no_proxy: '' };

/** Whether a program complains that it could not fetch something. */
export function wantedToFetch(stderr: string): boolean {
  return stderr.includes('127.0.0.1:9');
}
