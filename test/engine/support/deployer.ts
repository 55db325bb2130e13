import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Lab, LabCluster } from "../../../lab";
import { grantRoles, ROLE_FILES } from "../../support/kubernetes/roles";

const DEPLOYER = "deployer";

const kubeconfig = z
  .object({ users: z.array(z.object({ name: z.string(), user: z.record(z.string(), z.unknown()) })) })
  .loose();

/**
 * A kubeconfig of a lab whose user has the roles of the documentation and no other rights: what the engine level does, it does with those.
 *
 * @returns Its file, which ends with the lab.
 */
export async function deployerKubeconfig({ clusters, kubeconfig: admins }: Lab): Promise<string> {
  await Promise.all(clusters.map((cluster) => grantRoles(cluster, { kind: "User", name: DEPLOYER }, ROLE_FILES)));
  const config = kubeconfig.parse(JSON.parse(await readFile(admins, "utf8")));
  const users = config.users.map((each) => ({ ...each, user: { ...each.user, as: DEPLOYER } }));
  const file = join(dirname(admins), DEPLOYER);
  await writeFile(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
  return file;
}

const LISTS = "deployer-lists-everything";

/** Lets the deployer list everything meanwhile: as the documentation says, a namespace of the demo stays where its user may not. */
export async function listingEverything<T>(clusters: readonly LabCluster[], work: () => Promise<T>): Promise<T> {
  for (const cluster of clusters) {
    await cluster.run(["create", "clusterrole", LISTS, "--verb=list", "--resource=*.*"]);
    await cluster.run(["create", "clusterrolebinding", LISTS, `--clusterrole=${LISTS}`, `--user=${DEPLOYER}`]);
  }
  try {
    return await work();
  } finally {
    for (const cluster of clusters) {
      await cluster.run(["delete", "clusterrolebinding", LISTS]);
      await cluster.run(["delete", "clusterrole", LISTS]);
    }
  }
}
