import { z } from "zod";
import { jsonAs } from "../basics/model/attempt";
import type {
  AnswerTime,
  ApiAccess,
  AppliedObject,
  ApplyConflicts,
  ClusterApi,
  ClusterReads,
  ContainerRef,
  ExecResult,
  MergePatch,
  RunningExec,
} from "./clusterApi";
import { Kubectl } from "./kubectl";
import { KubectlError, WriteConflict } from "./kubectlError";
import { KubectlReads, readsOnce } from "./kubectlReads";
import { apiPath } from "./model/apiPath";
import type { ManagedObject } from "./model/managedObject";
import type { Between } from "./patiently";
import { applyAs, patchSecretAs } from "./serverSideApply";

const POD_ENDS_SECONDS = 120;

/** kubectl's own words for a reason begin a line; what follows are those of the server, and of webhooks: they decide nothing. */
const CONFLICT = /^(?:Error from server \(Conflict\): |Precondition failed: )/m;

const isFor = (reason: "NotFound" | "AlreadyExists") => (line: string) =>
  line.trim() === "" || line.startsWith(`Error from server (${reason}): `);

/** kubectl names each of several objects that is not there any more, and does the others. */
const isOnlyNotFound = (error: unknown): boolean =>
  error instanceof KubectlError && error.message.split("\n").every(isFor("NotFound"));

/** kubectl names each of several objects that was there already, and makes the others. */
const isOnlyThere = (error: unknown): boolean =>
  error instanceof KubectlError && error.message.split("\n").every(isFor("AlreadyExists"));

/** What a write ended with. @throws WriteConflict where the object is another by now. */
async function written(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const isConflict = error instanceof KubectlError && CONFLICT.test(error.message);
    throw isConflict ? new WriteConflict(error.message, { cause: error }) : error;
  }
}

const execArgs = ({ namespace, pod, container }: ContainerRef, command: readonly string[]): readonly string[] => [
  ...["-n", namespace, pod, "-c", container, "--"],
  ...command,
];

/** A cluster by kubectl. */
export class KubectlApi extends KubectlReads implements ClusterApi {
  constructor(private readonly kubectl: Kubectl) {
    super(kubectl.command, (args, judge, options) => kubectl.ask(args, judge, options));
  }

  once(silenceSeconds: number, onAnswer?: (time: AnswerTime) => void): ClusterReads {
    return readsOnce(this.kubectl, silenceSeconds, onAnswer);
  }

  exec(container: ContainerRef, command: readonly string[], silenceSeconds: number): Promise<string> {
    return this.kubectl.run(["exec", ...execArgs(container, command)], { silenceSeconds });
  }

  execOnce(container: ContainerRef, command: readonly string[], silenceSeconds: number): Promise<ExecResult> {
    return this.kubectl.attempt(["exec", ...execArgs(container, command)], { silenceSeconds });
  }

  startExec(container: ContainerRef, command: readonly string[]): RunningExec {
    const child = this.kubectl.start(["exec", "-i", ...execArgs(container, command)]);
    // A process that ends early closes its end of the pipe.
    child.stdin.on("error", () => undefined);
    const ended = new Promise<void>((resolve) => {
      child.on("close", resolve);
      child.on("error", () => {
        resolve();
      });
    });
    const texts = (stream: typeof child.stdout) => (take: (text: string) => void) => {
      stream.setEncoding("utf8").on("data", take);
    };
    const closeInput = () => {
      child.stdin.end();
    };
    return { onOutput: texts(child.stdout), onError: texts(child.stderr), ended, closeInput, end: child.end };
  }

  apply(manager: string, object: AppliedObject, conflicts: ApplyConflicts = "overwrite"): Promise<void> {
    return applyAs(this.kubectl, manager, object, conflicts);
  }

  async create(manager: string, objects: readonly object[]): Promise<void> {
    const args = ["create", "--filename=-", "--validate=false", `--field-manager=${manager}`, "--output=name"];
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    try {
      await written(this.kubectl.run(args, { stdin }));
    } catch (error) {
      if (!isOnlyThere(error)) throw error;
    }
  }

  async patch(
    names: readonly string[],
    namespace: string,
    { manager, patch, isSecret = false }: MergePatch,
  ): Promise<void> {
    if (isSecret) {
      for (const name of names) {
        await patchSecretAs(this.kubectl, manager, name.replace(/^secret\//, ""), namespace, patch);
      }
      return;
    }
    const how = ["--type=merge", `--field-manager=${manager}`, "--patch", JSON.stringify(patch)];
    await written(this.kubectl.run(["patch", ...names, "-n", namespace, ...how]));
  }

  async deleteObject(
    { resource, name, namespace }: ManagedObject,
    apiVersion: string,
    preconditions: object,
  ): Promise<void> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions, propagationPolicy: "Foreground" };
    const [plural = resource] = resource.split(".");
    const args = ["delete", "--raw", apiPath(apiVersion, plural, name, namespace), "-f", "-"];
    try {
      await written(this.kubectl.run(args, { stdin: JSON.stringify(body) }));
    } catch (error) {
      if (!isOnlyNotFound(error)) throw error;
    }
  }

  async deletePods(namespace: string, pods: readonly string[], wait: "untilGone" | "no"): Promise<void> {
    const args = ["delete", "pod", ...pods, "-n", namespace, "--ignore-not-found"];
    if (wait === "no") {
      await this.kubectl.once([...args, "--wait=false"]);
      return;
    }
    try {
      await this.kubectl.once([...args, "--wait=true"], { silenceSeconds: POD_ENDS_SECONDS });
    } catch (error) {
      // It has been ending for so long that there is no use in waiting for it.
      if (!(error instanceof KubectlError && error.failure === "silent")) throw error;
    }
  }

  async annotatePods(namespace: string, pods: readonly string[], annotation: string, value: string): Promise<void> {
    try {
      await this.kubectl.run(["annotate", "pods", ...pods, "-n", namespace, `${annotation}=${value}`, "--overwrite"]);
    } catch (error) {
      if (!isOnlyNotFound(error)) throw error;
    }
  }
}

/** Opens the way to a cluster, uses it, and closes it whatever happens. @param between What is done between two tries of one call. */
export function withCluster<T>(
  access: ApiAccess,
  use: (api: ClusterApi) => Promise<T>,
  between: Between = {},
): Promise<T> {
  return Kubectl.with(access, (kubectl) => use(new KubectlApi(kubectl)), between);
}

const KubeconfigView = z.object({ contexts: z.array(z.object({ name: z.string() })).nullish() });

/**
 * The contexts that kubectl finds. No cluster is asked for them. JSON, for of a kubeconfig that is not there kubectl shows no names and says nothing.
 */
export async function knownContexts(context: string): Promise<readonly string[]> {
  const args = ["config", "view", "--output=json"];
  const view = await Kubectl.with({ kind: "context", context }, (kubectl) => kubectl.once(args));
  return jsonAs(KubeconfigView, view)?.contexts?.map(({ name }) => name) ?? [];
}
