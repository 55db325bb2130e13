import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { changes, isOfCluster } from "../../support/events";
import { rollOutAnnotation, secretFiles, uidOf } from "../../support/kubernetes/clusterObjects";
import { makeServiceAccount, type ServiceAccount } from "../../support/kubernetes/serviceAccount";
import { snapshot } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { readState } from "../../support/stacks/stackState";
import { newStack } from "../support/newStack";

describe("a cluster that is reached by a kubeconfig's content", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let all: readonly LabCluster[];
  let rest: readonly LabCluster[];
  let leaver: LabCluster;
  let untouched: readonly object[];
  let accounts: readonly ServiceAccount[];

  before(async () => {
    ({ stack, clusters: all, untouched } = await newStack("credentials", 3));
    rest = all.slice(0, 2);
    leaver = all[2] ?? assert.fail("the lab has too few clusters");
    accounts = await Promise.all(["mesh-old", "mesh-new"].map((name) => makeServiceAccount(leaver, name)));
  });

  after(async () => {
    await Promise.all(accounts.map((account) => account.remove()));
  });

  /** Lists the third cluster with the kubeconfig of an account. */
  async function listedWith(account: ServiceAccount | undefined): Promise<void> {
    assert.ok(account);
    const { context, ...reached } = clusterConfig(leaver);
    assert.ok(context);
    await stack.configure(withMember(meshConfig(rest), leaver.name, reached));
    await stack.setSecret(`clusters.${leaver.name}.kubeconfig`, account.kubeconfig);
  }

  const seen = () =>
    Promise.all([
      uidOf(leaver, "secret/cilium-clustermesh"),
      uidOf(leaver, "secret/clustermesh-etcd-server"),
      rollOutAnnotation(leaver, "daemonset/cilium"),
      leaver.run(["get", "daemonset/cilium", "-n", "kube-system", "-o", "jsonpath={.metadata.generation}"]),
    ]);

  it("is neither replaced nor rolled when the kubeconfig changes", async () => {
    await listedWith(accounts[0]);
    succeeded(await stack.up());
    const before = await seen();
    await listedWith(accounts[1]);
    const { steps } = succeeded(await stack.up());
    assert.deepEqual(await seen(), before);
    assert.deepEqual(
      changes(steps).filter(
        (change) =>
          !/^update clustermesh-(cluster3(-(original-config|rollout|objects|policy-check))?|check)$/.test(change),
      ),
      [],
    );
    assert.ok(changes(steps).includes("update clustermesh-cluster3"));
  });

  it("cannot leave with credentials that are out of date, which hurts nobody", async () => {
    await listedWith(accounts[0]);
    succeeded(await stack.up());
    await accounts[0]?.invalidate();
    const before = readState(await stack.export()).urns.filter((urn) => isOfCluster(urn, leaver.name));
    await stack.configure(meshConfig(rest));
    const run = await stack.up();
    assert.notEqual(run.code, 0, run.text);
    assert.match(
      run.text,
      /cluster "cluster3": .*Unauthorized.*; these credentials are those of the last up: 1\. list it/s,
    );
    const after = readState(await stack.export()).urns;
    assert.deepEqual(
      before.filter((urn) => !after.includes(urn)),
      [],
    );
    for (const cluster of rest) {
      const files = await secretFiles(cluster, "cilium-clustermesh");
      assert.ok(files["mesh.client.key"] !== undefined && files[leaver.name] !== undefined);
    }
  });

  it("leaves in two steps: listed with ones that work, then removed", async () => {
    await listedWith(accounts[1]);
    succeeded(await stack.up());
    await stack.configure(meshConfig(rest));
    succeeded(await stack.up());
    assert.deepEqual(await snapshot(leaver), untouched[2]);
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(all.map(snapshot)), untouched);
  });
});
