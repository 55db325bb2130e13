import { demoClaims, type DemoSettings } from "./demo";
import type { Claim } from "./liveCluster";

/** The settings that decide which objects a stack makes in its clusters. */
export interface ClaimSettings {
  readonly cilium: { readonly namespace: string };
  readonly peerSecret: string;
  readonly foreignSecret: "refuse" | "adopt";
  readonly etcdServerSecret: string;
}

/**
 * The objects of a cluster that must not be somebody else's. An adopted Secret may be.
 *
 * @param issuesServers Whether the authority issues the etcds' server certificates.
 */
export function claimsOf(
  cluster: string,
  settings: ClaimSettings,
  issuesServers: boolean,
  demo: DemoSettings | undefined,
): readonly Claim[] {
  const { namespace } = settings.cilium;
  const secret = (name: string): Claim => ({ resource: "secrets", name, namespace });
  return [
    ...(settings.foreignSecret === "adopt" ? [] : [secret(settings.peerSecret)]),
    ...(issuesServers ? [secret(settings.etcdServerSecret)] : []),
    ...(demo === undefined ? [] : demoClaims(demo, cluster)),
  ];
}
