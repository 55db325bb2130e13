import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { level, twoClusters } from "./support/level";
import { meshed } from "./support/mesh";

describe("a look at a live mesh", function () {
  this.timeout("3m");
  let folder: string;

  before(async () => {
    await meshed();
    folder = await mkdtemp(join(tmpdir(), "clustermesh-look-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("says that all is well, by what the agents say now", async () => {
    const { code, text } = await (await level()).workstation.look("status", "--stack=local");
    assert.equal(code, 0, text);
    assert.match(text, /^cluster1 +\d+ +kvstore +2\/2 +as configured$/m);
    assert.match(text, /^2 of 2 pairs ready/m);
  });

  it("shows the same of the stack's outputs, and draws it", async () => {
    const { code, text } = await (await level()).workstation.look("show", "--stack=local", `--svg=${folder}`);
    assert.equal(code, 0, text);
    assert.match(text, /^2 of 2 pairs ready/m);
    assert.deepEqual((await readdir(folder)).sort(), ["demo.svg", "mesh.svg"]);
  });

  it("collects what a bug report needs, and no key of the mesh", async () => {
    const { code, text } = await (await level()).workstation.look("diagnose", "--stack=local", `--out=${folder}`);
    assert.equal(code, 0, text);
    const [archive = assert.fail(text)] = (await readdir(folder)).filter((name) => name.endsWith(".tar.gz"));
    const report = execFileSync("tar", ["-xzOf", join(folder, archive)], { encoding: "utf8", maxBuffer: 2 ** 28 });
    assert.match(report, /pairs ready/);
    for (const cluster of await twoClusters()) {
      const secrets = Object.values(await secretFiles(cluster, "cilium-clustermesh"));
      const keys = secrets.filter((file) => file.includes("PRIVATE KEY"));
      assert.ok(keys.length > 0, `${cluster.name} has no key that could be there`);
      for (const line of keys.flatMap((key) => key.split("\n").filter((each) => !each.startsWith("-----")))) {
        assert.ok(line === "" || !report.includes(line), `a key of ${cluster.name} is in the report`);
      }
    }
  });
});
