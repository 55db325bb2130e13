import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CILIUM_OBJECTS } from "../../../components/model/agentConfig";
import { inspectCluster } from "../../../components/inspection";
import { Kubectl, KubectlError } from "../../../components/kubectl";
import { openKubeconfig } from "../../../components/kubeconfigFile";
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

  /** Says the mode of the kubeconfig, how many names it has, and what is in it, read twice as kubectl does. */
  const READ_KUBECONFIG = `const file = cluster.split("=")[1];
    const { mode, nlink } = fs.statSync(file);
    const read = () => fs.readFileSync(file, "utf8");
    process.stdout.write(JSON.stringify([(mode & 0o777).toString(8), nlink, read(), read()]));`;

  it("reads a kubeconfig's content from a file without a name, as often as it likes", async function () {
    if (process.platform !== "linux") {
      this.skip();
    }
    const kubectl = answer(READ_KUBECONFIG);
    const said = await Kubectl.with({ kind: "kubeconfig", content: "CONTENT" }, (each) =>
      Promise.all([1, 2, 3].map(() => each.run(["version"]))),
    );
    assert.deepEqual(
      said.map((each) => JSON.parse(each) as unknown),
      said.map(() => ["600", 0, "CONTENT", "CONTENT"]),
    );
    assert.deepEqual(kubectl.calls()[0], ["--kubeconfig=/proc/self/fd/3", "version"]);
    assert.ok(!JSON.stringify(kubectl.calls()).includes("CONTENT"));
  });

  for (const platform of ["linux", "darwin"] as const) {
    it(`leaves no kubeconfig behind on ${platform}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "clustermesh-test-"));
      const before = process.env["TMPDIR"];
      process.env["TMPDIR"] = folder;
      try {
        const file = await openKubeconfig("CONTENT", platform);
        const open = readdirSync(folder);
        assert.equal(open.length, platform === "linux" ? 0 : 1);
        for (const name of open) {
          assert.equal(statSync(join(folder, name)).mode & 0o777, 0o700);
          assert.equal(statSync(file.path).mode & 0o777, 0o600);
          assert.equal(readFileSync(file.path, "utf8"), "CONTENT");
        }
        await file.close();
        assert.deepEqual(readdirSync(folder), []);
      } finally {
        if (before === undefined) {
          delete process.env["TMPDIR"];
        } else {
          process.env["TMPDIR"] = before;
        }
        rmSync(folder, { recursive: true });
      }
    });
  }

  it("fails with kubectl's own words", async () => {
    answer('process.stderr.write("error: no such thing\\n"); process.exit(1);');
    const failing = Kubectl.with({ kind: "kubeconfig", content: "CONTENT" }, (each) => each.run(["get", "x"]));
    await assert.rejects(failing, new KubectlError("error: no such thing"));
  });

  it("gets the environment without Pulumi's configuration and passphrase", async () => {
    answer("process.stdout.write(JSON.stringify(process.env));");
    const given = {
      PULUMI_CONFIG: "c",
      PULUMI_CONFIG_SECRET_KEYS: "k",
      PULUMI_CONFIG_PASSPHRASE: "p",
      KUBECTL_TEST: "t",
    };
    Object.assign(process.env, given);
    try {
      const said = await Kubectl.with({ kind: "context", context: "c" }, (each) => each.run(["version"]));
      const names = Object.keys(JSON.parse(said) as object);
      assert.deepEqual(
        names.filter((name) => name in given),
        ["KUBECTL_TEST"],
      );
    } finally {
      Object.keys(given).forEach((name) => Reflect.deleteProperty(process.env, name));
    }
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
    const list = { kind: "List", items: ["namespace", "configmap", "daemonset", "helm-secret"].map(recorded) };
    const namespace = { ...recorded("namespace"), metadata: { name: "demo", uid: "5" } };
    answer(
      `const all = ["configmap/cilium-config", "secrets/cilium-clustermesh"].every((name) => args.includes(name));
      const said = all ? ${JSON.stringify(JSON.stringify(list))}
        : args.includes("namespaces/demo") ? ${JSON.stringify(JSON.stringify(namespace))} : "";
      process.stdout.write(said);`,
    );
    const claims = [
      { resource: "secrets", name: "cilium-clustermesh", namespace: "kube-system" },
      { resource: "namespaces", name: "demo" },
    ];
    const live = await inspectCluster({ kind: "context", context: "c" }, DEFAULT_CILIUM_OBJECTS, claims, 5);
    assert.ok(live.kind === "reachable");
    assert.equal(live.config?.data["cluster-id"], "0");
    assert.equal(live.hasOperator, false);
    assert.deepEqual(
      live.occupied.map(({ name }) => name),
      ["cilium-clustermesh", "demo"],
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
