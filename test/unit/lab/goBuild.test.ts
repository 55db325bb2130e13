import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finishedPrograms, goName } from "../../../lab/cache/goBuild";

describe("lab: programs that a running build has finished", () => {
  const agent = { name: "cilium-agent", package: "example.org/cilium/daemon", minutes: 1 };
  const helm = { name: "helm", package: "example.org/helm/v3/cmd/helm", minutes: 1 };
  let scratch = "";
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "lab-build-"));
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  it("are none before it has begun", async () => {
    assert.deepEqual(await finishedPrograms([agent, helm], scratch), []);
  });

  it("are those whose file is there, which go names after the package", async () => {
    assert.equal(goName(agent), "daemon");
    mkdirSync(join(scratch, "programs"));
    for (const file of ["daemon", "other"]) writeFileSync(join(scratch, "programs", file), "");
    assert.deepEqual(await finishedPrograms([agent, helm], scratch), [agent]);
  });
});
