import type { ClusterApi } from "../../../../components/kubernetes/clusterApi";
import { withCluster } from "../../../../components/kubernetes/kubectlApi";
import { scriptedKubectl, type ScriptedKubectl } from "./scriptedKubectl";

/** A cluster for which a {@link scriptedKubectl} answers. */
export interface ScriptedCluster {
  /** Runs something with the cluster; `body` is that of the script. */
  readonly using: <T>(body: string, use: (api: ClusterApi) => Promise<T>) => Promise<T>;
  /** The argument lists of the script's calls so far. */
  readonly calls: () => readonly (readonly string[])[];
}

/** For a `describe`: a cluster whose script is removed after each test. */
export function scriptedCluster(): ScriptedCluster {
  let fake: ScriptedKubectl | undefined;
  afterEach(() => {
    fake?.remove();
    fake = undefined;
  });
  return {
    using: (body, use) => {
      fake = scriptedKubectl(body);
      return withCluster({ kind: "context", context: "c" }, use);
    },
    calls: () => fake?.calls() ?? [],
  };
}
