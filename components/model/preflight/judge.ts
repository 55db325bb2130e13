import { endpointKey } from "../endpoint";
import type { LiveCluster } from "../liveCluster";
import { endpointsOf, type Member } from "../mesh";
import type { Problem } from "../problem";
import { forbiddenEndpoints } from "../validateEndpoints";
import { liveIdentity, otherThanRecorded, sameCluster } from "./identity";
import { foreignObjects, markProblems, missingObjects, ownedValues } from "./objects";
import type { Found, PreflightPolicy } from "./policy";
import { differingSettings, liveSettings, nativeRouting } from "./settings";

/**
 * Everything in the live clusters that would make the mesh fail or hurt somebody: judged for all clusters at once, in previews too.
 * Unreachable clusters are left out here; what that means is the caller's setting.
 */
export function judgeLiveClusters(
  members: readonly Member[],
  live: ReadonlyMap<string, LiveCluster>,
  policy: PreflightPolicy,
): readonly Problem[] {
  const found = members.flatMap((member): Found[] => {
    const cluster = live.get(member.name);
    return cluster?.kind === "reachable" ? [{ member, live: cluster }] : [];
  });
  const apiServerEtcds = new Map(
    found.flatMap((each) =>
      endpointsOf(each.live.apiServerEtcd).map((endpoint): [string, string] => [
        endpointKey(endpoint),
        `is the etcd of the API server of cluster ${JSON.stringify(each.member.name)}`,
      ]),
    ),
  );
  const others = found.flatMap((each) => otherThanRecorded(each, policy));
  const isOther = ({ member }: Found) => others.some(({ cluster }) => cluster === member.name);
  const known = found.filter((each) => !isOther(each));
  return [
    ...others,
    // Whatever is found in another cluster follows from that.
    ...known.flatMap((each) => [
      ...missingObjects(each, policy),
      ...markProblems(each, policy),
      ...liveIdentity(each, members, policy),
      ...ownedValues(each, policy),
      ...foreignObjects(each, policy),
      ...liveSettings(each, policy),
      ...nativeRouting(each, members),
      ...forbiddenEndpoints(each.member, apiServerEtcds),
    ]),
    ...sameCluster(found),
    ...differingSettings(known),
  ];
}

/** The members whose API server did not answer, with what kubectl said. */
export function unreachableClusters(
  members: readonly Member[],
  live: ReadonlyMap<string, LiveCluster>,
): readonly Problem[] {
  return members.flatMap((member): Problem[] => {
    const cluster = live.get(member.name);
    return cluster?.kind === "unreachable"
      ? [
          {
            cluster: member.name,
            property: "API server",
            reason: `cannot be reached: ${cluster.reason}`,
            allowed:
              'check context and network, or set clustermesh:unreachable to "warn"; list it with gone: true if it is gone for good',
          },
        ]
      : [];
  });
}
