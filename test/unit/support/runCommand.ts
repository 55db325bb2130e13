import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { INPUT_VARIABLE } from "../../../components/commands/protocol";
import { DEFAULT_CILIUM_OBJECTS } from "../../../components/model/agentConfig";
import type { FakeKubectl } from "../../support/fakeKubectl";
import { agentStatusJson } from "./fixtures";

const ROOT = resolve(__dirname, "..", "..", "..");

/** The members of the mesh that is checked; their contexts have the same names. */
export const MEMBERS = [
  { name: "cluster1", id: 101 },
  { name: "cluster2", id: 102 },
  { name: "cluster3", id: 103 },
];

/** The recorded status of an agent of cluster1 that says this of its mesh. */
export function recorded(clusterMesh: string): object {
  return JSON.parse(agentStatusJson(clusterMesh)) as object;
}

/** The recorded status of an agent of cluster1, as an agent of another cluster would have it. */
function asSeenFrom(cluster: string, status: object): object {
  const other = (name: string) => (name === cluster ? "cluster1" : name);
  const id = (value: number) => (value === 100 + Number(cluster.slice(-1)) ? 101 : value);
  return JSON.parse(
    JSON.stringify(status, (key, value: unknown) => {
      if (key === "name" && typeof value === "string") {
        return other(value);
      }
      return key === "cluster-id" && typeof value === "number" ? id(value) : value;
    }),
  ) as object;
}

/** Agents that see every peer ready. */
export const READY = recorded("ready");
export const OTHERS_READY = { cluster2: asSeenFrom("cluster2", READY), cluster3: asSeenFrom("cluster3", READY) };

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a verb of a script under `components/commands/`, as Pulumi does. */
export async function runCommand(kubectl: FakeKubectl, script: string, verb: string, input: object): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", "tsx", join(ROOT, "components", "commands", script), verb], {
    cwd: ROOT,
    env: { ...kubectl.env, [INPUT_VARIABLE]: JSON.stringify(input) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end();
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, stdout, stderr };
}

/** Runs the check of the three members. */
export function check(kubectl: FakeKubectl, timeoutSeconds: number, over: object = {}): Promise<Ended> {
  const members = MEMBERS.map((each) => ({ ...each, context: each.name }));
  return runCommand(kubectl, "meshCheck.ts", "check", {
    members,
    names: DEFAULT_CILIUM_OBJECTS,
    timeoutSeconds,
    ...over,
  });
}
