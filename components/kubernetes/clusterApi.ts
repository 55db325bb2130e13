import type { Fields } from "./model/fields";
import type { ManagedObject } from "./model/managedObject";

/** How a cluster is reached: by a context of the ambient kubeconfig, or by a kubeconfig's content (a secret). */
export type ApiAccess =
  { readonly kind: "context"; readonly context: string } | { readonly kind: "kubeconfig"; readonly content: string };

/** Which objects of a kind are listed. */
export interface ListOptions {
  /** Absent for the namespace that the access has for its own, and for kinds without namespaces. */
  readonly namespace?: string;
  /** A label selector. */
  readonly selector?: string;
}

/** What could be read of several kinds. */
export interface PartialList<T> {
  readonly found: T;
  /** In which words the rest was refused; absent where there is none. */
  readonly refused?: string;
}

/** A container of a pod. */
export interface ContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** An object with the fields that a manager applies, and no others. */
export interface AppliedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** What an apply does about a field that another manager owns with another value. */
export type ApplyConflicts = "overwrite" | "refuse";

/** A merge patch, and by which field manager it is written. */
export interface MergePatch {
  readonly manager: string;
  readonly patch: object;
  /** There is a key in it: it goes a way on which no list of processes shows it. @default no */
  readonly isSecret?: boolean;
}

/** How a command in a container ended. */
export interface ExecResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs in a container until its standard input is closed. */
export interface RunningExec {
  readonly onOutput: (take: (text: string) => void) => void;
  readonly onError: (take: (text: string) => void) => void;
  readonly ended: Promise<void>;
  readonly closeInput: () => void;
  /** Ends the connection, whatever becomes of the command. */
  readonly end: () => void;
}

/** How long an answer took. */
export interface AnswerTime {
  /** Until the question was sent. */
  readonly startMs: number;
  /** From then on. */
  readonly answerMs: number;
}

/**
 * What is read of a cluster. What comes back is the cluster's own word: nothing of it may be taken for more than text.
 *
 * Every call is sent again while the reason why nothing whole came back may pass.
 *
 * @throws KubectlError with the words for what failed.
 */
export interface ClusterReads {
  /** How a person calls kubectl for this cluster, for what to do: `kubectl --context west`. */
  readonly command: string;
  /** An object (`kind/name`), as JSON with its managed fields; empty where there is none. */
  object(name: string, namespace?: string): Promise<string>;
  /** Those of some objects (`kind/name`) that exist, of one namespace or of none: a List as JSON, with their managed fields. */
  objects(names: readonly string[], namespace?: string): Promise<string>;
  /** Some fields of every object of a kind, for lists whose length grows with a cluster: a List as JSON. */
  listFields(kind: string, where: ListOptions, fields: Fields): Promise<string>;
  /** Every object of some kinds in all namespaces: a List as JSON. */
  listAll(kinds: readonly string[]): Promise<string>;
  /** The `apiVersion` in which the objects of a kind are listed. */
  versionOf(kind: string): Promise<string>;
  /** So many objects of a kind in all namespaces, from where the last page ended: a List as JSON. Takes no other right than to list them. */
  page(kind: string, version: string, limit: number, from: string): Promise<string>;
  /** What a JSONPath template makes of every object of some kinds: of those that the cluster has and shows. */
  listByTemplate(kinds: readonly string[], where: ListOptions, template: string): Promise<PartialList<string>>;
  /** The kinds whose objects can be listed, of the API groups that answer. */
  kinds(): Promise<PartialList<readonly string[]>>;
  /** What a JSONPath template makes of every object in a namespace, of the kinds that can be listed and deleted. */
  namespaceContents(namespace: string, template: string): Promise<string>;
  /** What a container has logged, since so long ago (`15m`). */
  logs(container: ContainerRef, since: string): Promise<string>;
  /** Whether each of these reviews (SelfSubjectAccessReview) was allowed, as it was answered. Nothing is kept of a review. */
  reviewAccess(reviews: readonly object[], limitSeconds: number): Promise<readonly string[]>;
}

/** Opens the way to a cluster, uses it, and closes it whatever happens. */
export type Contact = <T>(use: (api: ClusterApi) => Promise<T>) => Promise<T>;

/** The calls to a cluster. What changes something is sent again only where it is certain that it was never sent; what says so, not at all. */
export interface ClusterApi extends ClusterReads {
  /** The same reads, each sent once. @param onAnswer Gets how long each answer took. */
  once(silenceSeconds: number, onAnswer?: (time: AnswerTime) => void): ClusterReads;
  /** Runs a command in a container and gives what it printed. @throws KubectlError where it fails. */
  exec(container: ContainerRef, command: readonly string[], silenceSeconds: number): Promise<string>;
  /** Runs a command in a container, and never again, and gives how it ended. */
  execOnce(container: ContainerRef, command: readonly string[], silenceSeconds: number): Promise<ExecResult>;
  /** Starts a command in a container. */
  startExec(container: ContainerRef, command: readonly string[]): RunningExec;
  /**
   * Server-side apply by a field manager: of the object's fields it owns these from then on, and no others. It creates what it does not
   * find: give `uid` in the metadata of an object that must be there, and `resourceVersion` where it must be as it was when it was looked at.
   *
   * @param conflicts What becomes of fields to which other managers have given other values. @default overwrite
   * @throws WriteConflict when the object is not that one, or not as it was, or has such fields and is refused for them.
   */
  apply(manager: string, object: AppliedObject, conflicts?: ApplyConflicts): Promise<void>;
  /** Creates objects that have no namespace. Those that are there already stay as they are, and are no error. */
  create(manager: string, objects: readonly object[]): Promise<void>;
  /** Patches objects (`kind/name`). @throws WriteConflict when the patch has a `resourceVersion`, and an object is another by now. */
  patch(names: readonly string[], namespace: string, patch: MergePatch): Promise<void>;
  /**
   * Deletes an object in the foreground. One that is gone is no error.
   *
   * @throws WriteConflict when the object is not as the preconditions have it.
   */
  deleteObject(object: ManagedObject, apiVersion: string, preconditions: object): Promise<void>;
  /** Deletes pods, and never again: a pod that comes back under its name is another. Those that are gone are no error. @param wait Until they are gone, if that is soon. */
  deletePods(namespace: string, pods: readonly string[], wait: "untilGone" | "no"): Promise<void>;
  /** Annotates pods. Those that are gone are no error. */
  annotatePods(namespace: string, pods: readonly string[], annotation: string, value: string): Promise<void>;
}
