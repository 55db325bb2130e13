import { join } from "node:path";
import type { UsableCgroups } from "../host/cgroupLayout";
import { NODE_ETC, type NodeSite } from "./nodeSite";

/** A program and its arguments, run in the node's namespaces. */
export type Step = readonly string[];

/** Tunables of the whole machine that the kubelet insists on. */
const KUBELET_TUNABLES: Readonly<Record<string, string>> = {
  "vm/overcommit_memory": "1",
  "vm/panic_on_oom": "0",
  "kernel/panic": "10",
  "kernel/panic_on_oops": "1",
  "kernel/keys/root_maxkeys": "1000000",
  "kernel/keys/root_maxbytes": "25000000",
};

/** Name of a tunable's stand-in file in the node's folder. */
const standIn = (tunable: string): string => tunable.replaceAll("/", ".");

/** Stand-ins for tunables of the machine, by file name under `<node>/tunables`. */
export const TUNABLE_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(KUBELET_TUNABLES).map(([tunable, value]) => [standIn(tunable), `${value}\n`]),
);

const mount = (type: string, target: string, ...options: readonly string[]): Step => [
  ...["mount", "-t", type, ...options.flatMap((option) => ["-o", option])],
  ...[type, target],
];
const bind = (from: string, to: string): Step => ["mount", "--bind", from, to];
const folder = (...paths: readonly string[]): Step => ["mkdir", "-p", ...paths];

/** What a node sees as /sys/fs/cgroup: v2 itself, or folders named like the controllers of each v1 hierarchy, as on any host. */
function controllerMounts(target: string, layout: UsableCgroups): readonly Step[] {
  if (layout.kind === "v2") return [mount("cgroup2", target)];
  const hierarchies = layout.hierarchies.filter(({ version }) => version === 1);
  return [
    mount("tmpfs", target),
    ...hierarchies.flatMap(({ controllers }) => {
      const each = join(target, controllers.join(","));
      return [folder(each), mount("cgroup", each, controllers.join(","))];
    }),
  ];
}

/** The chart finds cgroup v2 here (`cgroup.hostRoot`), with the controllers or without: where this machine has it, a node has a part of its own. */
function ciliumMount(target: string, layout: UsableCgroups): readonly Step[] {
  const mounted = layout.kind === "v2" || layout.hierarchies.some(({ version }) => version === 2);
  return mounted ? [folder(target), mount("cgroup2", target)] : [];
}

/** Where a node has cgroup v2. */
export const CGROUP_V2 = "/run/cilium/cgroupv2";

/**
 * The steps that make the file system of a node out of this machine's: everything can be read, everything written stays in memory or in
 * the node's folder. What belongs to the kernel as a whole (tunables) is read-only or a stand-in.
 *
 * @param shared Folders of this machine that the node sees under the same path, for they may be on another file system.
 */
export function mountSteps(
  { dir, etc }: Pick<NodeSite, "dir" | "etc">,
  layout: UsableCgroups,
  shared: readonly string[],
): readonly Step[] {
  const root = join(dir, "root");
  const [layers, upper, work] = [join(dir, "layers"), join(dir, "layers/upper"), join(dir, "layers/work")];
  const inside = (path: string): string => join(root, path);
  return [
    folder(root, layers),
    mount("tmpfs", layers),
    folder(upper, work),
    mount("overlay", root, `lowerdir=/,upperdir=${upper},workdir=${work}`),
    ...["/run", "/tmp", "/var/log", "/mnt"].flatMap((path) => [folder(inside(path)), mount("tmpfs", inside(path))]),
    // CNI of the machine itself is none of the node's business.
    ...["/etc/cni", "/opt/cni"].flatMap((path) => [folder(inside(path)), mount("tmpfs", inside(path))]),
    folder(inside("/etc/cni/net.d"), inside("/opt/cni/bin"), inside("/run/netns"), inside("/run/lock")),
    ...shared.flatMap((path) => [folder(inside(path)), bind(path, inside(path))]),
    ...Object.entries({ [etc]: NODE_ETC, [join(dir, "containerd")]: "/var/lib/containerd" }).flatMap(([from, to]) => [
      folder(from, inside(to)),
      bind(from, inside(to)),
    ]),
    folder(join(dir, "kubelet"), inside("/var/lib/kubelet"), inside("/usr/lib/modules")),
    bind(join(dir, "kubelet"), inside("/var/lib/kubelet")),
    mount("proc", inside("/proc")),
    mount("sysfs", inside("/sys")),
    ["mount", "--rbind", "/dev", inside("/dev")],
    mount("bpf", inside("/sys/fs/bpf")),
    ...controllerMounts(inside("/sys/fs/cgroup"), layout),
    ...ciliumMount(inside(CGROUP_V2), layout),
    ["mount", "--bind", inside("/proc/sys/kernel"), inside("/proc/sys/kernel")],
    ["mount", "-o", "remount,bind,ro", inside("/proc/sys/kernel")],
    ...Object.keys(KUBELET_TUNABLES).map((tunable) =>
      bind(join(dir, "tunables", standIn(tunable)), inside(`/proc/sys/${tunable}`)),
    ),
    ["pivot_root", root, inside("/mnt")],
    ["umount", "--lazy", "/mnt"],
    // A container's mounts show in the node, and the node's in containers: as systemd sets up a host.
    ["mount", "--make-rshared", "/"],
  ];
}
