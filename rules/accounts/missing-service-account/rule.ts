import { leftBehind } from '../../../engine/identity/build.ts';
import { accountLabel, type Graph } from '../../../engine/identity/graph.ts';
import type { Account, ObjectWith, Workload } from '../../../engine/identity/parts.ts';
import { isTold, mayBeSame } from '../../../engine/identity/grants.ts';
import { isSymbol, mayBeCalled, type GraphObject } from '../../../engine/identity/objects.ts';
import { isPartial } from '../../../engine/identity/token-need.ts';
import type { AccountFact } from '../../../engine/kubernetes/account.ts';
import { isSlip } from '../../../engine/identity/slip.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, type FixProposal, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { marksBefore } from '../hook-marks.ts';

export default defineRule({
  id: 'missing-service-account',
  title: 'Account that is not among the files',
  family: 'accounts',
  severity: 'info',
  persona: 'regular',
  frameworks: ['nist-csf-2.0:PR.AA-01'],
  unit: 'workload',
  reads: ['workload', 'account'],
  messages: {
    missing: 'Account "{account}" is not among the files read, though {others} of its namespace {are}',
    near: 'Account "{account}" is not among the files read; did you mean "{near}"?',
    unread: 'Account "{account}" is not among the files read, which are said to be all of its namespace',
    renamed: 'Kustomize renames account "{account}" to "{renamed}" and leaves this name as it is: it does not follow {field}',
    other: 'an account of the namespace',
    account: 'the account',
  },
  *check({ unit: workload, graph, environment }): Iterable<Signal> {
    const account = graph.accountOf(workload);
    const renamed = renamedTo(workload, account);
    if (renamed !== undefined) {
      yield {
        messageId: 'renamed',
        args: { account: account.name, renamed, field: isAlias(workload) ? 'the deprecated alias' : `accounts in kind ${workload.object.resource.header.kind}` },
        at: { object: workload.object, place: workload.accountAt },
        related: account.objects.map(({ object }): Related => ({ at: { object, place: object.resource.header.name.at }, message: this.messages['account']! })),
        confidence: environment.isComplete(workload.object) ? 'high' : 'medium',
      };
    }
    if (workload.repeated || workload.fact.made || isPartial(workload.fact) || account.name === 'default' || isSymbol(account.name) || account.objects.length > 0 || account.perhaps.length > 0 || mayBeUnfinished(account, graph)) return;
    const here = accountsBeside(workload, graph);
    const complete = environment.isComplete(workload.object);
    const near = nearName(account, here, graph);
    // The account may come from a base that is not read.
    if (near === undefined && workload.object.build?.open) return;
    if (!complete && near === undefined && !areOtherwiseHere(workload, here, graph)) return;
    yield {
      messageId: near !== undefined ? 'near' : here.length > 0 ? 'missing' : 'unread',
      args: { account: accountLabel(account), near: near ?? '', are: here.length === 1 ? 'is' : 'are', others: here.length === 1 ? 'another account' : `${here.length} other accounts` },
      at: { object: workload.object, place: workload.accountAt },
      related: here.slice(0, 3).map(({ object }): Related => ({ at: { object, place: object.resource.header.name.at }, message: this.messages['other']! })),
      confidence: complete ? 'high' : 'medium',
    };
  },
  fixes({ unit: workload, graph }) {
    const account = graph.accountOf(workload);
    const renamed = renamedTo(workload, account);
    if (renamed !== undefined) return [callAsBuilt(workload, renamed)];
    const near = nearName(account, accountsBeside(workload, graph), graph);
    return [...(near === undefined ? [] : [correct(workload, near)]), create(workload, account)];
  },
});

/** Whether somebody is typing in an object that may be the account: what it is called, or where it lies, cannot be read. */
function mayBeUnfinished({ name, namespace }: Account, graph: Graph): boolean {
  return graph.all('account').some(({ object }) => object.unfinished && mayBeCalled(object.name, name) && mayBeSame(object.namespace, namespace));
}

/** The name that the account gets where the workload goes on calling it by the old one. */
function renamedTo(workload: Workload, { name, objects, perhaps }: Account): string | undefined {
  const { fact, object, accountName, repeated } = workload;
  if (repeated || isPartial(fact) || name !== accountName || isSymbol(accountName) || objects.length !== 1 || perhaps.length > 0) return undefined;
  return leftBehind(objects[0]!.object, { kind: object.resource.header.kind, alias: isAlias(workload), build: object.build });
}

