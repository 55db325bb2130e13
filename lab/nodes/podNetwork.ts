import { readFileSync } from "node:fs";
import { processesInCgroup } from "../host/cgroups";
import { inNetworkOf, type Place } from "../host/place";
import { kubectl, type ClusterAccess } from "../kubectl";
import { z } from "zod";
import type { NodeSite } from "./nodeSite";

/** A pod of a cluster. */
export interface PodName {
  readonly namespace: string;
  readonly pod: string;
}

const POD = z.object({
  spec: z.object({ nodeName: z.string() }),
  status: z.object({
    podIP: z.string(),
    containerStatuses: z.array(z.object({ containerID: z.string() })).min(1),
  }),
});

const cgroupsOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    // It has just ended.
    return "";
  }
};

/**
 * The network of a pod as a place to run programs of this machine in: they send and receive as the pod, with its address and identity.
 * @throws Error that names the pod when no process of it runs.
 */
export async function podPlace(
  access: ClusterAccess,
  nodes: readonly NodeSite[],
  { namespace, pod }: PodName,
): Promise<Place> {
  const { stdout } = await kubectl(access, ["--namespace", namespace, "get", "pod", pod, "--output=json"]);
  const { spec, status } = POD.parse(JSON.parse(stdout));
  const container = status.containerStatuses[0]?.containerID.replace(/^containerd:\/\//, "") ?? "";
  const node = nodes.find(({ plan }) => plan.name === spec.nodeName);
  const pid = processesInCgroup(node?.cgroup ?? "").find((each) => cgroupsOf(each).includes(container));
  if (node === undefined || pid === undefined) {
    throw new Error(`${access.context}: no process of pod ${namespace}/${pod} runs on ${spec.nodeName}`);
  }
  return inNetworkOf(pid, status.podIP, status.podIP);
}
