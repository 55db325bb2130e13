import type {
  AnswerTime,
  AppliedObject,
  ApplyConflicts,
  ClusterApi,
  ClusterReads,
  ContainerRef,
  ExecResult,
  MergePatch,
  RunningExec,
} from "../../../components/kubernetes/clusterApi";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import type { ManagedObject } from "../../../components/kubernetes/model/managedObject";
import { ReadsInMemory } from "./readsInMemory";
import { faults, State, type AskedExec, type Behaviour, type Call, type CallArgs, type CallOf } from "./stateInMemory";
import { fieldsIn, takesFrom, written, type StoredObject } from "./storedObject";

/**
 * A cluster in memory: objects with uids, versions and the owners of their fields; pods that a controller replaces at once where they are
 * deleted, or its template changes; commands in containers that a function answers.
 */
export class ClusterInMemory extends ReadsInMemory implements ClusterApi {
  constructor(objects: readonly StoredObject[], behaviour: Behaviour = {}) {
    super(new State(behaviour));
    this.state.objects = objects;
  }

  /** The calls so far. */
  get calls(): readonly Call[] {
    return this.state.calls;
  }

  /** The calls of a function so far, by their arguments. */
  callsOf<Name extends keyof CallArgs>(name: Name): readonly CallArgs[Name][] {
    const isOf = (call: Call): call is Call & CallOf<Name> => call.do === name;
    return this.state.calls.filter(isOf).map((call) => call.args);
  }

  /** An object as it is now. */
  stored(name: string, namespace?: string): StoredObject | undefined {
    return this.state.find(name, namespace);
  }

  /** All objects of a kind as they are now. */
  storedOf(kind: string): readonly StoredObject[] {
    return this.state.ofKind(kind);
  }

  /** Makes calls fail. @param times So often. @default for ever */
  fail(hits: (call: Call) => boolean, error: Error, times = Infinity): void {
    this.state.faults.push({ hits, error, left: times });
  }

  once(_silenceSeconds: number, onAnswer?: (time: AnswerTime) => void): ClusterReads {
    return new ReadsInMemory(this.state, onAnswer);
  }

  private asked({ namespace, pod, container }: ContainerRef, command: readonly string[]): AskedExec {
    const found = this.state.find(`pod/${pod}`, namespace);
    if (found === undefined) throw faults.gone(`pods "${pod}"`);
    return { pod: found, container, command };
  }

  private run(container: ContainerRef, command: readonly string[]): ExecResult {
    const result = this.state.behaviour.exec?.(this.asked(container, command)) ?? "";
    return typeof result === "string" ? { code: 0, stdout: result, stderr: "" } : result;
  }

  exec(...args: Parameters<ClusterApi["exec"]>): Promise<string> {
    return this.answer({ do: "exec", args }, () => {
      const { code, stdout, stderr } = this.run(args[0], args[1]);
      if (code !== 0) throw new KubectlError(stderr);
      return stdout;
    });
  }

  execOnce(...args: Parameters<ClusterApi["execOnce"]>): Promise<ExecResult> {
    return this.answer({ do: "execOnce", args }, () => this.run(args[0], args[1]));
  }

  startExec(...args: Parameters<ClusterApi["startExec"]>): RunningExec {
    this.state.begin({ do: "startExec", args });
    const { startExec } = this.state.behaviour;
    if (startExec === undefined) throw new Error("nothing is said of commands that go on");
    return startExec(this.asked(...args));
  }

  /** @throws WriteConflict where a write was made for another object, or for an older one. */
  private fits(live: StoredObject | undefined, { uid, resourceVersion }: Readonly<Record<string, unknown>>): void {
    const isOther = uid !== undefined && live?.metadata.uid !== uid;
    if (isOther || (resourceVersion !== undefined && live?.metadata.resourceVersion !== resourceVersion)) {
      throw faults.conflict();
    }
  }

