import { ACCESS_FIXES, type NoAccessKind } from "../../kubernetes/model/noAccess";
import { howToAllow } from "../../settings/model/allow";
import type { Cluster } from "../../mesh/model/mesh";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { forbiddenEndpoints } from "../../mesh/model/validateEndpoints";
import { apiserver } from "./apiserver";
import { agentEtcds } from "./agentEtcd";
import { agentFolder } from "./agentFolder";
import { liveApiServerEtcds, uncomparedEndpoints, unseenApiServerEtcds } from "./apiServerEtcd";
import { liveIdentity } from "./identity";
import type { LiveCluster } from "./liveCluster";
import { liveRanges } from "./liveRanges";
import { masquerading } from "./masquerading";
import { nodeConfigs } from "./nodeConfigs";
import { foreignObjects, markProblems, missingObjects, ownedValues } from "./objects";
import { inspected, type PreflightPolicy } from "./policy";
import { ruledOut } from "./ruledOut";
import { liveSettings } from "./settings";
import { sharedSettings } from "./sharedSettings";
import { sharedSubnets } from "./sharedSubnets";
import { surge } from "./surge";
import { unseenNote } from "./unseen";
import { usersProblems } from "./users";
import { versions } from "./versions";

/** What live clusters come to, as a mesh. */
export interface LiveJudgement {
  readonly diagnostics: readonly Diagnostic[];
  /** Clusters of which one problem alone is reported: all others come of it. */
  readonly ruledOut: ReadonlySet<string>;
  /** Clusters that have, or would get, another name or id: what differs there by these comes of it. */
  readonly misnamed: ReadonlySet<string>;
}

/**
 * Everything in the live clusters that would make the mesh fail or break workloads: judged for all clusters at once, in previews too. What rules a
 * cluster out comes first, and nothing else about it. Unreachable clusters are left out here; what that means is the caller's setting.
 */
export function judgeLive(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
  policy: PreflightPolicy,
  now: Date,
): LiveJudgement {
  const all = inspected(clusters, live);
  const out = ruledOut(all, clusters, policy);
  const found = all.filter(({ cluster }) => !out.clusters.has(cluster.name));
  const apiServerEtcds = liveApiServerEtcds(all);
  const judged = [
    ...out.diagnostics,
    ...found.flatMap((each) => [
      ...missingObjects(each, policy),
      ...markProblems(each, policy),
      ...liveIdentity(each, clusters, policy),
      ...ownedValues(each, policy),
      ...foreignObjects(each, policy),
      ...liveSettings(each, policy),
      ...apiserver(each, policy, now),
      ...usersProblems(each, clusters, policy),
      ...forbiddenEndpoints(each.cluster, apiServerEtcds),
      ...surge(each, policy),
      ...agentFolder(each, policy),
      ...masquerading(each, clusters),
      ...nodeConfigs(each, clusters, policy),
      ...uncomparedEndpoints(each),
    ]),
    ...agentEtcds(found, clusters),
    ...liveRanges(found, clusters),
    ...sharedSubnets(found, clusters, policy),
    ...sharedSettings(found),
    ...versions(found),
  ];
  return {
    diagnostics: [...judged, ...unseenApiServerEtcds(found), ...unseenNote(judged)],
    ruledOut: out.clusters,
    misnamed: new Set(
      found.filter((each) => liveIdentity(each, clusters, policy).length > 0).map(({ cluster }) => cluster.name),
    ),
  };
}

const OR_LOST = "Only where the cluster does not exist any more and will never answer, list it with lost: true";

/** So often what to do stands in full: where a network is down, no cluster of it answers. */
const FIXES_IN_FULL = 3;

/** The clusters that could not be inspected, with why and what to do. */
export function unreachableClusters(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
  allow: PreflightPolicy["allow"],
): readonly Diagnostic[] {
  const orAllow = allow.includes("unreachable") ? "" : `; to let a preview go on, ${howToAllow("unreachable")}`;
  const fixOf = (cause: NoAccessKind): string =>
    cause === "network" ? `${ACCESS_FIXES[cause].fix}${orAllow}. ${OR_LOST}` : ACCESS_FIXES[cause].fix;
  const silent = clusters.flatMap(({ name }) => {
    const cluster = live.get(name);
    return cluster?.kind === "unreachable" ? [{ name, ...cluster }] : [];
  });
  return silent.map(({ name, cause, reason }, index) => {
    const same = silent.slice(0, index).filter((each) => each.cause === cause);
    const [first] = same;
    const fix =
      first === undefined || same.length < FIXES_IN_FULL
        ? fixOf(cause)
        : `do as for cluster ${JSON.stringify(first.name)}`;
    const what = `${ACCESS_FIXES[cause].what}: ${reason}`;
    return error({ cluster: name, property: "API server", reason: what, fix });
  });
}
