import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LabCluster } from "../../../lab";
import { makeServiceAccount, type ServiceAccount } from "../../support/kubernetes/serviceAccount";
import { snapshot } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { newStack } from "../support/newStack";

const ROLES = join(resolve(__dirname, "..", "..", ".."), "docs", "permissions.yaml");
const NAME = "cilium-clustermesh";
const USER = "mesh-user";

describe("the user of a cluster", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let first: LabCluster;
  let cluster: LabCluster;
  let untouched: readonly object[];
  let account: ServiceAccount;

  const subject = `--serviceaccount=default:${USER}`;
  const bindings = [
    ["clusterrolebinding", NAME, `--clusterrole=${NAME}`],
    ["rolebinding", NAME, `--role=${NAME}`, "--namespace=kube-system"],
  ] as const;
  const bind = (binding: readonly string[]) => cluster.run(["create", ...binding, subject]);

  before(async () => {
    const made = await newStack("permissions", 2);
    ({ stack, untouched } = made);
    [first, cluster] = made.clusters as [LabCluster, LabCluster];
    account = await makeServiceAccount(cluster, USER, "nothing");
    await cluster.run(["apply", `--filename=-`], { stdin: readFileSync(ROLES, "utf8") });
    const { context, ...reached } = clusterConfig(cluster);
    assert.ok(context);
    await stack.configure(withMember(meshConfig([first]), cluster.name, reached));
    await stack.setSecret(`clusters.${cluster.name}.kubeconfig`, account.kubeconfig);
  });

  after(async () => {
    await account.remove();
    for (const [kind, name, , namespace] of bindings) {
      await cluster.run(["delete", kind, name, ...(namespace === undefined ? [] : [namespace]), "--ignore-not-found"]);
    }
    await cluster.run(["delete", `--filename=-`, "--ignore-not-found"], { stdin: readFileSync(ROLES, "utf8") });
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

  it("is told before anything is written what an up needs beside", async () => {
    await bind(bindings[0]);
    await bind(bindings[1]);
    const secrets = { op: "test", path: "/rules/0/resources", value: ["secrets"] };
    const none = { op: "replace", path: "/rules/0/verbs", value: ["list", "watch"] };
    const patch = ["patch", "role", NAME, "--namespace=kube-system", "--type=json", "--patch"];
    await cluster.run([...patch, JSON.stringify([secrets, none])]);
    const run = await stack.up("--skip-preview");
    assert.notEqual(run.code, 0, run.text);
    assert.match(run.text, /secrets in namespace kube-system is not for the kubeconfig's user to create;/);
    assert.deepEqual(await Promise.all([first, cluster].map(snapshot)), untouched);
    await cluster.run(["apply", "--filename=-"], { stdin: readFileSync(ROLES, "utf8") });
  });

  it("goes up with the roles of the documentation, and nothing else", async () => {
    succeeded(await stack.preview());
    succeeded(await stack.up());
    succeeded(await stack.up("--refresh", "--expect-no-changes"));
  });

  it("goes down with them", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all([first, cluster].map(snapshot)), untouched);
  });
});
