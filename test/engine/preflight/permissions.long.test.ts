import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { makeServiceAccount, type ServiceAccount } from "../../support/kubernetes/serviceAccount";
import { grantRoles, revokeRoles } from "../../support/kubernetes/roles";
import { snapshot } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { newStack } from "../support/newStack";

const USER = "mesh-user";
const WHO = { kind: "ServiceAccount", name: USER } as const;

describe("the user of a cluster", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let first: LabCluster;
  let cluster: LabCluster;
  let untouched: readonly object[];
  let account: ServiceAccount;

  before(async () => {
    const made = await newStack("permissions", 2);
    ({ stack, untouched } = made);
    [first, cluster] = made.clusters as [LabCluster, LabCluster];
    account = await makeServiceAccount(cluster, USER, "nothing");
    const { context, ...reached } = clusterConfig(cluster);
    assert.ok(context);
    await stack.configure(withMember(meshConfig([first]), cluster.name, reached));
    await stack.setSecret(`clusters.${cluster.name}.kubeconfig`, account.kubeconfig);
  });

  after(async () => {
    await account.remove();
    await revokeRoles(cluster, WHO, ["preview", "up"]);
  });

  it("is told all that a preview needs, where it may do nothing", async () => {
    const run = await stack.preview();
    assert.notEqual(run.code, 0, run.text);
    for (const resource of [
      "namespaces",
      "configmaps in namespace kube-system",
      "daemonsets.apps in namespace kube-system",
      "secrets in namespace kube-system",
      "pods in namespace kube-system",
    ]) {
      assert.ok(
        run.text.includes(`cluster "${cluster.name}": ${resource} is not for the kubeconfig's user to `),
        run.text,
      );
    }
    assert.doesNotMatch(run.text, /\b(lost|patch)\b/);
  });

  it("previews with the roles of a preview, and is told all at once what an up needs beside, before anything is written", async () => {
    await grantRoles(cluster, WHO, ["preview"]);
    succeeded(await stack.preview());
    const run = await stack.up("--skip-preview");
    assert.notEqual(run.code, 0, run.text);
    for (const lacking of [
      "configmaps in namespace kube-system is not for the kubeconfig's user to patch;",
      "daemonsets.apps in namespace kube-system is not for the kubeconfig's user to patch, list, watch;",
      "secrets in namespace kube-system is not for the kubeconfig's user to create, patch, delete, list, watch;",
      "pods in namespace kube-system is not for the kubeconfig's user to get, patch, delete;",
      "pods/exec in namespace kube-system is not for the kubeconfig's user to create;",
    ]) {
      assert.ok(run.text.includes(`cluster "${cluster.name}": ${lacking}`), run.text);
    }
    assert.deepEqual(await Promise.all([first, cluster].map(snapshot)), untouched);
  });

  it("goes up with the roles of the documentation, and nothing else", async () => {
    await grantRoles(cluster, WHO, ["up"]);
    succeeded(await stack.up());
    succeeded(await stack.up("--refresh", "--expect-no-changes"));
  });

  it("previews what is up, and drift, with the roles of a preview", async () => {
    await revokeRoles(cluster, WHO, ["up"]);
    succeeded(await stack.preview("--refresh", "--expect-no-changes"));
    const drifted = { data: { "cluster-id": "7" } };
    await cluster.run([
      "patch",
      "configmap/cilium-config",
      "--namespace=kube-system",
      `--patch=${JSON.stringify(drifted)}`,
    ]);
    const run = await stack.preview("--refresh", "--expect-no-changes");
    assert.notEqual(run.code, 0, run.text);
    assert.match(run.text, /cluster-id/);
    await grantRoles(cluster, WHO, ["up"]);
    succeeded(await stack.up("--refresh"));
  });

  it("goes down with them", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all([first, cluster].map(snapshot)), untouched);
  });
});
