import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { APISERVER, APISERVER_SECRETS, HUBBLE_SECRET } from "../components/apiserver/model/objects";
import { errorMessage } from "../components/basics/errorMessage";
import { attempt, jsonAs } from "../components/basics/model/attempt";
import { cutText, keepWithin } from "../components/basics/model/bounded";
import { ETCD_SERVER_SECRET } from "../components/certificates/model/certificates";
import { agentPods, askIn } from "../components/cilium/agents";
import { configuredObjects } from "../components/cilium/model/agentConfig";
import { READERS } from "../components/cilium/model/readers";
import type { KnownMesh } from "../components";
import type { ApiAccess, ClusterApi } from "../components/kubernetes/clusterApi";
import type { Fields } from "../components/kubernetes/model/fields";
import { KVSTOREMESH_SECRET } from "../components/peers/model/peerFile";
import { kubeconfigSecrets, secretValues, type Secret } from "./model/secrets";

/** What was read of a cluster for a report: texts by file name, and the secrets that must not be in them. */
export interface Evidence {
  readonly files: Readonly<Record<string, string>>;
  readonly secrets: readonly Secret[];
}

const FILE_BYTES = 512 * 1024;
const DIAL_SECONDS = 60;

const EVENT: Fields = {
  type: "text",
  reason: "text",
  message: "text",
  lastTimestamp: "text",
  involvedObject: { kind: "text", name: "text" },
};

const list = z.object({ items: z.array(z.unknown()) });
/** Of a workload its roll-out and its images: arguments and variables of containers may be anybody's. */
const workload = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), generation: z.number().optional() }),
  spec: z.object({
    replicas: z.number().optional(),
    paused: z.boolean().optional(),
    updateStrategy: z.unknown().optional(),
    template: z.object({
      spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string().optional() })).default([]) }),
    }),
  }),
  status: z.unknown(),
});
const configMap = z.object({ kind: z.literal("ConfigMap"), data: z.record(z.string(), z.string()).default({}) });

const asJson = (value: unknown): string => cutText(`${JSON.stringify(value, undefined, 2)}\n`, FILE_BYTES);

const itemsOf = (json: string): readonly unknown[] => jsonAs(list, json)?.items ?? [];

/** Reads of a cluster what a report has of it. What cannot be read is in its place in words. */
export async function evidenceOf(api: ClusterApi, { cilium, peerSecret }: KnownMesh): Promise<Evidence> {
  const { namespace } = cilium;
  const told = (work: Promise<string>) => work.catch((error: unknown) => `cannot be read: ${errorMessage(error)}\n`);
  const secretNames = [
    peerSecret,
    KVSTOREMESH_SECRET,
    ETCD_SERVER_SECRET,
    HUBBLE_SECRET,
    ...Object.values(APISERVER_SECRETS),
  ];
  const secretsJson = api.objects(
    secretNames.map((name) => `secret/${name}`),
    namespace,
  );
  const objectsJson = api.objects([...configuredObjects(cilium), `deployment/${APISERVER}`], namespace);
  const dial = async () => {
    const pod = (await agentPods(api, cilium)).find(({ ready }) => ready);
    if (pod === undefined) return "no agent is ready\n";
    return askIn(api, "agent", cilium, pod.pod, READERS.agent.troubleshoot, DIAL_SECONDS);
  };
  const [secrets, config, rollout, events, troubleshoot, pods] = await Promise.all([
    secretsJson.then(
      (json) => secretValues(attempt(() => JSON.parse(json) as unknown)),
      // What was not read cannot be in a file.
      () => [],
    ),
    told(objectsJson.then((json) => asJson(itemsOf(json).flatMap((each) => configMap.safeParse(each).data ?? [])))),
    told(objectsJson.then((json) => asJson(itemsOf(json).flatMap((each) => workload.safeParse(each).data ?? [])))),
    told(
      api
        .listFields("events", { namespace }, EVENT)
        .then((json) => asJson(keepWithin([...itemsOf(json)].reverse(), FILE_BYTES / 2).kept)),
    ),
    told(dial().then((text) => cutText(text, FILE_BYTES))),
    told(agentPods(api, cilium).then(asJson)),
  ]);
  const files = {
    "cilium-config.json": config,
    "rollout.json": rollout,
    "events.json": events,
    "troubleshoot.txt": troubleshoot,
    "agents.json": pods,
  };
  return { files, secrets };
}

/** The secrets of the kubeconfigs that clusters are reached by. @throws Error where one cannot be read: then nobody could tell what is in it. */
export async function accessSecrets(ways: readonly ApiAccess[], env: NodeJS.ProcessEnv): Promise<readonly Secret[]> {
  const given = ways.flatMap((way) => (way.kind === "kubeconfig" ? [way.content] : []));
  const isAmbient = ways.some(({ kind }) => kind === "context");
  const paths = (env["KUBECONFIG"] ?? join(env["HOME"] ?? homedir(), ".kube", "config"))
    .split(delimiter)
    .filter((path) => path !== "");
  const ambient = isAmbient ? await Promise.all(paths.map(readKubeconfig)) : [];
  return [...given, ...ambient].flatMap((text) => kubeconfigSecrets(parse(text)));
}

/** kubectl passes over a file that is not there, and so does this. */
async function readKubeconfig(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ENOENT") return "";
    throw new Error(
      `kubeconfig ${path} cannot be read (${errorMessage(error)}), so its tokens cannot be searched for`,
      { cause: error },
    );
  }
}
