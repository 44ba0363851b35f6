import type { AccountFact } from '../kubernetes/account.ts';
import type { Fact } from '../kubernetes/read.ts';
import type { WorkloadFact } from '../kubernetes/workload.ts';
import type { Place } from '../yaml/cursor.ts';
import type { GraphObject } from './objects.ts';
import type { RiskClass } from './risk-classes.ts';

/* What the identity graph links. */

/** A pod template of an object, as a unit that rules ask about. */
export interface Workload {
  readonly key: string;
  readonly object: GraphObject;
  readonly fact: WorkloadFact;
  readonly namespace: string;
  /** The account it runs as: its name, and where that was decided. */
  readonly accountName: string;
  readonly accountAt: Place;
  /**
   * Who answers for its pods: the topmost controller that owner references lead to, else the object itself. Variants of
   * one object, the pods of one ReplicaSet and the several pod templates of one object have the same owner.
   */
  readonly owner: string;
  /** Whether another object among the files already stands for these pods: their controller, or an earlier pod of it. */
  readonly repeated: boolean;
  /** The risk class that kubewho.yaml gives it; undefined where it says nothing. */
  readonly risk: RiskClass | 'none' | undefined;
}

/** An account as workloads and bindings name it; its objects may be in no file read. */
export interface Account {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** The ServiceAccount objects that the name means here: none where it is in no file read, several for equally near variants. */
  readonly objects: readonly ObjectWith<AccountFact>[];
  /** ServiceAccount objects that may be meant: of this name, in a variant of these files, or where a namespace is not told. */
  readonly perhaps: readonly ObjectWith<AccountFact>[];
  readonly workloads: readonly Workload[];
}

/** An object together with the one fact that a question is about. */
export interface ObjectWith<F extends Fact> {
  readonly object: GraphObject;
  readonly fact: F;
}
