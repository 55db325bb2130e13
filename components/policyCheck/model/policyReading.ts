import { isOn } from "../../cilium/model/agentBoolean";
import type { PolicyReading } from "./meshChange";

/** The minor version since which a selector that names no cluster means the local one, where `cilium-config` does not set it. */
const LOCAL_SINCE = [1, 19] as const;

/** Whether an agent of this image reads policies so by itself; one whose version is not known is taken for an older one, which finds more. */
function localByVersion(image: string): boolean {
  const [, major = "", minor = ""] = /:v?(\d+)\.(\d+)(?:[.@-]|$)/.exec(image) ?? [];
  const [since, sinceMinor] = LOCAL_SINCE;
  return major !== "" && (Number(major) > since || (Number(major) === since && Number(minor) >= sinceMinor));
}

/**
 * How the agents of a cluster read its policies.
 *
 * @param config The data of `cilium-config`.
 * @param image The image of the agents, with their version.
 */
export function policyReading(config: Readonly<Record<string, string>>, image: string): Required<PolicyReading> {
  const setting = (key: string) => (Object.hasOwn(config, key) ? config[key] : undefined);
  const local = setting("policy-default-local-cluster");
  return {
    localByDefault: local === undefined || local === "" ? localByVersion(image) : isOn(local),
    nodesByCIDR: (setting("policy-cidr-match-mode") ?? "").split(/[\s,]+/).includes("nodes"),
  };
}
