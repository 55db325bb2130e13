/** Groups whose policies Cilium makes, or its makers. */
const CILIUM = /(^|\.)(cilium\.io|isovalent\.com)$/;

/** Address groups that policies name. */
export const CIDR_GROUPS = "ciliumcidrgroups.cilium.io";

/** Aggregated groups that are often down, and have metrics. */
const METRICS = /^(custom\.|external\.)?metrics\.k8s\.io\//;

/**
 * Whether a kind of objects, as `kubectl api-resources -o name` has it, is one of policies that select by the labels of Cilium's identities:
 * Cilium's own, and network policies of whatever group. The label of a cluster is on no object of Kubernetes, so no other policy can select by
 * it: admission, disruption, images, backups. Reports about policies are none.
 */
export function isPolicyKind(resource: string): boolean {
  const [plural = "", ...rest] = resource.trim().split(".");
  const group = rest.join(".");
  return (
    plural.endsWith("networkpolicies") ||
    (CILIUM.test(group) && plural.endsWith("policies")) ||
    resource.trim() === CIDR_GROUPS
  );
}

/**
 * What of a failed discovery matters: the groups that did not answer, and may have policies. The words as they are where they name none.
 *
 * @param words What kubectl said: `unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: …`.
 */
export function undiscovered(words: string): string | undefined {
  const text = words.trim().split("\n", 1)[0] ?? "";
  const said = /server APIs: (.*)$/.exec(text)?.[1];
  const groups = said?.match(/(?:^|, )[a-z0-9.-]+\/v[0-9a-z]+(?=: )/g)?.map((each) => each.replace(/^, /, ""));
  return groups !== undefined && groups.length > 0 && groups.every((group) => METRICS.test(group)) ? undefined : text;
}
