import { delimiter } from "node:path";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { LARGE_INPUT } from "../../../../components/command/protocol";
import type { Lab } from "../../../../lab";
import { type Ended, runScript } from "../../../support/command/runScript";
import { level } from "../level";

/** A cluster as the check is told of it. */
export interface Checked {
  readonly name: string;
  readonly id: number;
  readonly reads?: "cached";
}

/** Runs the product's check as `pulumi up` does, on clusters of a lab. */
export function checkOn(lab: Lab, clusters: readonly Checked[], timeoutSeconds: number): Promise<Ended> {
  const members = clusters.map((each) => ({ ...each, context: each.name }));
  const path = `${lab.bin.dir}${delimiter}${process.env["PATH"] ?? ""}`;
  return runScript({
    script: "meshCheck",
    verb: "check",
    input: { cilium: DEFAULT_SETTINGS.cilium, timeoutSeconds },
    stdin: JSON.stringify({ [LARGE_INPUT]: JSON.stringify({ clusters: members }) }),
    env: { ...process.env, PATH: path, KUBECONFIG: lab.kubeconfig },
  });
}

/** The same on the clusters of the level, against these ids. */
export async function check(ids: Readonly<Record<string, number>>, timeoutSeconds: number): Promise<Ended> {
  const { lab } = await level();
  const clusters = Object.entries(ids).map(([name, id]) => ({ name, id }));
  return checkOn(lab, clusters, timeoutSeconds);
}
