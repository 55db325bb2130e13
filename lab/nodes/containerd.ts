import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeTools } from "../cache/tools";
import { copyStore } from "../images/copyStore";
import { IMAGES } from "../images/definitions";
import { run } from "../host/run";
import { NODE_ETC, type NodeSite } from "./nodeSite";

/** The container runtime's socket inside a node. */
export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** containerd's configuration in a node. */
export const containerdConfig = (runc: string): string => `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "${IMAGES.pause.name}"
[plugins."io.containerd.cri.v1.runtime"]
  # Raising a container's priority against the OOM killer takes a capability that a VM may not give.
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/opt/cni/bin"]
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      BinaryName = "${runc}"
      SystemdCgroup = false
`;

/** Gives a node the images. */
export async function giveImages(site: NodeSite, tools: NodeTools): Promise<void> {
  const root = join(site.dir, "containerd");
  if (existsSync(root)) return;
  const draft = `${root}.new`;
  await copyStore(tools.imageStore, draft);
  await run("mv", [draft, root]);
}

/** Writes the configuration, and returns containerd's command line in the node. */
export function containerdCommand(site: NodeSite, tools: NodeTools): readonly string[] {
  writeFileSync(join(site.etc, "containerd.toml"), containerdConfig(tools.runc), { mode: 0o600 });
  return [tools.containerd, "--config", join(NODE_ETC, "containerd.toml")];
}
