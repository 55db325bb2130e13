import * as pulumi from "@pulumi/pulumi";
import { contextOf, nodeCommand, type ClusterAccess } from "./nodeCommand";
import type { MeshSettings } from "./settings";
import type { Readiness } from "./model/agentStatus";
import type { Member } from "./model/mesh";

/** The arguments of {@link meshCheck}. */
export interface MeshCheckArgs {
  readonly members: readonly Member[];
  readonly access: Readonly<Record<string, ClusterAccess>>;
  /** Changes with whatever the agents were told about their peers; a change runs the check again. */
  readonly peersHash: pulumi.Output<string>;
  readonly settings: MeshSettings;
}

/** The readiness of a mesh. */
export interface MeshCheck {
  readonly readiness: pulumi.Output<readonly Readiness[] | string>;
  /** What has to be done before anything may rely on the mesh. */
  readonly done: readonly pulumi.Resource[];
}

/**
 * Waits until every agent of every cluster sees every declared peer ready and with the declared id. Fails `up` with each pair that is not,
 * and with what `cilium-dbg troubleshoot clustermesh` says there.
 *
 * @param after What the agents learn their peers from.
 */
export function meshCheck(
  name: string,
  args: MeshCheckArgs,
  after: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): MeshCheck {
  const { check, cilium } = args.settings;
  if (!check.enabled) {
    return { readiness: pulumi.output("not checked: the check is switched off"), done: after };
  }
  const members = args.members.map(({ name: member, id }) => {
    const access = args.access[member];
    return { name: member, id, ...(access === undefined ? {} : contextOf(access)) };
  });
  const command = nodeCommand(
    `${name}-check`,
    {
      script: "meshCheck.ts",
      create: "check",
      update: "check",
      input: { members, names: cilium, timeoutSeconds: check.timeoutSeconds, peersHash: args.peersHash },
      clusters: args.access,
    },
    { ...opts, dependsOn: [...after] },
  );
  // The table has no secret; it counts as one only because the command got kubeconfigs.
  const readiness = pulumi.unsecret(command.stdout).apply((table) => JSON.parse(table) as readonly Readiness[]);
  return { readiness, done: [command] };
}
