import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LabCluster } from "../../../lab";
import { makeServiceAccount, type ServiceAccount } from "../../support/kubernetes/serviceAccount";
import { snapshots } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { apiserverMesh } from "../support/apiserver/apiserverLab";
import { assertRefused } from "../support/apiserver/refused";

const ROLES = readFileSync(join(resolve(__dirname, "..", "..", ".."), "docs", "permissions.yaml"), "utf8");
const NAME = "cilium-clustermesh";
const USER = "mesh-user";
const NAMESPACE = "--namespace=kube-system";

describe("the user of a cluster with clustermesh-apiserver", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let cluster: LabCluster;
  let untouched: readonly object[];
  let account: ServiceAccount;

  const bind = (kind: string, name: string, ...role: readonly string[]) =>
    cluster.run(["create", kind, name, ...role, `--serviceaccount=default:${USER}`]);

  before(async () => {
    ({ stack, clusters, untouched } = await apiserverMesh("apiserver-permissions"));
    const [first = assert.fail(), second = assert.fail()] = clusters;
    cluster = first;
    account = await makeServiceAccount(cluster, USER, "nothing");
    await cluster.run(["apply", "--filename=-"], { stdin: ROLES });
    await bind("clusterrolebinding", NAME, `--clusterrole=${NAME}`);
    await bind("rolebinding", NAME, `--role=${NAME}`, NAMESPACE);
    const { context, ...reached } = clusterConfig(cluster);
    assert.ok(context);
    await stack.configure(withMember(meshConfig([second]), cluster.name, reached));
    await stack.setSecret(`clusters.${cluster.name}.kubeconfig`, account.kubeconfig);
  });

  after(async () => {
    await account.remove();
    await cluster.run(["delete", "clusterrolebinding", NAME, "--ignore-not-found"]);
    await cluster.run(["delete", "rolebinding", NAME, `${NAME}-apiserver`, NAMESPACE, "--ignore-not-found"]);
    await cluster.run(["delete", "--filename=-", "--ignore-not-found"], { stdin: ROLES });
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
    await bind("rolebinding", `${NAME}-apiserver`, `--role=${NAME}-apiserver`, NAMESPACE);
    succeeded(await stack.preview());
    succeeded(await stack.up());
    succeeded(await stack.up("--refresh", "--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
