import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabCluster } from "../../../../lab";
import { hierarchies } from "../../../../lab/host/cgroups";
import type { Place } from "../../../../lab/host/place";

/**
 * The network of a pod, and its place among the processes of its node. Cilium without kube-proxy translates the addresses of Services where a
 * process opens a connection, and of those alone that are in the node's cgroup v2: a program in nothing but the pod's network reaches none.
 */
export async function onNode(cluster: LabCluster, namespace: string, pod: string): Promise<Place> {
  const place = await cluster.inPod({ namespace, pod });
  const pid = /--target=(\d+)/.exec(place.commandLine([]).join(" "))?.[1] ?? assert.fail(`${pod}: no process is known`);
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[1];
  const mounted = hierarchies().find(({ version }) => version === 2)?.mountPoint;
  assert.ok(path !== undefined && mounted !== undefined, `${pod}: no cgroup v2`);
  const join_ = `echo $$ > ${join(mounted, path, "cgroup.procs")} && exec "$@"`;
  return { ...place, commandLine: (command) => ["sh", "-c", join_, "sh", ...place.commandLine(command)] };
}
