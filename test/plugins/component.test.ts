import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { tools } from "../../lab";
import { ensureBuilt } from "../support/command/built";
import { testFolder } from "../support/testFolder";

const ROOT = resolve(__dirname, "..", "..");
const PLUGIN = join(ROOT, "pulumi-resource-clustermesh");

/**
 * The plugin as a program of its own. The language host that can be built here is of a time before components: it can neither start the package
 * by its PulumiPlugin.yaml nor generate an SDK; test/package/provider.test.ts has what a host of today does.
 */
describe("pulumi package", function () {
  this.timeout("2m");
  const folder = testFolder();

  before(ensureBuilt);

  it("get-schema reads the schema of the components", async () => {
    const { pulumi } = await tools(() => undefined);
    const env = { ...process.env, PULUMI_HOME: folder(), PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = await promisify(execFile)(pulumi, ["package", "get-schema", PLUGIN], { cwd: folder(), env });
    const { name, resources } = JSON.parse(stdout) as { readonly name: string; readonly resources: object };
    assert.equal(name, "clustermesh");
    assert.deepEqual(Object.keys(resources).sort(), [
      "clustermesh:index:ClusterMesh",
      "clustermesh:index:ClusterMeshAuthority",
    ]);
  });
});
