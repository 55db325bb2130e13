import assert from "node:assert/strict";
import { foreignYaml } from "../../../../components/basics/model/foreignYaml";
import { agentEndpoints } from "../../../../components/preflight/model/agentEndpoints";
import { masqueradeExceptions } from "../../../../components/preflight/model/masqueradeExceptions";
import { liveCluster } from "../../support/preflight/live";

describe("YAML that a cluster has", () => {
  const HOSTILE = ["[".repeat(100_000), "{a: ".repeat(20_000), "x".repeat(70_000), "a: b: c: [", "\t- x: y"];

  it("is read", () => {
    assert.deepEqual(foreignYaml("endpoints: [a, b]\n"), { endpoints: ["a", "b"] });
    assert.deepEqual(
      foreignYaml("- []\n".repeat(1000)),
      Array.from({ length: 1000 }, () => []),
    );
  });

  it("ends nothing, whatever it is", () => {
    for (const text of HOSTILE) {
      assert.equal(foreignYaml(text), undefined, text.slice(0, 20));
      assert.equal(masqueradeExceptions(text), undefined);
      const live = liveCluster({ config: { "etcd-config": text } });
      assert.deepEqual(agentEndpoints(live), { why: "etcd-config names none" });
    }
  });
});
