import { known } from '../../engine/yaml/cursor.ts';
import type { GraphObject } from '../../engine/identity/objects.ts';

/**
 * How a hook says that it runs before what else is installed, and in which order hooks of a kind do, the lowest first
 * (helm.sh/docs/topics/charts_hooks; argo-cd.readthedocs.io, Sync Phases and Waves).
 */
const kinds = [
  { hook: 'helm.sh/hook', early: /\bpre-(?:install|upgrade|rollback)\b/, order: 'helm.sh/hook-weight' },
  { hook: 'argocd.argoproj.io/hook', early: /\bPreSync\b/, order: 'argocd.argoproj.io/sync-wave' },
] as const;

/** The annotations with which an object is there before a hook that needs it; none for what is no such hook. */
export function marksBefore({ resource: { header: { annotations } } }: GraphObject): Record<string, string> {
  const said = (key: string): string | undefined => {
    const value = annotations.entries[key];
    return value && known(value);
  };
  return Object.fromEntries(kinds.flatMap(({ hook, early, order }) => {
    const when = said(hook);
    const place = Number(said(order) ?? 0);
    return when !== undefined && early.test(when) && Number.isInteger(place) ? [[hook, when], [order, String(place - 1)]] : [];
  }));
}
