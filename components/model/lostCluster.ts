import { rolledWorkloads, ROLLOUT_ANNOTATION, type CiliumObjects } from "./agentConfig";
import type { Claim } from "./liveCluster";
import { MARK_ANNOTATION } from "./mark";
import type { Recorded } from "./recorded";

/** What kubectl says where nobody answers. */
const NO_ANSWER =
  /connection refused|was refused|no answer within|no route to host|network is unreachable|no such host|i\/o timeout|handshake timeout|deadline exceeded|Client\.Timeout|server misbehaving|unable to connect to the server: (?!x509|tls: failed to verify|remote error)/i;

/** What it says where its credentials are not taken, or are not there any more. */
const NO_ACCESS =
  /unauthorized|must be logged in|provide credentials|context .*(does not exist|not found)|x509|tls: |remote error/i;

/** The way out for a cluster that will not answer any more. */
const GONE_STEPS =
  "if it is gone for good, take two steps: 1. list it with gone: true and run pulumi up, 2. remove it from the configuration and run pulumi up";

/** The way out for a cluster that is to leave with credentials that are out of date. */
const ACCESS_STEPS =
  "these credentials are those of the last up: 1. list it with a context or kubeconfig that works and run pulumi up, 2. then remove it";

/** An error of kubectl with what to do about it, where it says that a cluster does not answer, or does not let us in. */
export function withAdvice(message: string): string {
  const advice = NO_ANSWER.test(message) ? GONE_STEPS : NO_ACCESS.test(message) ? ACCESS_STEPS : undefined;
  return advice === undefined ? message : `${message}; ${advice}`;
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
