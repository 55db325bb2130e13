import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { goEnvironment } from "../../../lab/cache/goEnvironment";
import { finishedPrograms, goName } from "../../../lab/cache/goBuild";
import { testFolder, testVariables } from "../../support/testFolder";

describe("lab: programs that a running build has finished", () => {
  const agent = { name: "cilium-agent", package: "example.org/cilium/daemon", minutes: 1 };
  const helm = { name: "helm", package: "example.org/helm/v3/cmd/helm", minutes: 1 };
  const scratch = testFolder();

  it("are none before it has begun", async () => {
    assert.deepEqual(await finishedPrograms([agent, helm], scratch()), []);
  });

  it("are those whose file is there, which go names after the package", async () => {
    assert.equal(goName(agent), "daemon");
    mkdirSync(join(scratch(), "programs"));
    for (const file of ["daemon", "other"]) writeFileSync(join(scratch(), "programs", file), "");
    assert.deepEqual(await finishedPrograms([agent, helm], scratch()), [agent]);
  });
});

describe("lab: the environment of go", () => {
  const settings = { GOOS: "windows", GOARCH: "mips", GOAMD64: "v4", GOARM64: "v9.0", GO111MODULE: "off" };
  testVariables(() => ({ ...settings, GOPROXY: "https://proxy.invalid" }));

  it("builds for this machine, whatever the person has set for other work, by variables or by `go env -w`", () => {
    const { GOOS, GOARCH = "", GOAMD64, GOARM64, GO111MODULE, GOPROXY } = goEnvironment();
    assert.deepEqual([GOOS, GOAMD64, GOARM64, GO111MODULE], ["linux", "v1", "v8.0", "on"]);
    assert.match(GOARCH, /^[a-z0-9]+$/);
    assert.notEqual(GOARCH, "mips");
    assert.equal(GOPROXY, "https://proxy.invalid");
  });
});
