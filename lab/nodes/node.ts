import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { NodeTools } from "../cache/tools";
import { nodeCgroups } from "../host/cgroupPlan";
import { usableCgroups } from "../host/cgroupSteps";
import { assertRunning, ensureDaemon, type DaemonSpec } from "../host/daemon";
import { inNamespacesOf } from "../host/place";
import type { ProcessIdentity } from "../host/processIdentity";
import { run } from "../host/run";
import { succeeds, waitFor } from "../host/waitFor";
import { ensureNodePki } from "../pki/clusterPki";
import { containerdCommand, CONTAINERD_SOCKET, giveImages } from "./containerd";
import { kubeletCommand } from "./kubelet";
import { ensureMachine } from "./machine";
import type { NodeSite } from "./nodeSite";

const CONTAINERD_MS = 60_000;

async function startContainerd(daemon: DaemonSpec, init: ProcessIdentity, { dir }: NodeTools): Promise<void> {
  await ensureDaemon(daemon);
  const ctr = [join(dir, "ctr"), "--address", CONTAINERD_SOCKET, "version"];
  await waitFor(`${daemon.dir}: containerd`, CONTAINERD_MS, async (note) => {
    assertRunning(daemon);
    return succeeds(run("nsenter", [`--target=${init.pid}`, "--all", "--", ...ctr]), note);
  });
}

/** Starts a node where it does not run: its machine, containerd with the lab's images, and a kubelet that joins the cluster. */
export async function startNode(site: NodeSite, tools: NodeTools, fabric: ProcessIdentity): Promise<void> {
  mkdirSync(site.etc, { recursive: true, mode: 0o700 });
  await ensureNodePki(site.cluster.pki, site.certificate, site.plan.name);
  await giveImages(site, tools);
  const layout = usableCgroups();
  const init = await ensureMachine(site, tools, layout, fabric);
  const daemon = (name: string, command: readonly string[]): DaemonSpec => ({
    name,
    dir: site.dir,
    labDir: site.cluster.labDir,
    place: inNamespacesOf(init.pid, site.ip),
    cgroups: nodeCgroups(layout, site.cgroup).programs,
    path: tools.dir,
    command,
  });
  await startContainerd(daemon("containerd", containerdCommand(site, tools)), init, tools);
  await ensureDaemon(daemon("kubelet", kubeletCommand(site, tools)));
}
