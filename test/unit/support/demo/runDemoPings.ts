import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import type { Phase } from "../../../../components/demo/model/demoPings";
import { type Ended, launchScript, runScript, type ScriptRun } from "../../../support/command/runScript";
import type { RunningWorld } from "./demoWorld";

/** Where the demo is. */
export const PLACES = {
  serverCluster: "cluster1",
  serverNamespace: "default",
  clientCluster: "cluster2",
  clientNamespace: "istio-space",
};

/** The clusters of the demo. */
const CLUSTERS = [PLACES.serverCluster, PLACES.clientCluster].map((name) => ({ name, context: name }));

function runOf(
  world: RunningWorld,
  phase: Phase,
  previous?: string,
  verdictTimeoutSeconds = 0,
  uids: Readonly<Record<string, string>> = {},
): ScriptRun {
  const input = {
    places: PLACES,
    clusters: CLUSTERS.map((cluster) => ({ ...cluster, uid: uids[cluster.name] })),
    cilium: DEFAULT_SETTINGS.cilium,
    pingTimeoutSeconds: 3,
    verdictTimeoutSeconds,
  };
  const env = { ...world.env, ...(previous === undefined ? {} : { PULUMI_COMMAND_STDOUT: previous }) };
  return { script: "demo", verb: phase, input, env };
}

type Given = Parameters<typeof runOf>;

/** Starts the command; its standard input is for the caller to end. */
export const launch = (...given: Given) => launchScript(runOf(...given));

/** Runs the command to its end. */
export const run = (...given: Given): Promise<Ended> => runScript(runOf(...given));

/** Whether a process is there. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
