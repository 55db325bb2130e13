import assert from "node:assert/strict";
import { UsageError } from "../../../lab";
import { wantedLab } from "../../../lab/upArgs";
import { readOptions } from "../../demo/options";
import { plainInstalls } from "../../support/cilium/plainInstalls";

describe("demo: command line", () => {
  it("is two clusters with KVStoreMesh where nothing is asked", () => {
    assert.deepEqual(readOptions([]), { modes: ["kvstoremesh", "kvstoremesh"], keep: false, record: false });
  });

  it("has one mode for both clusters, or one for each", () => {
    assert.deepEqual(readOptions(["--mode", "kvstore"]).modes, ["kvstore", "kvstore"]);
    assert.deepEqual(readOptions(["--mode=kvstoremesh,apiserver"]).modes, ["kvstoremesh", "apiserver"]);
  });

  it("keeps and records where it is asked to", () => {
    assert.deepEqual(readOptions(["--keep", "--record", "--mode", "apiserver"]), {
      modes: ["apiserver", "apiserver"],
      keep: true,
      record: true,
    });
  });

  for (const args of [["--mode", "crd"], ["--mode="], ["--mode"], ["--modes", "kvstore"], ["kvstore"]]) {
    it(`is not understood: ${args.join(" ")}`, () => {
      assert.throws(() => readOptions(args), UsageError);
    });
  }

  it("is refused with more modes than clusters", () => {
    assert.throws(() => readOptions(["--mode", "kvstore,kvstore,kvstore"]), /--mode ".*": the demo has two clusters/);
  });
});

describe("demo: its clusters", () => {
  it("have name and id from the beginning where they have clustermesh-apiserver, and the chart's own otherwise", () => {
    const { nodes, cilium } = wantedLab(plainInstalls(["kvstoremesh", "kvstore"]));
    assert.deepEqual(nodes, [2, 1]);
    assert.deepEqual(
      cilium.map(({ mode, identity }) => ({ mode, identity })),
      [
        { mode: "kvstoremesh", identity: { name: "cluster1", id: 101 } },
        { mode: "kvstore", identity: { name: "default", id: 0 } },
      ],
    );
  });
});
