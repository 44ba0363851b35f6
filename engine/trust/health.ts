const healthPath = /^\/(?:-\/|actuator\/)?(?:health|healthy|healthz|live|livez|liveness|ready|readyz|readiness|ping)(?:[/*$?].*)?$/;

/** Whether a path is one that programs answer probes on. */
export function isHealthPath(path: string): boolean {
  return healthPath.test(path);
}
