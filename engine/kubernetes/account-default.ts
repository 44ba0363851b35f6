import { known, type Cursor, type Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';

/** The account that a project's configuration gives to pods of its kinds that name none. */
export interface AccountDefaultFact {
  readonly fact: 'accountDefault';
  /** The API group of those kinds. */
  readonly group: string;
  readonly name: Value<string>;
}

const key = 'default-service-account';

/** A ConfigMap that does not mention it says nothing here. */
export const configurationName = 'config-defaults';

/**
 * Reads the defaults of Tekton: `default` where they name no account (tektoncd/pipeline pkg/apis/config/default.go,
 * tektoncd/triggers pkg/apis/config/default.go), which is sure only of the whole ConfigMap as it is shipped, with its
 * example (config/config-defaults.yaml), not of a patch. Knative has one of the same name, about other things.
 */
export function readAccountDefault(cursor: Cursor, { name, namespace, labels }: Header): AccountDefaultFact[] {
  const partOf = labels.entries['app.kubernetes.io/part-of'];
  const isTekton = [namespace, partOf].some((value) => value && known(value) === 'tekton-pipelines');
  const group = known(name) === 'config-defaults-triggers' ? 'triggers.tekton.dev' : known(name) === 'config-defaults' && isTekton ? 'tekton.dev' : undefined;
  if (group === undefined) return [];
  const data = cursor.get('data');
  const said = data.get(key).string();
  if (said.state !== 'absent') return [{ fact: 'accountDefault', group, name: said }];
  return data.get('_example').exists ? [{ fact: 'accountDefault', group, name: { state: 'known', value: 'default', at: said.at } }] : [];
}

/**
 * What Tekton's operator writes into these ConfigMaps. Where it says nothing, that is `pipeline` on OpenShift and
 * `default` elsewhere (tektoncd/operator pkg/apis/operator/v1alpha1/tekton{pipeline,trigger}_defaults.go).
 */
export function readTektonConfig(cursor: Cursor): AccountDefaultFact[] {
  const parts = [['pipeline', 'tekton.dev'], ['trigger', 'triggers.tekton.dev']] as const;
  return parts.flatMap(([part, group]): AccountDefaultFact[] => {
    const name = cursor.at('spec', part, key).string();
    return name.state === 'absent' ? [] : [{ fact: 'accountDefault', group, name }];
  });
}
