import { inspectCluster, peerSecretKeys, stackOwner } from "../components";
import type { KubectlAccess } from "../components/kubectl";
import { mapLimited } from "../components/mapLimited";
import { claimsOf } from "../components/model/claims";
import type { LiveCluster } from "../components/model/liveCluster";
import { membersOf } from "../components/model/mesh";
import { SHARED_AUTHORITY } from "../components/model/peerFile";
import { judgeLiveClusters, unreachableClusters } from "../components/model/preflight/judge";
import type { Problem } from "../components/model/problem";
import type { Environment } from "./environment";
import type { Configuration } from "./schema";

const CLUSTERS_AT_ONCE = 8;

/** What the live clusters have to say. */
export interface Preflight {
  readonly problems: readonly Problem[];
  /** Worth saying, but no reason to stop. */
  readonly warnings: readonly Problem[];
}

/** How to reach a cluster; nothing where the configuration does not say, or kubectl would take its current context for an answer. */
function accessOf({ context, kubeconfig }: Configuration["clusters"][string]): KubectlAccess | undefined {
  if (kubeconfig !== undefined) {
    return { kind: "kubeconfig", content: kubeconfig };
  }
  return context === undefined ? undefined : { kind: "context", context };
}

async function inspectAll(
  configuration: Configuration,
  environment: Environment,
): Promise<ReadonlyMap<string, LiveCluster>> {
  const { settings, authority, demo } = environment;
  const clusters = Object.entries(configuration.clusters).flatMap(([name, cluster]) => {
    const access = accessOf(cluster);
    return access === undefined ? [] : [{ name, access }];
  });
  const found = await mapLimited(clusters, CLUSTERS_AT_ONCE, async ({ name, access }) => {
    // An adopted Secret is no claim, but its keys must be known.
    const claims = claimsOf(name, { ...settings, foreignSecret: "refuse" }, authority.kind === "generated", demo);
    const live = await inspectCluster(access, settings.cilium, claims, configuration.liveCheckTimeoutSeconds);
    return [name, live] as const;
  });
  return new Map(found);
}

/**
 * Asks every cluster whether it can become or stay a member, in previews too and before anything is written. An unreachable cluster is
 * a problem or a warning, as the configuration says.
 */
export async function preflight(configuration: Configuration, environment: Environment): Promise<Preflight> {
  if (!configuration.liveChecks) {
    return { problems: [], warnings: [] };
  }
  const { spec, settings, authority } = environment;
  const members = membersOf(spec.clusters);
  const names = members.map((member) => member.name);
  const authorities = authority.kind === "adoptedPerCluster" ? names : [SHARED_AUTHORITY];
  const live = await inspectAll(configuration, environment);
  const judged = judgeLiveClusters(members, live, {
    ...settings,
    names: settings.cilium,
    peerSecretKeys: peerSecretKeys(names, authorities),
    owner: stackOwner(),
  });
  const unreachable = unreachableClusters(members, live);
  return configuration.unreachable === "error"
    ? { problems: [...unreachable, ...judged], warnings: [] }
    : { problems: judged, warnings: unreachable };
}
