import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";

/** Where the demo is. */
export const PLACES = {
  serverCluster: "cluster1",
  serverNamespace: "default",
  clientCluster: "cluster2",
  clientNamespace: "istio-space",
};

/** The input of the demo's pings; its clusters' contexts have the same names. */
export function pingsInput(verdictTimeoutSeconds: number, uids: Readonly<Record<string, string>> = {}): object {
  return {
    places: PLACES,
    clusters: [PLACES.serverCluster, PLACES.clientCluster].map((name) => ({ name, context: name, uid: uids[name] })),
    cilium: DEFAULT_SETTINGS.cilium,
    pingTimeoutSeconds: 3,
    verdictTimeoutSeconds,
  };
}
