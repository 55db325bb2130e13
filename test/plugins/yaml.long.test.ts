import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { tools, yamlHost } from "../../lab";
import { ensureBuilt } from "../support/command/built";
import { testFolder } from "../support/testFolder";
import { installPlugins } from "./install";

const ROOT = resolve(__dirname, "..", "..");

/** The program of the guide to other languages, with all written down so that nobody has to be asked. */
const PROGRAM = `name: mesh
runtime: yaml
plugins:
  providers:
    - name: clustermesh
      path: node_modules/cilium-clustermesh
resources:
  mesh:
    type: clustermesh:ClusterMesh
    properties:
      clusters:
        west: { id: 1, context: west, etcd: { endpoints: ["https://172.16.1.11:2379"] }, podCIDRs: [10.1.0.0/16], nodeCIDRs: [172.16.1.0/24] }
        east:
          id: 2
          kubeconfig: { fn::secret: "kind: Config # with-a-token" }
          etcd: { endpoints: ["https://172.16.2.11:2379"] }
          podCIDRs: [10.2.0.0/16]
          nodeCIDRs: [172.16.2.0/24]
      wait: { preflight: false }
outputs:
  topology: \${mesh.topology}
`;

const log = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};

describe("a program in YAML", function () {
  // The host of such programs is built first, where it is not in the cache.
  this.timeout("20m");
  const folder = testFolder();

  before(ensureBuilt);

  it("has two clusters meshed in a preview, and shows no kubeconfig that is a secret", async () => {
    const [{ pulumi, dir }, host] = [await tools(log), await yamlHost(log)];
    const [home, state, modules] = ["home", "state", "node_modules"].map((name) => join(folder(), name));
    assert.ok(home !== undefined && state !== undefined && modules !== undefined);
    for (const each of [home, state, modules]) mkdirSync(each);
    symlinkSync(ROOT, join(modules, "cilium-clustermesh"));
    writeFileSync(join(folder(), "Pulumi.yaml"), PROGRAM);
    await installPlugins(home, { pulumi, log });
    const env = {
      PATH: `${host}:${dir}:${process.env["PATH"] ?? ""}`,
      HOME: home,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "plugins-level",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const cli = (...args: readonly string[]) => promisify(execFile)(pulumi, args, { cwd: folder(), env });
    await cli("stack", "init", "yaml");
    const { stdout } = await cli("preview", "--diff", "--non-interactive");
    for (const name of ["mesh-west-peers", "mesh-east-peers"]) assert.match(stdout, new RegExp(`::${name}\\]`));
    assert.match(stdout, /kubeconfig +: \[secret\]/);
    assert.doesNotMatch(stdout, /with-a-token/);
  });
});
