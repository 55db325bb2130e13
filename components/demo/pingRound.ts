import { z } from "zod";
import { errorMessage } from "../basics/errorMessage";
import { jsonAs } from "../basics/model/attempt";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { PROTECTED_DB, type DemoPlaces, type DemoWorkload } from "./model/demo";
import { pingCommand, readPing, type Path, type Ping, type PingResult, type Seen } from "./model/demoPings";

const EXEC_SECONDS = 20;

/** The demo's clusters, opened. */
export type Clusters = ReadonlyMap<string, ClusterApi>;

/** Where a workload's pod is. */
export interface Pod {
  readonly ip: string;
  readonly node: string;
}

const livePod = z.object({ spec: z.object({ nodeName: z.string() }), status: z.object({ podIP: z.string() }) });
const liveService = z.object({ spec: z.object({ clusterIP: z.string().min(1) }) });

function clusterNamed(clusters: Clusters, name: string): ClusterApi {
  const api = clusters.get(name);
  if (api === undefined) throw new Error(`cluster "${name}" is not among those of the demo`);
  return api;
}

/** Reads an object with an address. @throws Error while it has none. */
async function read<T>(
  clusters: Clusters,
  cluster: string,
  object: string,
  namespace: string,
  form: z.ZodType<T>,
): Promise<T> {
  const found = jsonAs(form, await clusterNamed(clusters, cluster).object(object, namespace));
  if (found === undefined) throw new Error(`${object.replace("/", " ")} of ${cluster}/${namespace} has no address yet`);
  return found;
}

/** A workload's only pod. @throws Error while it has no address. */
export async function podOf(
  clusters: Clusters,
  { cluster, namespace, name }: Pick<DemoWorkload, "cluster" | "namespace" | "name">,
): Promise<Pod> {
  const { spec, status } = await read(clusters, cluster, `pod/${name}-0`, namespace, livePod);
  return { ip: status.podIP, node: spec.nodeName };
}

/** The database's pod. */
export function databaseOf(clusters: Clusters, places: DemoPlaces): Promise<Pod> {
  return podOf(clusters, { cluster: places.serverCluster, namespace: places.serverNamespace, name: PROTECTED_DB });
}

async function clusterIP(clusters: Clusters, { clientCluster, serverNamespace }: DemoPlaces): Promise<string> {
  return (await read(clusters, clientCluster, `service/${PROTECTED_DB}`, serverNamespace, liveService)).spec.clusterIP;
}

async function pingFrom(
  clusters: Clusters,
  { cluster, namespace, name }: DemoWorkload,
  address: Promise<string>,
  timeoutSeconds: number,
): Promise<Seen> {
  try {
    const command = pingCommand(await address, timeoutSeconds);
    const client = { namespace, pod: `${name}-0`, container: name };
    return readPing(await clusterNamed(clusters, cluster).execOnce(client, command, timeoutSeconds + EXEC_SECONDS));
  } catch (error) {
    return { kind: "notPinged", reason: errorMessage(error) };
  }
}

/** Sends all pings at once. The addresses are read again each time: a pod that was replaced has another. */
export async function pingRound(
  clusters: Clusters,
  places: DemoPlaces,
  pings: readonly Ping[],
  timeoutSeconds: number,
): Promise<readonly PingResult[]> {
  const addresses: Readonly<Record<Path, Promise<string>>> = {
    "pod IP": databaseOf(clusters, places).then(({ ip }) => ip),
    ClusterIP: clusterIP(clusters, places),
  };
  return Promise.all(
    pings.map(async (ping) => ({
      ping,
      seen: await pingFrom(clusters, ping.client, addresses[ping.path], timeoutSeconds),
    })),
  );
}
