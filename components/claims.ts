import { demoClaims, type DemoSettings } from "./demo/model/demo";
import type { Claim } from "./kubernetes/model/claim";

/** The settings that decide which objects a stack makes in its clusters. */
export interface ClaimSettings {
  readonly cilium: { readonly namespace: string };
  readonly peerSecret: string;
  readonly etcdServerSecret: string;
}

/**
 * The objects that a stack has in a cluster, and that must not be somebody else's. A Secret with peers may be, where it is adopted.
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
    secret(settings.peerSecret),
    ...(issuesServers ? [secret(settings.etcdServerSecret)] : []),
    ...(demo === undefined ? [] : demoClaims(demo, cluster)),
  ];
}
