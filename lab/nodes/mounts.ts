import { join } from "node:path";
import type { Hierarchy } from "../host/cgroups";
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

/** A v1 hierarchy is shown under the names of its controllers, as on any host. */
const cgroupMounts = (root: string, found: readonly Hierarchy[]): readonly Step[] =>
  found.flatMap(({ version, controllers }): readonly Step[] => {
    // The chart finds cgroup v2 here (`cgroup.hostRoot`).
    const target = version === 2 ? `${root}${CGROUP_V2}` : join(root, "sys/fs/cgroup", controllers.join(","));
    const type = version === 2 ? "cgroup2" : "cgroup";
    return [folder(target), mount(type, target, ...(version === 2 ? [] : [controllers.join(",")]))];
  });

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
  found: readonly Hierarchy[],
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
    mount("tmpfs", inside("/sys/fs/cgroup")),
    ...cgroupMounts(root, found),
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