  apply(manager: string, object: AppliedObject, conflicts?: ApplyConflicts): Promise<void> {
    const args = conflicts === undefined ? ([manager, object] as const) : ([manager, object, conflicts] as const);
    return this.answer({ do: "apply", args }, () => {
      const { name, namespace, uid, resourceVersion, ...metadata } = object.metadata;
      const live = this.state.find(`${object.kind}/${name}`, namespace);
      this.fits(live, { uid, resourceVersion });
      if (conflicts === "refuse" && live !== undefined && takesFrom(live, manager, object)) throw faults.conflict();
      const made = { kind: object.kind, metadata: { name, namespace, uid: `made-${this.state.next()}` } };
      if (live === undefined) this.state.objects = [...this.state.objects, made];
      this.write(live ?? made, written(live ?? made, { manager, operation: "Apply" }, { ...object, metadata }));
    });
  }

  patch(names: readonly string[], namespace: string, write: MergePatch): Promise<void> {
    const { manager, patch } = write;
    return this.answer({ do: "patch", args: [names, namespace, write] }, () => {
      for (const name of names) {
        const live = this.state.find(name, namespace);
        if (live === undefined) throw faults.gone(name);
        const { metadata, ...rest } = fieldsIn(patch);
        const { resourceVersion, ...others } = fieldsIn(metadata);
        this.fits(live, { resourceVersion });
        this.write(live, written(live, { manager, operation: "Update" }, { ...rest, metadata: others }));
      }
    });
  }

  /** Keeps a written object; a changed template rolls its pods. */
  private write(live: StoredObject, now: StoredObject): void {
    const template = ({ spec }: StoredObject) => JSON.stringify(fieldsIn(spec)["template"]);
    const rolls = template(live) !== template(now);
    const generation = (live.metadata.generation ?? 0) + 1;
    this.state.replace(live, [
      {
        ...now,
        metadata: { ...now.metadata, resourceVersion: this.state.next(), ...(rolls ? { generation } : {}) },
        ...(rolls ? { status: { ...fieldsIn(now["status"]), observedGeneration: generation } } : {}),
      },
    ]);
    if (!rolls) return;
    for (const pod of this.state.ofKind("pods")) {
      if (pod.metadata.ownerReferences?.some(({ uid }) => uid === live.metadata.uid) === true) this.renew(pod);
    }
  }

  /** A pod that is deleted has a successor where a controller owns it. */
  private renew(pod: StoredObject): void {
    const { name, ownerReferences = [] } = pod.metadata;
    const metadata = {
      ...pod.metadata,
      name: `${name}-again`,
      uid: this.state.next(),
      creationTimestamp: new Date().toISOString(),
    };
    this.state.replace(pod, ownerReferences.length === 0 ? [] : [{ ...pod, metadata }]);
  }

  deleteObject(object: ManagedObject, apiVersion: string, preconditions: object): Promise<void> {
    return this.answer({ do: "deleteObject", args: [object, apiVersion, preconditions] }, () => {
      const live = this.state.find(`${object.resource}/${object.name}`, object.namespace);
      if (live === undefined) return;
      this.fits(live, fieldsIn(preconditions));
      this.state.replace(live, []);
    });
  }

  deletePods(...args: Parameters<ClusterApi["deletePods"]>): Promise<void> {
    const [namespace, pods] = args;
    return this.answer({ do: "deletePods", args }, () => {
      pods
        .flatMap((pod) => this.state.find(`pod/${pod}`, namespace) ?? [])
        .forEach((pod) => {
          this.renew(pod);
        });
    });
  }

  create(...args: Parameters<ClusterApi["create"]>): Promise<void> {
    return this.answer({ do: "create", args }, () => {
      const made = (args[1] as readonly StoredObject[]).flatMap((each) => {
        const { kind, metadata } = each;
        const isThere = this.state.find(`${kind}/${metadata.name}`, undefined) !== undefined;
        return isThere ? [] : [{ ...each, metadata: { ...metadata, uid: `made-${this.state.next()}` } }];
      });
      this.state.objects = [...this.state.objects, ...made];
    });
  }

  annotatePods(...args: Parameters<ClusterApi["annotatePods"]>): Promise<void> {
    return this.answer({ do: "annotatePods", args }, () => undefined);
  }
}
