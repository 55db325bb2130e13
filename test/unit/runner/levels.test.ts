import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { labRouting, ROUTING_VARIABLE } from "../../lab/support/routing";
import { stages, type Scope } from "../../runner/levels";
import { runLevel } from "../../runner/runLevel";
import { testFolder, testVariables } from "../../support/testFolder";

const ROOT = resolve(__dirname, "..", "..", "..");

const lastLane = (scope: Scope) => stages(scope).at(-1)?.[0] ?? assert.fail("no lane");

describe("the levels of a run", () => {
  it("have the lab in Cilium's own routing, and in the long run files of it in the native one too", () => {
    assert.deepEqual(
      lastLane("change").map(({ name }) => name),
      ["lab"],
    );
    const [lab, native, ...others] = lastLane("all");
    assert.ok(lab?.run.kind === "mocha" && native?.run.kind === "mocha");
    assert.deepEqual([lab.run.env, native.run.env, others], [undefined, { [ROUTING_VARIABLE]: "native" }, []]);
    const files = native.run.args.filter((arg) => arg.startsWith("test/lab/") && !arg.includes("/support/"));
    for (const name of ["joinAndLeave.long", "takeDown", "underPolicy.long", "policies.long", "apiserver.long"]) {
      assert.ok(files.includes(`test/lab/${name}.test.ts`), name);
    }
    for (const file of files) assert.ok(existsSync(join(ROOT, file)), file);
  });
});

describe("a level with variables of its own", () => {
  const folder = testFolder();

  it("has them in its environment", async () => {
    const file = join(folder(), "some.test.js");
    writeFileSync(file, 'describe("x", () => { it("x", () => { if (process.env.SOME !== "thing") throw 7; }); });');
    const level = (env?: Readonly<Record<string, string>>) =>
      ({ name: "mocha", run: { kind: "mocha", args: [file], ...(env === undefined ? {} : { env }) } }) as const;
    const { signal } = new AbortController();
    assert.equal((await runLevel(level({ SOME: "thing" }), signal)).tally.failed, 0);
    assert.equal((await runLevel(level(), signal)).tally.failed, 1);
  });
});

describe("the routing of the lab level", () => {
  testVariables(() => ({ [ROUTING_VARIABLE]: undefined }));

  it("is that of Cilium's chart, or the one that is asked for", () => {
    assert.deepEqual([labRouting(), labRouting("tunnel"), labRouting("native")], ["tunnel", "tunnel", "native"]);
    assert.throws(() => labRouting("vxlan"), /LAB_ROUTING "vxlan": give tunnel or native/);
  });
});
