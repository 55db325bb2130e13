import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { targetsOf, type Recorded } from "../../../components/identity/model/recorded";

/** The UID of the clusters that tests make up, by their context. */
export const clusterUid = (context: string): string => `uid-of-${context}`;

/** What was recorded of cluster1, which Helm had installed as it is always installed. */
export function recordOf(over: Partial<Recorded> = {}): Recorded {
  const original = (value: string) =>
    ({ kind: "value", value, managers: [{ manager: "helm", operation: "Update" }] }) as const;
  return {
    cluster: clusterUid("cluster1"),
    configMap: "2",
    config: { "cluster-name": original("default"), "cluster-id": original("0") },
    set: { "cluster-name": "cluster1", "cluster-id": "101" },
    targets: targetsOf(DEFAULT_SETTINGS.cilium, "cilium-clustermesh"),
    peerSecret: "absent",
    ...over,
  };
}

/** The same as the state has it. */
export const recordText = (over: Partial<Recorded> = {}): string => JSON.stringify(recordOf(over));
