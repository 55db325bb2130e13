import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "./cache/progress";
import { cgroupsNamed, processesIn, removeCgroups } from "./host/cgroups";
import { restoreRoot } from "./host/cgroupSteps";
import { daemonNames, endProcess, markedProcesses, runningDaemon } from "./host/daemon";
import { namesIn } from "./host/files";
import { identify, type ProcessIdentity } from "./host/processIdentity";
import { labFolder, removeLabFolder, withLab } from "./labState";
import { stopMachine } from "./nodes/machine";
import { cgroupPrefix } from "./nodes/nodeSite";

/** What a server may take to end by itself; its data is thrown away next. */
const TERMINATE_MS = 5_000;

/** Which lab to end. */
export interface DownArgs {
  /** @default "default" */
  readonly name?: string;
  readonly log?: Log;
}

/** Folders of a lab that hold pid files: of the whole, of its clusters, and of their nodes. */
function daemonFolders(labDir: string): readonly string[] {
  const below = (folder: string, pattern: RegExp): readonly string[] =>
    namesIn(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  const clusters = below(labDir, /^(cluster\d+|fabric|gateway)$/);
  return clusters.flatMap((cluster) => [cluster, ...below(cluster, /^node\d+$/)]);
}

/** The lab's daemons by their pid files; all of them, or those of some names. */
const recordedProcesses = (labDir: string, wanted: (daemon: string) => boolean = () => true): ProcessIdentity[] =>
  daemonFolders(labDir).flatMap((dir) =>
    daemonNames(dir)
      .filter(wanted)
      .flatMap((daemon) => runningDaemon(dir, daemon) ?? []),
  );

/** What else runs in the lab's cgroups: processes of pods, which bear no mark of the lab. */
const processesOfNodes = (labDir: string): readonly ProcessIdentity[] =>
  cgroupsNamed(cgroupPrefix(labDir)).flatMap((folder) => processesIn(folder).flatMap((pid) => identify(pid) ?? []));

/** Processes of the lab: those in its pid files, and those that bear its mark alone. */
function labProcesses(labDir: string): ProcessIdentity[] {
  const found = [...recordedProcesses(labDir), ...markedProcesses(labDir), ...processesOfNodes(labDir)];
  return [...new Map(found.map((identity) => [identity.pid, identity])).values()];
}

const endAll = async (processes: readonly ProcessIdentity[]): Promise<void> => {
  await Promise.all(processes.map((identity) => endProcess(identity, TERMINATE_MS)));
};

/**
 * Ends every process of a lab and removes its folder; the cache stays. Works after a crash, for a half-started lab, and again
 * for one that is gone. Returns the number of processes that it ended.
 */
export async function down({ name = "default", log = () => undefined }: DownArgs = {}): Promise<number> {
  const dir = labFolder(name);
  return withLab(name, log, async () => {
    const processes = labProcesses(dir);
    // A node ends as a whole with its first process; pods are not asked, they go as with a machine whose plug is pulled.
    await Promise.all(daemonFolders(dir).map(stopMachine));
    // An API server that has lost its etcd does not end in time.
    await endAll(recordedProcesses(dir, (daemon) => !daemon.endsWith("etcd")));
    await endAll(labProcesses(dir));
    const left = labProcesses(dir);
    if (left.length > 0) {
      throw new Error(
        `lab "${name}": processes ${left.map(({ pid }) => pid).join(", ")} did not end; end them and repeat npm run lab -- down --name ${name}`,
      );
    }
    await removeCgroups(cgroupsNamed(cgroupPrefix(dir)));
    await restoreRoot(log);
    const existed = existsSync(dir);
    removeLabFolder(dir);
    log(
      existed || processes.length > 0
        ? `lab "${name}": ${processes.length} processes ended, ${dir} removed`
        : `lab "${name}": nothing to end`,
    );
    return processes.length;
  });
}
