import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { DEFAULT_CILIUM_OBJECTS } from "../../../components/model/agentConfig";
import { inspectCluster } from "../../../components/inspection";
import { Kubectl, KubectlError } from "../../../components/kubectl";
import { scriptedKubectl, type ScriptedKubectl } from "../support/scriptedKubectl";
import { recorded } from "../support/live";

describe("components: kubectl", function () {
  this.timeout(10_000);
  let fake: ScriptedKubectl | undefined;
  const answer = (body: string) => {
    fake = scriptedKubectl(body);
    return fake;
  };
  afterEach(() => {
    fake?.remove();
    fake = undefined;
  });

  it("gets its arguments as they are, through no shell", async () => {
    const kubectl = answer('process.stdout.write("fine");');
    const hostile = ["get", "a b", "$(id)", "`id`", "'\"", "; rm x", "*"];
    const said = await Kubectl.with({ kind: "context", context: "my context; id" }, (each) => each.run(hostile));
    assert.equal(said, "fine");
    assert.deepEqual(kubectl.calls(), [["--context=my context; id", ...hostile]]);
  });

  it("reads a kubeconfig's content from a file that only this user can read, and that is gone afterwards", async () => {
    const kubectl = answer(
      'const file = cluster.split("=")[1]; process.stdout.write((fs.statSync(file).mode & 0o777).toString(8) + " " + fs.readFileSync(file));',
    );
    const said = await Kubectl.with({ kind: "kubeconfig", content: "CONTENT" }, (each) => each.run(["version"]));
    assert.equal(said, "600 CONTENT");
    const [[option = ""] = []] = kubectl.calls();
    assert.match(option, /^--kubeconfig=\//);
    assert.equal(existsSync(option.split("=")[1] ?? ""), false);
    assert.ok(!JSON.stringify(kubectl.calls()).includes("CONTENT"));
  });

  it("leaves no file where a call fails, and fails with kubectl's own words", async () => {
    const kubectl = answer('process.stderr.write("error: no such thing\\n"); process.exit(1);');
    const failing = Kubectl.with({ kind: "kubeconfig", content: "CONTENT" }, (each) => each.run(["get", "x"]));
    await assert.rejects(failing, new KubectlError("error: no such thing"));
    const [[option = ""] = []] = kubectl.calls();
    assert.equal(existsSync(option.split("=")[1] ?? ""), false);
  });

  it("is ended when it takes too long", async () => {
    answer("setInterval(() => {}, 1000);");
    const slow = Kubectl.with({ kind: "context", context: "c" }, (each) => each.run(["get"], { timeoutMs: 300 }));
    await assert.rejects(slow, /^KubectlError: no answer within 0\.3 s$/);
  });

  it("sends what it is given on standard input", async () => {
    answer('process.stdout.write(fs.readFileSync(0, "utf8").toUpperCase());');
    const said = await Kubectl.with({ kind: "context", context: "c" }, (each) => each.run(["apply"], { stdin: "abc" }));
    assert.equal(said, "ABC");
  });

  it("finds out what a cluster is like", async () => {
    const list = { kind: "List", items: ["namespace", "configmap", "daemonset"].map(recorded) };
    answer(
      `const said = args.includes("configmap/cilium-config") ? ${JSON.stringify(JSON.stringify(list))}
        : args.includes("secrets/cilium-clustermesh") ? ${JSON.stringify(JSON.stringify(recorded("helm-secret")))} : "";
      process.stdout.write(said);`,
    );
    const claims = [{ resource: "secrets", name: "cilium-clustermesh", namespace: "kube-system" }];
    const live = await inspectCluster({ kind: "context", context: "c" }, DEFAULT_CILIUM_OBJECTS, claims, 5);
    assert.ok(live.kind === "reachable");
    assert.equal(live.config?.data["cluster-id"], "0");
    assert.equal(live.hasOperator, false);
    assert.deepEqual(
      live.occupied.map(({ name }) => name),
      ["cilium-clustermesh"],
    );
    assert.deepEqual(live.apiServerEtcd, []);
  });

  it("says why a cluster cannot be reached, in one line", async () => {
    answer(
      'process.stderr.write("E1123 memcache.go: i/o timeout\\n\\nUnable to connect to the server: dial tcp\\n"); process.exit(1);',
    );
    const live = await inspectCluster({ kind: "context", context: "c" }, DEFAULT_CILIUM_OBJECTS, [], 5);
    assert.deepEqual(live, { kind: "unreachable", reason: "Unable to connect to the server: dial tcp" });
  });
});
