import type {
  ClusterApi,
  ContainerRef,
  ExecResult,
  PartialList,
  RunningExec,
} from "../../../components/kubernetes/clusterApi";
import { KubectlError, WriteConflict } from "../../../components/kubernetes/kubectlError";
import { isOfKind, type StoredObject } from "./storedObject";

/** The arguments of the calls to a cluster, by their names. */
export type CallArgs = {
  readonly [Name in Exclude<keyof ClusterApi, "command" | "once">]: Readonly<Parameters<ClusterApi[Name]>>;
};

/** A call of one name. */
export type CallOf<Name extends keyof CallArgs> = {
  readonly [N in Name]: { readonly do: N; readonly args: CallArgs[N] };
}[Name];

/** A call that was made, by the name of its function. */
export type Call = CallOf<keyof CallArgs>;

/** A command in a container. */
export interface AskedExec {
  readonly pod: StoredObject;
  readonly container: string;
  readonly command: readonly string[];
}

/** What a cluster does beside keeping objects. */
export interface Behaviour {
  /** What a command in a container prints, or how it ends. */
  readonly exec?: (asked: AskedExec) => string | ExecResult;
  readonly startExec?: (asked: AskedExec) => RunningExec;
  /** What a container has logged. */
  readonly log?: string | ((container: ContainerRef) => string);
  /** The kinds that can be listed. */
  readonly kinds?: PartialList<readonly string[]>;
  /** The reviews that are refused. */
  readonly isDenied?: (review: object) => boolean;
}

/** What a call ends with instead of its answer. */
export const faults = {
  silent: () => new KubectlError("no answer within 60 s", "silent"),
  unreachable: () => new KubectlError("The connection to the server h:6443 was refused (tried 3 times)", "unsent"),
  forbidden: (what: string) => new KubectlError(`Error from server (Forbidden): ${what} is forbidden`),
  conflict: () => new WriteConflict("Operation cannot be fulfilled: the object has been modified"),
  cut: () => new KubectlError("kubectl get pods has printed 10 bytes that end in the midst of an answer", "lost"),
  tooLong: () => new KubectlError("kubectl get --raw answers with more than 64 MiB", "final"),
  gone: (what: string) => new KubectlError(`Error from server (NotFound): ${what} not found`),
} as const;

interface Fault {
  readonly hits: (call: Call) => boolean;
  readonly error: Error;
  left: number;
}

/** What readers and writers of one cluster share. */
export class State {
  objects: readonly StoredObject[] = [];
  readonly calls: Call[] = [];
  readonly faults: Fault[] = [];
  private count = 0;

  constructor(readonly behaviour: Behaviour) {}

  next(): string {
    return String((this.count += 1));
  }

  begin(call: Call): void {
    this.calls.push(call);
    const fault = this.faults.find(({ hits, left }) => left > 0 && hits(call));
    if (fault !== undefined) {
      fault.left -= 1;
      throw fault.error;
    }
  }

  find(name: string, namespace: string | undefined): StoredObject | undefined {
    const [resource = "", own = ""] = name.split("/");
    return this.ofKind(resource, namespace).find(({ metadata }) => metadata.name === own);
  }

  /** Of a namespace, or of none; in all of them where that is not said. */
  ofKind(resource: string, namespace?: string): readonly StoredObject[] {
    return this.objects.filter(
      ({ kind, metadata }) =>
        isOfKind(resource, kind) &&
        (namespace === undefined || metadata.namespace === undefined || metadata.namespace === namespace),
    );
  }

  replace(old: StoredObject, successors: readonly StoredObject[]): void {
    this.objects = this.objects.flatMap((each) => (each === old ? successors : [each]));
  }
}
