import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { INPUT_VARIABLE } from "../../../components/commands/protocol";
import { DEFAULT_CILIUM_OBJECTS } from "../../../components/model/agentConfig";
import type { Phase } from "../../../components/model/demoPings";
import type { RunningWorld } from "./demoWorld";

const ROOT = resolve(__dirname, "..", "..", "..");
const SCRIPT = join(ROOT, "components", "commands", "demoPings.ts");

/** Where the demo is. */
export const PLACES = {
  serverCluster: "cluster1",
  serverNamespace: "default",
  clientCluster: "cluster2",
  clientNamespace: "istio-space",
};
/** How the command ended. */
interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command; its standard input is for the caller to end. */
export function launch(world: RunningWorld, phase: Phase, previous?: string, verdictTimeoutSeconds = 0) {
  const input = {
    places: PLACES,
    clusters: [PLACES.serverCluster, PLACES.clientCluster].map((name) => ({ name, context: name })),
    names: DEFAULT_CILIUM_OBJECTS,
    pingTimeoutSeconds: 3,
    verdictTimeoutSeconds,
  };
  return spawn(process.execPath, ["--import", "tsx", SCRIPT, phase], {
    cwd: ROOT,
    env: {
      ...world.env,
      [INPUT_VARIABLE]: JSON.stringify(input),
      ...(previous === undefined ? {} : { PULUMI_COMMAND_STDOUT: previous }),
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs the command to its end. */
export async function run(...args: Parameters<typeof launch>): Promise<Run> {
  const child = launch(...args);
  child.stdin.end();
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, stdout, stderr };
}

/** Whether a process is there. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
