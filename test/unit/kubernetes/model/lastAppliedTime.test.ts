import assert from "node:assert/strict";
import { lastAppliedTime } from "../../../../components/kubernetes/model/lastAppliedTime";

describe("model: appliedAt", () => {
  const entry = (manager: string, operation: string, time?: string) => ({ manager, operation, time });

  it("is the time of the manager's apply, and of nothing else", () => {
    const entries = [
      entry("helm", "Apply", "1"),
      entry("cilium-clustermesh", "Update", "2"),
      entry("cilium-clustermesh", "Apply", "3"),
      entry("kubectl", "Update", "4"),
    ];
    assert.equal(lastAppliedTime(entries, "cilium-clustermesh"), "3");
  });

  it("is not known where the manager has applied nothing, or nothing is there yet", () => {
    assert.equal(lastAppliedTime([entry("cilium-clustermesh", "Update", "2")], "cilium-clustermesh"), undefined);
    assert.equal(lastAppliedTime(undefined, "cilium-clustermesh"), undefined);
  });
});
