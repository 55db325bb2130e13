import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../../support/skip";
import { testFolder } from "../../support/testFolder";
import { pasteInto } from "../support/examples/pasted";

/** A kubeconfig as RKE2 and k3s write it. */
const WRITTEN = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Q0E=
    server: https://127.0.0.1:6443
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
users:
- name: default
  user:
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
`;

describe("the example of RKE2 and k3s", () => {
  const folder = testFolder();
  const offline = /^(sed |export KUBECONFIG=|kubectl config )/;
  const paste = (page: string, number: number) => pasteInto(folder(), page, number, offline);

  it("has commands that make contexts of the two kubeconfigs, which are both called default", function () {
    try {
      execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    } catch {
      skip(this, "no kubectl on PATH");
    }
    for (const file of ["rke2.yaml", "k3s.yaml"]) writeFileSync(join(folder(), file), WRITTEN);
    assert.equal(paste("docs/guides/examples.md", 5), "core\nedge\n");
    const files = ["core", "edge"].map((name) => join(folder(), `${name}.kubeconfig`));
    const env = { ...process.env, KUBECONFIG: files.join(":") };
    const servers = "jsonpath={.clusters[*].cluster.server}";
    assert.equal(
      execFileSync("kubectl", ["config", "view", "--output", servers], { env, encoding: "utf8" }),
      "https://192.168.50.11:6443 https://192.168.50.21:6443",
    );
  });
});
