import { runs } from "../../apiserver/model/liveApiserver";
import { APISERVER, APISERVER_CONTAINERS, HUBBLE_SECRET } from "../../apiserver/model/objects";
import { compact } from "../../basics/model/lists";
import { COMMON_USER } from "../../certificates/model/issuedClient";
import { certificatesIn } from "../../certificates/model/x509/bundle";
import { commonNameOf } from "../../certificates/model/x509/subject";
import { isOn } from "../../cilium/model/agentBoolean";
import { error, info, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import { apiserverCertificates } from "./apiserverCertificates";
import { howToAllow } from "../../settings/model/allow";
import { apiserverWayIn } from "./apiserverWayIn";
import { isUnmeshed } from "./foundIdentity";
import { giveValues, identityValues, kubectlIn, restartAll } from "./helmCommand";
import { identityChange, identityIn } from "./identity";
import { identityModeOf } from "../../cilium/model/identityMode";
import { withWritten, type InspectedApiserver } from "./inspectedApiserver";
import { agentSettings } from "./liveCluster";
import { markOf, setBefore } from "./marks";
import { oldIdentities } from "./oldIdentities";
import type { InspectedCluster, PreflightPolicy } from "./policy";

type Policy = Pick<PreflightPolicy, "cilium">;

/**
 * Whether a cluster has another name or id than the declared. Of one that is meshed, and not by this stack, `liveIdentity` tells.
 *
 * @param isOurs Whether this stack has meshed it, as what is declared.
 */
function isUnnamed({ cluster, live }: InspectedApiserver, isOurs = false): boolean {
  const current = identityIn(live.config?.data ?? {});
  const wanted = { name: cluster.name, id: String(cluster.id) };
  return (
    live.config !== undefined &&
    (current.name !== wanted.name || current.id !== wanted.id) &&
    (isOurs || identityChange(current, wanted) === undefined)
  );
}

const RESTARTS = "Helm restarts none of what has read them:";

/** A cluster without what would publish for it, and why; nothing else is said of it then. */
export function notPublishing(each: InspectedApiserver, { cilium }: Policy): readonly Diagnostic[] {
  const { cluster, live } = each;
  const settings = agentSettings(live);
  if (cluster.publishes !== "apiserver" || settings === undefined || runs(live.apiserver, "apiserver")) return [];
  const at = { cluster: cluster.name, property: `Deployment ${cilium.namespace}/${APISERVER}` };
  const mode = identityModeOf(settings);
  if (mode === "kvstore") {
    const reason = "keeps this cluster's identities in an etcd of Cilium's own, and no etcd is given";
    const fix = 'write etcd of this cluster, as its peers reach it: etcd: { endpoints: ["https://10.1.1.1:2379"] }';
    return [error({ cluster: cluster.name, property: "live identity-allocation-mode", value: mode, reason, fix })];
  }
  if (live.apiserver !== undefined) {
    const reason = `has no container ${APISERVER_CONTAINERS.apiserver}, and so publishes nothing`;
    const fix = giveValues(live, cilium, ["clustermesh.useAPIServer=true"]);
    return [error({ ...at, value: live.apiserver.containers, reason, fix })];
  }
  const isOther = isUnnamed(each) && cluster.identity !== "set";
  const values = ["clustermesh.useAPIServer=true", ...(isOther ? identityValues(cluster) : [])];
  const then = isOther
    ? `, and then, for the new name and id, ${restartAll(live, cilium, [])}`
    : ", which restarts no agent";
  return [
    error({
      ...at,
      reason: "is not there, and no etcd is given: this cluster publishes nothing for its peers",
      fix: `${giveValues(live, cilium, values)}${then}; or write etcd, where its identities are in one`,
    }),
  ];
}

/**
 * A name or id that is not the declared one: the certificates of the clustermesh-apiserver are for the name, and Helm makes both. This program does only
 * where it may overwrite what is Helm's.
 *
 * @param isOurs Whether this stack has meshed it, as what is declared.
 */
function otherIdentity(
  each: InspectedApiserver,
  { cilium, owner }: PreflightPolicy,
  isOurs: boolean,
): readonly Diagnostic[] {
  const { cluster, live } = each;
  if (!isUnnamed(each, isOurs) || cluster.identity === "set") return [];
  const isFree = isUnmeshed(live) && markOf(live, owner).kind !== "ours";
  const orPatch = isFree
    ? `; or ${howToAllow("overwriteConflicts")}: both are set, with certificates for the name, until destroy`
    : "";
  const { name, id } = identityIn(live.config?.data ?? {});
  return [
    error({
      cluster: cluster.name,
      property: "live cluster-name and cluster-id",
      value: [name, id],
      reason:
        `are not the declared ${JSON.stringify(cluster.name)} and ${cluster.id}: the certificates of its ${APISERVER} are for a name, ` +
        "and so both have to come from the installation",
      fix: `${giveValues(live, cilium, identityValues(cluster))} and then (${RESTARTS}) ${restartAll(live, cilium, [APISERVER])}${orPatch}`,
    }),
  ];
}

/** Hubble's servers show a certificate that is for the cluster's name, and nobody but Helm makes that. */
function hubble(each: InspectedApiserver, { cilium }: Policy): readonly Diagnostic[] {
  const { cluster, live } = each;
  const { name } = identityIn(live.config?.data ?? {});
  const isRenamed = cluster.identity === "set" && isUnnamed(each) && name !== cluster.name;
  if (!isRenamed || live.apiserver?.hasHubbleCertificate !== true) return [];
  return [
    warning({
      cluster: cluster.name,
      property: `Secret ${cilium.namespace}/${HUBBLE_SECRET}`,
      reason: `is for *.${name}.hubble-grpc.cilium.io, and Hubble Relay asks for *.${cluster.name}.hubble-grpc.cilium.io once the cluster is renamed`,
      fix:
        "where Hubble Relay is used, let Helm set name and id, which makes that again as well: " +
        `${giveValues(live, cilium, identityValues(cluster))} and then ${restartAll(live, cilium, [APISERVER])}`,
    }),
  ];
}

/** Whether all peers are the one user that every clustermesh-apiserver has by itself. */
function showCommonUser({ cluster, live }: InspectedApiserver): boolean {
  const [leaf] = certificatesIn(live.apiserver?.remote?.certificate ?? "");
  return cluster.clientCertificates === "issued" && leaf !== undefined && commonNameOf(leaf.x509) === COMMON_USER;
}

/** A Deployment without a pod publishes nothing, and nothing will come of waiting. */
function noReplicas({ cluster, live }: InspectedApiserver, { cilium }: Policy): readonly Diagnostic[] {
  if (live.apiserver?.replicas !== 0) return [];
  return [
    error({
      cluster: cluster.name,
      property: `Deployment ${cilium.namespace}/${APISERVER}`,
      reason: "is scaled to 0 replicas, and so publishes nothing",
      fix: `run ${kubectlIn(live, cilium)} scale deployment/${APISERVER} --replicas=1`,
    }),
  ];
}

/** Users that nobody can make: all peers have one name then, and none can be taken away. */
function unmanagedUsers({ cluster, live }: InspectedApiserver, { cilium }: Policy): readonly Diagnostic[] {
  if (live.apiserver?.users.enabled !== false || showCommonUser({ cluster, live })) return [];
  return [
    error({
      cluster: cluster.name,
      property: `Deployment ${cilium.namespace}/${APISERVER}`,
      reason:
        "takes no users (clustermesh.apiserver.tls.authMode legacy): its etcd lets no peer in under the peer's own name",
      fix: giveValues(live, cilium, ["clustermesh.apiserver.tls.authMode=migration"]),
    }),
  ];
}

/** Who reads the peers' states, as it is declared, and what runs. */
function readers({ cluster, live }: InspectedApiserver, { cilium }: Policy): readonly Diagnostic[] {
  const at = { cluster: cluster.name, property: "reads", value: cluster.reads };
  const isCached = runs(live.apiserver, "kvstoremesh");
  const container = `container ${APISERVER_CONTAINERS.kvstoremesh} of Deployment ${cilium.namespace}/${APISERVER}`;
  const add = giveValues(live, cilium, ["clustermesh.apiserver.kvstoremesh.enabled=true"]);
  return compact([
    cluster.reads === "cached" &&
      !isCached &&
      error({
        ...at,
        reason: `needs the ${container}, which is not there (it has ${(live.apiserver?.containers ?? []).join(", ")})`,
        fix: `write "direct", or ${add}`,
      }),
    cluster.written?.reads === "direct" &&
      isCached &&
      info({
        ...at,
        reason: `leaves the ${container} without peers`,
        fix: `its agents read their peers themselves; write "cached" to have them read its cache`,
      }),
  ]);
}

/** KVStoreMesh connects from the network of pods, and the answers need a way back before there is a mesh. */
function firstConnection({ cluster, live }: InspectedApiserver): readonly Diagnostic[] {
  const settings = agentSettings(live) ?? {};
  const hasRoutes = isOn(settings["auto-direct-node-routes"]);
  if (cluster.reads !== "cached" || settings["routing-mode"] !== "native" || !hasRoutes) return [];
  return [
    warning({
      cluster: cluster.name,
      property: "live auto-direct-node-routes",
      value: settings["auto-direct-node-routes"],
      reason:
        "may leave KVStoreMesh without a first connection: it dials from the network of pods, and with routing-mode native a peer's node " +
        "has a route to these pods only once the clusters are meshed",
      fix:
        'see that the network routes to these pods, or that packets to the peers\' nodes are masqueraded; or write reads "direct", ' +
        "for agents dial from their nodes",
    }),
  ];
}

/** What keeps a cluster that publishes by its clustermesh-apiserver from being part of a mesh, where it has one. */
export function apiserver(found: InspectedCluster, policy: PreflightPolicy, now: Date): readonly Diagnostic[] {
  const each = withWritten(found, policy);
  if (each.cluster.publishes !== "apiserver" || each.live.apiserver === undefined) return [];
  const before = identityIn(setBefore(found, policy) ?? {});
  const isOurs = before.name === found.cluster.name && before.id === String(found.cluster.id);
  const identity = otherIdentity(each, policy, isOurs);
  return [
    ...identity,
    ...noReplicas(each, policy),
    ...unmanagedUsers(each, policy),
    ...apiserverCertificates(each, policy, identity.length > 0, now),
    ...hubble(each, policy),
    ...oldIdentities(each, policy),
    ...apiserverWayIn(each, policy),
    ...readers(each, policy),
    ...firstConnection(each),
  ];
}
