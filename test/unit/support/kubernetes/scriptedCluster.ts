import type { ClusterApi } from "../../../../components/kubernetes/clusterApi";
import { withCluster } from "../../../../components/kubernetes/kubectlApi";
import { scriptedKubectl } from "./scriptedKubectl";

/** For a `describe`: a cluster for which a {@link scriptedKubectl} answers, and the argument lists of the calls so far. */
export function scriptedCluster() {
  const kubectl = scriptedKubectl();
  const using = <T>(body: string, use: (api: ClusterApi) => Promise<T>): Promise<T> => {
    kubectl.script(body);
    return withCluster({ kind: "context", context: "c" }, use);
  };
  return { using, calls: () => kubectl.calls() };
}
