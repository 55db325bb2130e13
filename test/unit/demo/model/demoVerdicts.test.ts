import assert from "node:assert/strict";
import { DEFAULT_DEMO, type DemoSettings } from "../../../../components/demo/model/demo";
import { expectedPings, type Phase } from "../../../../components/demo/model/demoPings";
import { NO_PINGS, parsePingReport, reportPings, verdictTable } from "../../../../components/demo/model/demoVerdicts";

const DEMO: DemoSettings = { ...DEFAULT_DEMO, serverCluster: "east", clientCluster: "west" };

/** A report of pings that all came to what they must. */
function report(phase: Phase, drops: readonly string[] = []) {
  const results = expectedPings(DEMO, phase).map((ping) => ({
    ping,
    seen: { kind: ping.expected === "PONG" ? ("pong" as const) : ("silence" as const) },
  }));
  return reportPings(results, drops);
}

describe("model: verdictTable", () => {
  it("has what is expected where nothing is pinged", () => {
    const row = (client: string, path: string, expectedAfter: string) => ({
      client,
      path,
      expectedBefore: "PONG",
      expectedAfter,
    });
    assert.deepEqual(verdictTable(DEMO), [
      row("east/default/employee", "pod IP", "PONG"),
      row("east/default/stranger", "pod IP", "no answer"),
      row("west/istio-space/employee", "pod IP", "PONG"),
      row("west/istio-space/employee", "ClusterIP", "PONG"),
      row("west/istio-space/stranger", "pod IP", "no answer"),
      row("west/istio-space/stranger", "ClusterIP", "no answer"),
      row("west/default/employee", "pod IP", "no answer"),
      row("west/default/employee", "ClusterIP", "no answer"),
    ]);
  });

  it("has what was seen beside it, in columns from left to right", () => {
    const table = verdictTable(DEMO, { before: report("before"), after: report("after") });
    assert.deepEqual(Object.entries(table[1] ?? {}), [
      ["client", "east/default/stranger"],
      ["path", "pod IP"],
      ["expectedBefore", "PONG"],
      ["seenBefore", "PONG"],
      ["expectedAfter", "no answer"],
      ["seenAfter", "no answer"],
    ]);
    assert.ok(table.every((row) => row.seenBefore === row.expectedBefore && row.seenAfter === row.expectedAfter));
  });

  it("says which pings came too late to be sent without the policy", () => {
    const { pings } = report("before");
    const before = { pings: pings.filter(({ path }) => path === "pod IP"), drops: [] };
    for (const row of verdictTable(DEMO, { before, after: report("after") })) {
      assert.equal(row.seenBefore, row.path === "pod IP" ? "PONG" : "not pinged (the policy was there)", row.client);
    }
    const none = verdictTable(DEMO, { before: NO_PINGS, after: report("after") });
    assert.ok(none.every((row) => row.seenBefore === "not pinged (the policy was there)" && row.seenAfter !== ""));
  });
});

describe("model: a report of pings", () => {
  it("can be read back", () => {
    const kept = report("after", ["xx drop"]);
    assert.deepEqual(parsePingReport(JSON.stringify(kept)), kept);
    assert.equal(kept.pings.length, 8);
  });

  it("is not read out of something else", () => {
    for (const text of ["", "{}", '{"pings":[{}],"drops":[]}', "[]"]) {
      assert.throws(() => parsePingReport(text), text);
    }
  });
});
