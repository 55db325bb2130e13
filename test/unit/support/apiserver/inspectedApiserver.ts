import { liveApiserver } from "../../../../components/apiserver/model/liveApiserver";
import { clientCertificatesFound } from "../../../../components/preflight/model/apiserverAuthority";
import { parseList } from "../../../../components/kubernetes/model/liveObject";
import type { ApiserverCluster, InspectedApiserver } from "../../../../components/preflight/model/inspectedApiserver";
import { liveCluster, type LiveObject, type LiveOptions } from "../preflight/live";

/** `cilium-config` of a cluster with identities in CRDs that was installed as the first one of a mesh. */
export const CRD_CONFIG: NonNullable<LiveOptions["config"]> = {
  "cluster-name": "cluster1",
  "cluster-id": "101",
  "identity-allocation-mode": "crd",
  kvstore: undefined,
  "kvstore-opt": undefined,
  "etcd-config": undefined,
  "auto-direct-node-routes": "false",
};

/** The first cluster of a mesh, with these objects of its clustermesh-apiserver. */
export function inspectedApiserver(
  objects: readonly LiveObject[],
  { config, ...options }: LiveOptions = {},
  over: Partial<ApiserverCluster> = {},
): InspectedApiserver {
  const apiserver = liveApiserver(parseList(JSON.stringify({ items: objects })));
  const live = liveCluster({ ...options, config: { ...CRD_CONFIG, ...config } });
  return {
    cluster: {
      name: "cluster1",
      id: 101,
      publishes: "apiserver",
      reads: "direct",
      identity: "asInstalled",
      clientCertificates: (apiserver && clientCertificatesFound(apiserver)) ?? "signed",
      ...over,
    },
    live: apiserver === undefined ? live : { ...live, apiserver },
  };
}
