import { z } from "zod";

const OF_CLUSTERS = [
  "adoptSecret",
  "overwriteConflicts",
  "openPolicies",
  "policyInterruptions",
  "restartStalePods",
  "unreachable",
] as const;

const OF_MESH = ["sharedSubnets"] as const;

const MEANINGS: Readonly<Record<Allowance, string>> = {
  adoptSecret:
    "a Secret named `peerSecret` that this stack has not made gets the peers, and keeps its other keys; otherwise it is refused",
  overwriteConflicts:
    "name and id in `cilium-config` that belong to Helm, or to another owner, and differ are overwritten until destroy; otherwise they are refused. Of a cluster without `etcd` so are the certificates of its clustermesh-apiserver, which are for a name",
  openPolicies:
    "policies may allow more traffic as clusters join or leave; otherwise that is refused, in previews too. For a cluster that leaves, an `up` sets this beforehand",
  policyInterruptions:
    "where there are policies, name and id change in one roll-out of the agents, and for seconds policies may refuse connections that they allow; otherwise they change in three, and none is refused. For a cluster that leaves, an `up` sets this beforehand",
  restartStalePods:
    "pods that keep an identity of another cluster id are restarted where a controller makes them again; otherwise they are reported. A restart deletes the pod and asks no disruption budget",
  unreachable: "a cluster that does not answer is a warning; otherwise it is an error",
  sharedSubnets:
    "ranges of pods may be those of other clusters: pods get addresses of the subnets of one network, which gives each address once (IPAM `eni`, `azure`, `alibabacloud`, `aws-cni`, `delegated-plugin`). The live clusters are held to it. In a mesh of several stacks the authority stack allows this one",
};

/** Something that is refused, or left alone, unless it is allowed. */
export type Allowance = (typeof OF_CLUSTERS)[number] | (typeof OF_MESH)[number];

function list<T extends Allowance>(known: readonly [T, ...T[]]) {
  return z
    .array(z.enum(known))
    .default([])
    .meta({
      description:
        "What is refused, or left alone, unless it is listed here. " +
        known.map((each) => `\`${each}\`: ${MEANINGS[each]}.`).join(" "),
      examples: [known.slice(0, 1)],
    });
}

/** All that can be allowed. */
export const allow = list<Allowance>([...OF_CLUSTERS, ...OF_MESH]);

/** What an authority stack can allow. */
export const allowOfMesh = list(OF_MESH);

/** How to allow something, for the messages of what is refused without it. */
export function howToAllow(allowance: Allowance): string {
  return `add ${allowance} to clustermesh:allow (pulumi config set --path 'clustermesh:allow[0]' ${allowance}, where nothing is in it yet)`;
}
