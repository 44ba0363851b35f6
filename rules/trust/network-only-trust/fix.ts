import type { Graph } from '../../../engine/identity/graph.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import { isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import type { AddressGrant } from '../../../engine/trust/by-address.ts';
import { evidenceOfRule } from '../../../engine/trust/istio-evidence.ts';
import { membership } from '../../../engine/trust/istio-mesh.ts';
import { istioLayer, mutualTls } from '../../../engine/trust/istio.ts';
import { linkerdLayer } from '../../../engine/trust/linkerd.ts';
import { linkerdMembership } from '../../../engine/trust/linkerd-mesh.ts';
import { tellingLabels } from '../../../engine/identity/telling-labels.ts';
import { selects, targetOf, type Target } from '../../../engine/trust/target.ts';
import type { PeerAuthenticationFact } from '../../../engine/kubernetes/istio.ts';
import type { FixProposal, FixStep } from '../../../engine/lint/rule.ts';
import { proveInCilium } from '../cilium-callers.ts';
import { withFreeNames } from '../free-names.ts';
import { closePorts, demandCallers } from '../linkerd-callers.ts';
import { nameCallers, type NamedCallers, type Source } from '../name-callers.ts';

/**
 * From location to identity: the address rule stays as containment, and the callers that the files show are named beside
 * it, as the mesh of these files names them: in the namespace/account form of an Istio principal with any trust domain,
 * which no manifest tells, by reference to their accounts in Linkerd, or in a policy of Cilium by their accounts as labels,
 * with a proof. Nobody is named without evidence, and without such a mesh there is no fix.
 */
export function fixesOf(graph: Graph, object: GraphObject, grant: AddressGrant): FixProposal[] {
  return withFreeNames(graph, proposalsFor(graph, object, grant));
}

function proposalsFor(graph: Graph, object: GraphObject, grant: AddressGrant): FixProposal[] {
  if (object.resource.header.group === 'cilium.io') return proveInCilium(graph, object, grant);
  const naming = nameCallers(graph, grant.targets);
  if (!naming) return [];
  const ofLinkerd = object.resource.header.group === 'policy.linkerd.io';
  if (ofLinkerd || grant.mesh?.technology === 'Linkerd') {
    const steps = ofLinkerd ? demandCallers(object, naming.accounts) : besideInLinkerd(graph, object, grant, naming.each);
    return steps ? [{ id: 'name-callers', title: naming.title, safe: false, steps }] : [];
  }
  const policy = grant.situation === 'alone' || grant.situation === 'bypass' ? inTheRule(object, grant, naming.source) : besideThePolicy(graph, grant, naming.each);
  const tls = strictMutualTls(graph, grant.targets);
  if (!policy || !tls) return [];
  const add = [...policy.add, ...tls.add];
  return [{ id: 'name-callers', title: naming.title, safe: false, steps: [...policy.change, ...tls.change, ...(add.length > 0 ? [{ after: object, add }] : [])] }];
}

/** Servers and their authorizations right after the network policy, for workloads that are in Linkerd's mesh and have none. */
function besideInLinkerd(graph: Graph, object: GraphObject, grant: AddressGrant, named: readonly NamedCallers[]): FixStep[] | undefined {
  if (grant.situation !== 'leftOut' || named.some(({ target }) => linkerdMembership(graph, target) !== 'in' || linkerdLayer(graph, target).unsure)) return undefined;
  const add = closePorts(graph, named);
  return add && [{ after: object, add }];
}

/** What is changed in the objects there are, and what is written after the policy. */
interface Work {
  readonly change: readonly FixStep[];
  readonly add: readonly unknown[];
}

/** Puts the identities into the very sources that ask for addresses: both are then demanded. */
function inTheRule(object: GraphObject, grant: AddressGrant, source: Source): Work | undefined {
  const fact = object.resource.facts.find((one) => one.fact === 'istioAuthorizationPolicy');
  const rule = fact?.rules.find(({ at }) => at.stable === grant.rule.stable);
  if (!rule) return undefined;
  const [[field, values]] = Object.entries(source) as [[string, readonly string[]]];
  const change = evidenceOfRule(rule).filter(({ evidence }) => evidence === 'address').map((one): FixStep =>
    one.source
      ? { object, change: { op: 'set', path: [...one.source.at.path, field], value: values } }
      : { object, change: { op: 'set', path: [...rule.at.path, 'from'], value: [{ source }] } });
  return { change, add: [] };
}

/** A policy of its own for each protected workload, right after the network policy. */
function besideThePolicy(graph: Graph, grant: AddressGrant, named: readonly NamedCallers[]): Work | undefined {
  if (grant.mesh?.technology !== 'Istio' || (grant.situation !== 'leftOut' && grant.situation !== 'anyIdentity')) return undefined;
  if (named.some(({ target }) => membership(graph, target) === 'out' || istioLayer(graph, target).unsure)) return undefined;
  const add: unknown[] = [];
  for (const { target, source } of named) {
    const matchLabels = tellingLabels(graph, target.workload!);
    const metadata = metadataOf(target);
    if (!matchLabels || !metadata) return undefined;
    add.push({ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec: { selector: { matchLabels }, action: 'ALLOW', rules: [{ from: [{ source }] }] } });
  }
  return { change: [], add };
}

/** The name of what is written for a target, and its namespace where the files tell it. */
function metadataOf({ workload, namespace }: Target): { name: string; namespace?: string } | undefined {
  const name = workload!.object.name;
  if (name === '' || isSymbol(name) || isSymbol(namespace) || workload!.fact.part !== '') return undefined;
  return { name: `${name}-callers`, ...(namespace === '' ? {} : { namespace }) };
}

/** STRICT mutual TLS where plaintext would still be accepted, so that whoever has no identity is turned away as such. */
function strictMutualTls(graph: Graph, targets: readonly Target[]): Work | undefined {
  const change: FixStep[] = [];
  const add: unknown[] = [];
  for (const target of targets) {
    const { mode, own } = mutualTls(graph, target);
    if (mode === 'STRICT') continue;
    if (mode === 'unknown') return undefined;
    if (own) {
      // The workload's own policy decides for it; one that others share is not for this fix to change.
      if (own.object.context || own.fact.mode.state !== 'known' || isShared(graph, own, target)) return undefined;
      change.push({ object: own.object, change: { op: 'set', path: own.fact.mode.at.path, value: 'STRICT' } });
      continue;
    }
    const matchLabels = tellingLabels(graph, target.workload!);
    const metadata = metadataOf(target);
    if (!matchLabels || !metadata) return undefined;
    add.push({ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata, spec: { selector: { matchLabels }, mtls: { mode: 'STRICT' } } });
  }
  return { change, add };
}

function isShared(graph: Graph, { object, fact }: ObjectWith<PeerAuthenticationFact>, target: Target): boolean {
  return graph.workloads.some((other) => other !== target.workload && other.namespace === object.namespace && selects(fact.selector, targetOf(other)) !== false);
}
