import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { makeServiceAccount, type ServiceAccount } from "../../support/kubernetes/serviceAccount";
import { grantRoles, revokeRoles } from "../../support/kubernetes/roles";
import { snapshots } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { apiserverMesh } from "../support/apiserver/apiserverLab";
import { assertRefused } from "../support/apiserver/refused";

const USER = "mesh-user";
const WHO = { kind: "ServiceAccount", name: USER } as const;

describe("the user of a cluster with clustermesh-apiserver", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let cluster: LabCluster;
  let untouched: readonly object[];
  let account: ServiceAccount;

  before(async () => {
    ({ stack, clusters, untouched } = await apiserverMesh("apiserver-permissions"));
    const [first = assert.fail(), second = assert.fail()] = clusters;
    cluster = first;
    account = await makeServiceAccount(cluster, USER, "nothing");
    await grantRoles(cluster, WHO, ["preview", "up"]);
    const { context, ...reached } = clusterConfig(cluster);
    assert.ok(context);
    await stack.configure(withMember(meshConfig([second]), cluster.name, reached));
    await stack.setSecret(`clusters.${cluster.name}.kubeconfig`, account.kubeconfig);
  });

  after(async () => {
    await account.remove();
    await revokeRoles(cluster, WHO, ["preview", "up", "apiserver"]);
  });

  it("is told what is missing without the role for that", async () => {
    const lacks = (what: string, verbs: string) =>
      new RegExp(`cluster "cluster1": ${what} in namespace kube-system is not for the kubeconfig's user to ${verbs}`);
    await assertRefused(
      stack,
      clusters,
      lacks("secrets", "get"),
      lacks("configmaps", "get"),
      lacks("deployments\\.apps", "get"),
    );
  });

  it("goes up and down with that role, and with nothing else", async () => {
    await grantRoles(cluster, WHO, ["apiserver"]);
    succeeded(await stack.preview());
    succeeded(await stack.up());
    succeeded(await stack.up("--refresh", "--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
