import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Kubectl } from "../../components/kubernetes/kubectl";
import { up } from "../../lab";
import { Cluster } from "./harness/cluster";
import { PLUGIN_LAB } from "./harness/lab";

/** Preferences of a person: kubectl is to ask before it deletes, and only to try what it patches. */
const KUBERC = `apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
  - command: delete
    options: [{ name: interactive, default: "true" }]
  - command: patch
    options: [{ name: dry-run, default: server }]
`;

describe("kubectl, of a person with preferences", function () {
  this.timeout(60_000);
  const home = mkdtempSync(join(tmpdir(), "kuberc-"));
  const ambient = { HOME: process.env["HOME"], KUBERC: process.env["KUBERC"], PATH: process.env["PATH"] ?? "" };
  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.join();
    const { bin } = await up({ name: PLUGIN_LAB, clusters: 1 });
    mkdirSync(join(home, ".kube"));
    writeFileSync(join(home, ".kube", "kuberc"), KUBERC);
    Object.assign(process.env, {
      HOME: home,
      KUBERC: join(home, ".kube", "kuberc"),
      PATH: `${bin.dir}${delimiter}${ambient.PATH}`,
    });
  });

  after(async () => {
    for (const [name, value] of Object.entries(ambient)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    rmSync(home, { recursive: true, force: true });
    await cluster.leave();
  });

  it("changes and deletes what it is told to", async () => {
    const path = cluster.path("core/v1/configmaps");
    await cluster.post(path, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "preferred" },
      data: { key: "one" },
    });
    const content = readFileSync(cluster.kubeconfig, "utf8");
    const target = ["configmap/preferred", "-n", cluster.namespace];
    await Kubectl.with({ kind: "kubeconfig", content }, async (kubectl) => {
      await kubectl.run(["patch", ...target, "--type=merge", "--patch", '{"data":{"key":"two"}}']);
      assert.deepEqual((await cluster.get(`${path}/preferred`))["data"], { key: "two" });
      await kubectl.run(["delete", ...target]);
      assert.equal(await cluster.find(`${path}/preferred`), undefined);
    });
  });
});
