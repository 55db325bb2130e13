import { errorMessage } from "../basics/errorMessage";
import { mapLimited } from "../basics/mapLimited";
import type { ApiAccess } from "../kubernetes/clusterApi";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import { noAccess } from "../kubernetes/model/noAccess";
import { warning, type Diagnostic } from "../mesh/model/diagnostic";
import { CLUSTERS_AT_ONCE } from "./inspectAll";
import type { Publication } from "./inspection";
import type { Identity } from "../mesh/model/publication";
import type { LiveCluster } from "./model/liveCluster";
import type { MeshSettings } from "../settings/model/settings";
import { apiserverRights, namedRights, previewRights, usersRights, rightsProblems, upRights } from "./model/rights";
import { missingRights } from "./permissions";

/** A cluster, how to reach it, and what is made in it. */
export interface Asked {
  readonly name: string;
  readonly access: ApiAccess;
  readonly managedObjects: readonly ManagedObject[];
  /** What is asked about where it publishes. @default `kvstore` */
  readonly publication?: Publication;
  /** How its agents get name and id; absent as long as that is not known. */
  readonly identity?: Identity;
}

/** What the users of clusters may not do, by cluster; and of which of them that could not be learned. */
export interface Permissions {
  readonly missing: ReadonlyMap<string, readonly Diagnostic[]>;
  readonly unknown: readonly Diagnostic[];
}

/**
 * Whether a cluster's user may do what is to be done. A preview that has read all it wanted needs nothing more, and asks only what else is
 * missing where one reading was refused; an `up` asks before it writes, for half of it would stay.
 */
export async function permissionsOf(
  clusters: readonly Asked[],
  live: ReadonlyMap<string, LiveCluster>,
  settings: MeshSettings,
  writes: boolean,
  limitSeconds: number,
): Promise<Permissions> {
  const asked = clusters.filter(({ name }) => {
    const cluster = live.get(name);
    return cluster?.kind === "unreachable" ? cluster.cause === "permission" : writes && cluster !== undefined;
  });
  const found = await mapLimited(
    asked,
    CLUSTERS_AT_ONCE,
    async ({ name, access, managedObjects, publication, identity }) => {
      const ofMode =
        publication === "asked"
          ? [
              ...apiserverRights(settings.cilium),
              ...(writes ? usersRights(settings.cilium) : []),
              ...(writes && identity === "set" ? namedRights(settings.cilium) : []),
            ]
          : [];
      const rights = [...(writes ? upRights : previewRights)({ ...settings, managedObjects }), ...ofMode];
      try {
        const missing = rightsProblems(name, await missingRights(access, rights, limitSeconds));
        return { name, missing, unknown: [] };
      } catch (error) {
        const { line } = noAccess(errorMessage(error));
        const unknown = warning({
          cluster: name,
          property: "permissions",
          reason: `are not known: ${line}`,
          fix: "see that the kubeconfig's user has the roles in docs/permissions",
        });
        return { name, missing: [], unknown: [unknown] };
      }
    },
  );
  return {
    missing: new Map(found.flatMap(({ name, missing }) => (missing.length === 0 ? [] : [[name, missing]]))),
    unknown: found.flatMap(({ unknown }) => unknown),
  };
}
