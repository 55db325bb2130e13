import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { readStackMesh } from "../../../look/stackMesh";
import { ownerOfStack } from "../../../stacks/program/owner";
import { registryOf } from "../../../stacks/roles/registry";
import { clusters, configuration } from "../support/stacks/configuration";

describe("the configuration that status and show read", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "look-"));
    mkdirSync(join(root, "stacks"));
    writeFileSync(join(root, "Pulumi.yaml"), stringify({ name: "clustermesh", stackConfigDir: "stacks" }));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const nobody = () => Promise.reject(new Error("pulumi was asked"));
  /** Writes the file of a stack, and reads it. */
  function read(
    config: Readonly<Record<string, unknown>>,
    stack = "test",
    pulumi: (args: readonly string[]) => Promise<string> = nobody,
  ) {
    const keys = Object.entries(config).map(([key, value]) => [`clustermesh:${key}`, value] as const);
    writeFileSync(join(root, "stacks", "Pulumi.test.yaml"), stringify({ config: Object.fromEntries(keys) }));
    return readStackMesh(root, stack, pulumi);
  }

  it("is that of the stack's file, with the owner that the stack would have, and asks no engine", async () => {
    const mesh = await read({ clusters: clusters() });
    assert.deepEqual(mesh.managed, ["cluster1", "cluster2"]);
    assert.equal(mesh.description.clusters["cluster1"]?.context, "context1");
    const name = { organization: "organization", project: "clustermesh", stack: "test", root };
    assert.equal(mesh.description.owner, ownerOfStack(name, process.env));
    assert.deepEqual(mesh.encrypted, []);
  });

  it("has the organization of a whole name", async () => {
    const mesh = await read({ clusters: clusters() }, "acme/clustermesh/test");
    assert.match(mesh.description.owner ?? "", /^acme\/clustermesh\/test@/);
  });

  it("does without what is encrypted, and says what that is", async () => {
    const secure = { secure: "v1:abc" };
    const first = { context: undefined, kubeconfig: secure };
    const ca = { certificate: "-----", privateKey: secure };
    const mesh = await read({ clusters: clusters(first), authority: "adopted", ca });
    assert.deepEqual(mesh.encrypted, ["clusters.cluster1.kubeconfig", "ca.privateKey"]);
    assert.equal(mesh.description.clusters["cluster1"]?.kubeconfig, undefined);
    assert.equal(mesh.description.ca?.privateKey, "");
    assert.ok(!JSON.stringify(mesh).includes("v1:abc"));
  });

  it("is read as far as it can be, with what is wrong", async () => {
    const mesh = await read({ clusters: clusters(), autority: "adopted" });
    assert.deepEqual(mesh.managed, ["cluster1", "cluster2"]);
    assert.equal(mesh.problems.length, 1);
  });

  it("of a cluster stack has the mesh of its authority stack's outputs, without keys", async () => {
    const asked: (readonly string[])[] = [];
    const mesh = await read(
      { role: "cluster", authorityStack: "o/p/authority", clusters: { cluster1: { context: "here" } } },
      "test",
      (args) => {
        asked.push(args);
        return Promise.resolve(JSON.stringify(registryOf(configuration(), { kind: "generated" })));
      },
    );
    assert.deepEqual(asked, [["stack", "output", "registry", "--json", "--stack=o/p/authority"]]);
    assert.deepEqual(mesh.managed, ["cluster1"]);
    assert.deepEqual(Object.keys(mesh.description.clusters), ["cluster1", "cluster2"]);
  });

  it("refuses what is no name of a stack, a file that is missing, and one that cannot be read", async () => {
    await assert.rejects(read({}, "../../etc"), /is no name of a stack/);
    await assert.rejects(
      read({}, "production"),
      /Pulumi\.production\.yaml cannot be read \(it is not there\); there are files of test$/,
    );
    await assert.rejects(read({ role: "king" }), /the configuration cannot be read .*is not allowed/s);
  });
});
