import { delimiter } from "node:path";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { LARGE_INPUT } from "../../../../components/command/protocol";
import { type Ended, runScript } from "../../../support/command/runScript";
import { level } from "../level";

/** Runs the product's check as `pulumi up` does, on the lab's clusters, against these ids. */
export async function check(ids: Readonly<Record<string, number>>, timeoutSeconds: number): Promise<Ended> {
  const { lab } = await level();
  const members = Object.entries(ids).map(([name, id]) => ({ name, id, context: name }));
  const path = `${lab.bin.dir}${delimiter}${process.env["PATH"] ?? ""}`;
  return runScript({
    script: "meshCheck",
    verb: "check",
    input: { cilium: DEFAULT_SETTINGS.cilium, timeoutSeconds },
    stdin: JSON.stringify({ [LARGE_INPUT]: JSON.stringify({ clusters: members }) }),
    env: { ...process.env, PATH: path, KUBECONFIG: lab.kubeconfig },
  });
}
