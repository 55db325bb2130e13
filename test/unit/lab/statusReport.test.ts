import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureClaim, labFolder } from "../../../lab/labState";
import { statusReport } from "../../../lab/statusReport";
import { testFolder, testVariables } from "../../support/testFolder";

describe("lab: what status prints", () => {
  const folder = testFolder();
  testVariables(() => ({ XDG_STATE_HOME: folder() }));

  /** A lab of one cluster that has been started before, and runs no more. */
  async function lab(name: string): Promise<void> {
    await ensureClaim(labFolder(name), { nodes: [], cilium: [] });
    mkdirSync(join(labFolder(name), "cluster1"));
  }

  it("is every lab there is, each with the state of its processes, and how it is called", async () => {
    await lab("tests");
    await lab("default");
    const { lines, isComplete } = await statusReport();
    assert.equal(isComplete, true);
    assert.deepEqual(
      lines.flatMap((line) => /^lab "(.*?)": /.exec(line)?.[1] ?? []),
      ["default", "tests"],
    );
    assert.equal(lines.filter((line) => /^cluster1 +kube-apiserver +stopped /.test(line)).length, 2);
    assert.equal(lines.filter((line) => line.startsWith("CLUSTER ")).length, 2);
  });

  it("is the one that is named", async () => {
    await lab("tests");
    await lab("default");
    const { lines } = await statusReport("tests");
    assert.deepEqual(
      lines.flatMap((line) => /^lab "(.*?)": /.exec(line)?.[1] ?? []),
      ["tests"],
    );
  });

  it("says how to start one where there is none", async () => {
    const none = { isComplete: false, lines: ['there is no lab; start one with "npm run lab -- up"'] };
    assert.deepEqual(await statusReport(), none);
    mkdirSync(labFolder("not-begun"), { recursive: true });
    assert.deepEqual(await statusReport(), none);
    const { lines } = await statusReport("x");
    assert.deepEqual(lines, ['lab "x": there is none; start it with "npm run lab -- up --name x"']);
    assert.match((await statusReport("default")).lines.join(), /start it with "npm run lab -- up"$/);
  });

  it("names a lab that cannot be read, beside the others", async () => {
    await lab("good");
    mkdirSync(labFolder("bad"));
    writeFileSync(join(labFolder("bad"), "lab.json"), "{}");
    const { lines, isComplete } = await statusReport();
    assert.equal(isComplete, false);
    assert.match(lines[0] ?? "", /^lab "bad": .*lab\.json: not a lab's claim; remove the lab's folder /);
    assert.ok(lines.some((line) => line.startsWith('lab "good": ')));
  });
});
