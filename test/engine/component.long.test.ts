import assert from "node:assert/strict";
import { resolve } from "node:path";
import { tools } from "../../lab";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { snapshots } from "../support/kubernetes/snapshot";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { newProgram, type NewProgram } from "./support/newStack";

const ROOT = resolve(__dirname, "..", "..");

/** A program that imports nothing of this project, and asks the engine for the component as those of every language do. */
const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";

class ClusterMesh extends pulumi.ComponentResource {
  readonly readiness!: pulumi.Output<unknown>;
  readonly topology!: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs) {
    super("clustermesh:index:ClusterMesh", name, { ...args, readiness: undefined, topology: undefined }, {}, true);
  }
}

export = () => {
  const { readiness, topology } = new ClusterMesh("mesh", new pulumi.Config().requireObject<pulumi.Inputs>("mesh"));
  return { readiness, topology };
};
`;

describe("a program in another language, which asks Pulumi's engine for a mesh", function () {
  this.timeout("3m");
  let stack: PulumiStack;
  let clusters: NewProgram["clusters"];
  let untouched: NewProgram["untouched"];
  let mesh: NewProgram["mesh"];

  before(async () => {
    // The engine finds the plugin by its name.
    const PATH = `${ROOT}:${(await tools(() => undefined)).dir}:${process.env["PATH"] ?? ""}`;
    ({ stack, clusters, untouched, mesh } = await newProgram(PROGRAM, "component", { PATH }));
  });

  after(async () => {
    succeeded(await stack.destroy());
  });

  it("is refused what cannot work before anything is made, in the words of the library", async () => {
    await stack.configure({ mesh: { ...mesh, maxConnectedCluster: 511 } });
    const { code, text, steps } = await stack.preview();
    assert.notEqual(code, 0);
    assert.match(text, /maxConnectedCluster/);
    assert.deepEqual(
      steps.filter(({ op, urn }) => op === "create" && urn.includes("ClusterMesh$")),
      [],
    );
    await stack.configure({ mesh });
  });

  it("has nothing written by a preview, its clusters meshed by up, and nothing more to do after it", async () => {
    const preview = succeeded(await stack.preview());
    assert.ok(
      preview.steps.some(({ urn }) => urn.endsWith("::mesh-cluster1-peers")),
      preview.text,
    );
    assert.deepEqual(await snapshots(clusters), untouched);
    succeeded(await stack.up());
    const [first = assert.fail(), second = assert.fail()] = clusters;
    const files = await secretFiles(second, "cilium-clustermesh");
    assert.ok(files["cluster1"]?.includes(first.ciliumEtcd.endpoint), files["cluster1"]);
    const again = succeeded(await stack.up()).steps.filter(({ op }) => op !== "same");
    assert.deepEqual(again, []);
  });

  it("leaves its clusters as they were", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
