import * as pulumi from "@pulumi/pulumi";
import { readRecordedClusters, type RecordedCluster } from "../../components/identity/model/recordedClusters";
import { warning, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { stackName } from "./owner";

/** The output in which an up keeps, for the next preview, which clusters it has meshed. */
export const RECORDED_OUTPUT = "recorded";

/** What the last up of this stack has left. */
export interface OwnOutputs {
  readonly recorded: Readonly<Record<string, RecordedCluster>>;
  /** Why it could not be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads this stack's own outputs. A preview knows by them what the state alone could tell, and a program is not given: which clusters these were. */
export async function readOwnOutputs(): Promise<OwnOutputs> {
  const name = stackName();
  try {
    const read: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    const { outputs } = read as { readonly outputs?: Readonly<Record<string, unknown>> };
    return { recorded: readRecordedClusters(outputs?.[RECORDED_OUTPUT]), diagnostics: [] };
  } catch (error) {
    if (String(error).includes("unknown stack")) {
      return { recorded: {}, diagnostics: [] };
    }
    const unread = warning({
      property: `outputs of stack ${name}`,
      reason: "cannot be read, so this preview does not know which clusters the last up has meshed",
      fix: "up and destroy look at each cluster all the same, and refuse another one, before they write to it",
    });
    return { recorded: {}, diagnostics: [unread] };
  }
}
