import { rolledWorkloads, ROLLOUT_ANNOTATION, type CiliumObjects } from "../../cilium/model/agentConfig";
import { MARK_ANNOTATION } from "../../identity/model/mark";
import type { Recorded } from "../../identity/model/recorded";
import { ACCESS_FIXES, noAccess } from "../../kubernetes/model/noAccess";
import type { Claim } from "../../preflight/model/liveCluster";

/** The way out where no way leads to a cluster. Only the last of it is about one that is gone: of one that lives, half would stay. */
const NETWORK_STEPS =
  "check address, network and VPN, and run this again. Only where the cluster does not exist any more, and will never answer, take two steps: " +
  "1. list it with gone: true and run pulumi up, 2. remove it from the configuration and run pulumi up";

/** The way out for a cluster that is to leave with credentials that are out of date. */
const ACCESS_STEPS =
  "these credentials are those of the last up: 1. list it with a context or kubeconfig that works and run pulumi up, 2. then remove it";

/** What an error of kubectl says, in a line, with what to do about it, where it says why it got nothing out of a cluster that is to be given back. */
export function withAdvice(message: string): string {
  const { kind, line } = noAccess(message);
  switch (kind) {
    case "network":
      return `${line}; ${NETWORK_STEPS}`;
    case "kubeconfig":
    case "credentials":
    case "tls":
      return `${line}; ${ACCESS_STEPS}`;
    case "kubectl":
    case "permission":
      return `${line}; ${ACCESS_FIXES[kind].fix}`;
    case "other":
      return line;
  }
}

/** What a cluster had before it became a member, as far as it is needed to give it back by hand. */
export interface GivenBack {
  readonly names: CiliumObjects;
  /** What was there before. */
  readonly recorded: Recorded;
  /** What this project has made there. */
  readonly claims: readonly Claim[];
}

/** Annotations that Pulumi's Patch resources leave on the objects that they patch. */
export const PATCH_ANNOTATIONS = ["pulumi.com/patchFieldManager", "pulumi.com/patchForce", "pulumi.com/skipAwait"];

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The commands that give a cluster back by hand, in the order in which they are run, should it ever return. */
export function handBack({ names, recorded, claims }: GivenBack): readonly string[] {
  const kubectl = `kubectl -n ${names.namespace}`;
  const { config: originals, targets, peerSecret } = recorded;
  const wasThere = (name: string) => name === targets.peerSecret && peerSecret === "present";
  const made = claims.filter(({ resource, name }) => resource === "secrets" && !wasThere(name));
  const secrets = made.map(({ name }) => name);
  const data = Object.fromEntries(
    Object.entries(originals).map(([key, original]) => [key, original.kind === "value" ? original.value : null]),
  );
  // Without the annotation the pod templates are as they were, and their pods start anew.
  const template = { spec: { template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: null } } } } };
  const metadata = {
    annotations: Object.fromEntries([MARK_ANNOTATION, ...PATCH_ANNOTATIONS].map((key) => [key, null])),
  };
  const patch = (object: string, body: object) =>
    `${kubectl} patch ${object} --type=merge --patch ${quoted(JSON.stringify(body))}`;
  return [
    ...(secrets.length === 0 ? [] : [`${kubectl} delete secret --ignore-not-found ${secrets.join(" ")}`]),
    patch(`configmap/${names.configMap}`, { data, metadata }),
    ...rolledWorkloads(names).map((workload) => patch(workload, template)),
  ];
}
