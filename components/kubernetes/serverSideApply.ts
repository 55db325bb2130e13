import { once } from "node:events";
import { request } from "node:http";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { jsonAs } from "../basics/model/attempt";
import type { AppliedObject, ApplyConflicts } from "./clusterApi";
import type { Kubectl } from "./kubectl";
import { KubectlError, WriteConflict } from "./kubectlError";
import { apiPath } from "./model/apiPath";
import { silence } from "./model/patience";
import { makeOwnFolder } from "./ownFolder";

const PROXY_STARTS = "Starting to serve";
const START_SECONDS = 60;
const ANSWER_SECONDS = 60;
const CONFLICT = 409;

const MIB = 2 ** 20;
/** Several times of what an object can have: etcd takes 1.5 MiB by default. */
const ANSWER_BYTES = 16 * MIB;

const PLURALS: Readonly<Record<string, string>> = {
  ConfigMap: "configmaps",
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  Secret: "secrets",
};

/** A PATCH of one object. */
interface Patch {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly type: "apply-patch+yaml" | "merge-patch+json";
  readonly body: object;
}

/** Starts kubectl's proxy on a socket in a folder that is this user's alone, and ends it whatever happens. */
async function throughProxy<T>(kubectl: Kubectl, use: (socket: string) => Promise<T>): Promise<T> {
  const folder = await makeOwnFolder();
  const socket = join(folder, "api");
  const proxy = kubectl.start(["proxy", `--unix-socket=${socket}`, "--append-server-path"]);
  const ended = new Promise<string>((resolve, reject) => {
    let said = "";
    proxy.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    proxy.on("error", reject);
    proxy.on("close", () => {
      resolve(said.trim());
    });
  });
  const failed = ended.then((said) => {
    throw new KubectlError(said === "" ? "kubectl proxy has ended" : said);
  });
  failed.catch(() => undefined);
  let late: NodeJS.Timeout | undefined;
  const unstarted = new Promise<never>((_, reject) => {
    const words = `kubectl proxy has not started within ${START_SECONDS} s; this machine is busy, or that is no kubectl`;
    late = setTimeout(() => {
      reject(new KubectlError(words, "final"));
    }, START_SECONDS * 1000);
  });
  try {
    const started = (async () => {
      for (let said = ""; !said.includes(PROXY_STARTS);) {
        said += String((await once(proxy.stdout, "data"))[0]);
      }
      clearTimeout(late);
      return use(socket);
    })();
    return await Promise.race([started, failed, unstarted]);
  } finally {
    clearTimeout(late);
    proxy.end();
    await ended.catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

async function send(socketPath: string, patch: Patch): Promise<void> {
  const query = new URLSearchParams(patch.query);
  const body = JSON.stringify(patch.body);
  const [status, answer] = await new Promise<readonly [number, string]>((resolve, reject) => {
    const call = request(
      {
        socketPath,
        method: "PATCH",
        path: `${patch.path}?${query.toString()}`,
        headers: { "content-type": `application/${patch.type}`, "content-length": Buffer.byteLength(body) },
        timeout: ANSWER_SECONDS * 1000,
      },
      (response) => {
        const said: Buffer[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length <= ANSWER_BYTES) said.push(chunk);
          else call.destroy(new KubectlError(`the answer to a write has more than ${ANSWER_BYTES / MIB} MiB`, "final"));
        });
        response.on("end", () => {
          resolve([response.statusCode ?? 0, Buffer.concat(said).toString()]);
        });
        response.on("error", reject);
      },
    );
    call.on("timeout", () => call.destroy(new KubectlError(silence(ANSWER_SECONDS), "silent")));
    call.on("error", reject);
    call.end(body);
  });
  if (status < 200 || status >= 300) {
    const words = jsonAs(z.object({ message: z.string() }), answer)?.message ?? answer.trim();
    throw status === CONFLICT ? new WriteConflict(words) : new KubectlError(words);
  }
}

const sent = (kubectl: Kubectl, patch: Patch): Promise<void> => {
  const patience = { limitSeconds: ANSWER_SECONDS, repeat: "unsent" } as const;
  return throughProxy(kubectl, (socket) => kubectl.patiently(patience, () => send(socket, patch)));
};

/**
 * Server-side apply. `kubectl apply --server-side` does more: where something was installed by a client-side apply, it makes the manager the
 * owner of all of that. So the API server is asked directly.
 *
 * @throws {@link WriteConflict} when the object is not that one, or not as it was, or another manager has fields of it; {@link KubectlError} with the server's words otherwise.
 */
export function applyAs(
  kubectl: Kubectl,
  manager: string,
  object: AppliedObject,
  conflicts: ApplyConflicts,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  return sent(kubectl, {
    path: apiPath(apiVersion, PLURALS[kind] ?? kind, metadata.name, metadata.namespace),
    query: { fieldManager: manager, force: String(conflicts === "overwrite") },
    type: "apply-patch+yaml",
    body: object,
  });
}

/**
 * A merge patch of a Secret: what `kubectl patch` is given stands in the list of processes, and so must not have a key in it.
 *
 * @throws {@link WriteConflict} when it has a `resourceVersion`, and the Secret is another by now; {@link KubectlError} with the server's words otherwise.
 */
export function patchSecretAs(
  kubectl: Kubectl,
  manager: string,
  name: string,
  namespace: string,
  patch: object,
): Promise<void> {
  const path = apiPath("v1", "secrets", name, namespace);
  return sent(kubectl, { path, query: { fieldManager: manager }, type: "merge-patch+json", body: patch });
}
