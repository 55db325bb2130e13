import { compact } from "../../basics/model/lists";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { ReachableCluster } from "./liveCluster";
import type { InspectedCluster } from "./policy";
import { unseen } from "./unseen";
import { PUBLICATIONS } from "../../mesh/model/publication";

/** A release of Cilium, as far as a mesh depends on it. */
interface Version {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

const VERSION = /^v?(\d+)\.(\d+)(?:\.\d+)?(?:[-+.].*)?$/;

function parseVersion(text: string | undefined): Version | undefined {
  const match = VERSION.exec(text ?? "");
  return match === null ? undefined : { text: match[0], major: Number(match[1]), minor: Number(match[2]) };
}

/** The tag of an image: behind the last colon of the last part of its path, and before its digest. */
const tagOf = (image: string): string | undefined => /:([^:/@]+)$/.exec(image.split("@")[0] ?? "")?.[1];

/** The version of a cluster's agents: the tag of their image, or else the chart's, which is the same. */
function versionOf({ agent }: ReachableCluster): Version | undefined {
  return parseVersion(tagOf(agent?.image ?? "")) ?? parseVersion(/^cilium-(.+)$/.exec(agent?.chart ?? "")?.[1]);
}

const minors = (a: Version, b: Version): number => (a.major - b.major) * 1000 + (a.minor - b.minor);

/** The release that reads addresses of hosts in a peer's file. */
const HOST_ALIASES: Version = { text: "v1.20", major: 1, minor: 20 };

/** Agents of versions that do not go together, or that do not know what they are to be given. */
export function versions(found: readonly InspectedCluster[]): readonly Diagnostic[] {
  const known = found.flatMap(({ cluster, live }) => {
    const version = versionOf(live);
    return version === undefined ? [] : [{ cluster, version }];
  });
  const newest = [...known].sort((a, b) => minors(b.version, a.version))[0];
  const aliased = found.find(({ cluster }) => Object.keys(cluster.etcd.hostAliases ?? {}).length > 0)?.cluster;
  const problems = known.flatMap(({ cluster, version }) => {
    const at = { cluster: cluster.name, property: "live Cilium version", value: version.text };
    const tooOld = newest !== undefined && minors(newest.version, version) > 1;
    const ignores = aliased !== undefined && aliased.name !== cluster.name && minors(version, HOST_ALIASES) < 0;
    return compact([
      tooOld &&
        error({
          ...at,
          reason: `is more than one minor release behind ${newest.version.text} of cluster ${JSON.stringify(newest.cluster.name)}`,
          fix: "Cilium supports one minor release between the clusters of a mesh: upgrade it first",
        }),
      ignores &&
        error({
          ...at,
          reason: `ignores ${PUBLICATIONS[aliased.publishes].property}.hostAliases of cluster ${JSON.stringify(aliased.name)}`,
          fix: `upgrade it to ${HOST_ALIASES.text}, or give endpoints that its DNS knows and no hostAliases`,
        }),
    ]);
  });
  const unknown = found.flatMap(({ cluster, live }) =>
    live.agent === undefined || versionOf(live) !== undefined
      ? []
      : [unseen(cluster.name, "the version", `image ${JSON.stringify(live.agent.image ?? "")} names none`)],
  );
  return [...problems, ...unknown];
}
