import { delimiter, resolve } from "node:path";
import { INPUT_VARIABLE } from "../../../components/commands/protocol";
import { DEFAULT_CILIUM_OBJECTS } from "../../../components/model/agentConfig";
import { CommandError, run } from "../../../lab";
import { level } from "./level";

const ROOT = resolve(__dirname, "..", "..", "..");
const SCRIPT = resolve(ROOT, "components", "commands", "meshCheck.ts");

/** How the check ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the product's check as `pulumi up` does, on the lab's clusters, against these ids. */
export async function check(ids: Readonly<Record<string, number>>, timeoutSeconds: number): Promise<Ended> {
  const { lab } = await level();
  const members = Object.entries(ids).map(([name, id]) => ({ name, id, context: name }));
  const env = {
    ...process.env,
    PATH: `${lab.bin.dir}${delimiter}${process.env["PATH"] ?? ""}`,
    KUBECONFIG: lab.kubeconfig,
    [INPUT_VARIABLE]: JSON.stringify({ members, names: DEFAULT_CILIUM_OBJECTS, timeoutSeconds }),
  };
  try {
    return { code: 0, ...(await run(process.execPath, ["--import", "tsx", SCRIPT, "check"], { cwd: ROOT, env })) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { code: error.exitCode, stdout: error.stdout, stderr: error.stderr };
  }
}
