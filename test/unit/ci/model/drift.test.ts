import assert from "node:assert/strict";
import { COMMENT_LIMIT } from "../../../../ci/model/comment";
import { DRIFT_MARKER, driftOf } from "../../../../ci/model/drift";
import type { Preview } from "../../../../ci/model/preview";
import { previewed } from "./previewed";

const look = (stack: string, more: Partial<Preview> = {}) =>
  previewed({ stack, conditions: "for drift, against the stack's state", ...more });
const changed = (count: number): Preview["steps"] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ op: "update", type: "command:local:Command", name: `clustermesh-west-rollout-${index}` },
    ...{ changes: [{ path: "triggers", before: "1", after: "2" }], secrets: 0 },
  }));
const unseen = look("local", { outcome: "skipped", onPaper: true });

function bodyOf(...previews: readonly Preview[]): string {
  const drift = driftOf(
    previews.map(({ stack }) => stack),
    previews,
  );
  return drift.kind === "some" ? drift.body : assert.fail(drift.kind);
}

describe("drift", () => {
  it("is none where every stack that was looked at is as it was left", () => {
    assert.deepEqual(driftOf(["production", "local"], [look("production"), unseen]), { kind: "none" });
  });

  it("is not known where no stack was looked at", () => {
    assert.deepEqual(driftOf(["local"], [unseen]), { kind: "unseen" });
    assert.deepEqual(driftOf([], []), { kind: "unseen" });
  });

  it("is told of the stacks that have it, and of no others", () => {
    const body = bodyOf(look("production", { steps: changed(1) }), look("staging"), unseen);
    assert.ok(body.startsWith(DRIFT_MARKER));
    assert.match(body, /`production`: 1 to update/);
    assert.doesNotMatch(body, /`staging`|`local`/);
  });

  it("is told of a stack that could not be looked at, or whose job has ended before", () => {
    const findings = [{ severity: "error", about: "other", text: 'cluster "west": cannot be reached' }] as const;
    assert.match(bodyOf(look("production", { outcome: "failed", findings: [...findings] })), /cannot be reached/);
    const drift = driftOf(["production", "staging"], [look("staging")]);
    assert.match(drift.kind === "some" ? drift.body : "", /`production`: \*\*failed\*\*[^]*The job ended before/);
  });

  it("fits into an issue, whatever has changed", () => {
    const body = bodyOf(...["a", "b", "c"].map((stack) => look(stack, { steps: changed(2000) })));
    assert.ok(Buffer.byteLength(body) <= COMMENT_LIMIT, String(Buffer.byteLength(body)));
    for (const stack of ["a", "b", "c"]) assert.match(body, new RegExp(`\`${stack}\`: 2000 to update`));
  });
});