function isAlias({ fact }: Workload): boolean {
  return fact.serviceAccountName.state === 'absent' && fact.serviceAccount.state !== 'absent';
}

/** What is asked again and again of a namespace, or of a directory whose files tell none. */
interface Neighbourhood {
  /** Its ServiceAccount objects, but for `default` and those that a template names. */
  readonly objects: ObjectWith<AccountFact>[];
  /** The accounts that its workloads name. */
  readonly named: Set<Account>;
  /** Those of them that are in no file read. */
  readonly unread: Set<Account>;
}

const cache = new WeakMap<Graph, { readonly places: ReadonlyMap<string, Neighbourhood>; readonly used: ReadonlySet<GraphObject> }>();

function placeOf({ namespace, document }: { readonly namespace: string; readonly document: GraphObject['document'] }): string {
  return isTold(namespace) ? namespace : `${namespace} in ${document.file.replace(/[^/]*$/, '')}`;
}

function neighbourhoods(graph: Graph) {
  const before = cache.get(graph);
  if (before) return before;
  const places = new Map<string, Neighbourhood>();
  const at = (place: string): Neighbourhood => {
    let one = places.get(place);
    if (!one) places.set(place, (one = { objects: [], named: new Set(), unread: new Set() }));
    return one;
  };
  for (const one of graph.all('account')) if (one.object.name !== 'default' && !isSymbol(one.object.name)) at(placeOf(one.object)).objects.push(one);
  for (const account of graph.accounts) {
    if (account.name === 'default') continue;
    for (const { namespace, object, fact } of account.workloads) {
      if (fact.made) continue;
      const here = at(placeOf({ namespace, document: object.document }));
      here.named.add(account);
      if (account.objects.length === 0) here.unread.add(account);
    }
  }
  const used = new Set(graph.accounts.flatMap(({ workloads, objects }) => (workloads.length > 0 ? objects.map(({ object }) => object) : [])));
  const now = { places, used };
  cache.set(graph, now);
  return now;
}

function placeOfWorkload({ namespace, object }: Workload): string {
  return placeOf({ namespace, document: object.document });
}

/** The accounts among the files that are applied to a workload's namespace; where none is told, those of its own directory. */
function accountsBeside(workload: Workload, graph: Graph): readonly ObjectWith<AccountFact>[] {
  const { file } = workload.object.document;
  return (neighbourhoods(graph).places.get(placeOfWorkload(workload))?.objects ?? []).filter(({ object }) => !graph.proximity.alternatives(file, object.document.file));
}

/** Every other account that the workloads of the namespace name is here: then this one would be, too. */
function areOtherwiseHere(workload: Workload, here: readonly ObjectWith<AccountFact>[], graph: Graph): boolean {
  const { named, unread } = neighbourhoods(graph).places.get(placeOfWorkload(workload))!;
  return here.length > 0 && named.size > 1 && unread.size === 1;
}

/** An account that nothing runs as, under a name so like the one missing that a slip is likely. */
function nearName({ name }: Account, here: readonly ObjectWith<AccountFact>[], graph: Graph): string | undefined {
  const { used } = neighbourhoods(graph);
  return here.find(({ object }) => !used.has(object) && isSlip(name, object.name))?.object.name;
}

function correct({ object, accountAt }: Workload, near: string): FixProposal {
  return { id: 'correct', title: `Run as "${near}" (check first that it is the one that is meant: the pods get its rights)`, safe: false, steps: [{ object, change: { op: 'set', path: accountAt.path, value: near } }] };
}

function callAsBuilt({ object, accountAt }: Workload, name: string): FixProposal {
  return {
    id: 'name-as-built',
    title: `Name the account as it is built, "${name}" (check first that no other build is to give it another name; the other way is a nameReference in a file that the kustomization lists under configurations)`,
    safe: false,
    steps: [{ object, change: { op: 'set', path: accountAt.path, value: name } }],
  };
}

function create({ object }: Workload, { name }: Account): FixProposal {
  const namespace = known(object.resource.header.namespace);
  const annotations = marksBefore(object);
  return {
    id: 'create',
    title: `Add account "${name}" (check first that nothing else makes it: a chart, an operator, another repository)`,
    safe: false,
    choice: true,
    steps: [{ after: object, add: [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(Object.keys(annotations).length > 0 ? { annotations } : {}) } }] }],
  };
}
