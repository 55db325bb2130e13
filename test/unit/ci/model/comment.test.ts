import assert from "node:assert/strict";
import fc from "fast-check";
import { COMMENT_LIMIT, MARKER, previewComment } from "../../../../ci/model/comment";
import type { Finding, Preview, Step } from "../../../../ci/model/preview";
import { hostileText } from "./hostile";
import { read } from "./markdown";
import { previewed } from "./previewed";

const preview = (stack: string, more: Partial<Preview> = {}) => previewed({ stack, ...more });
const created = (count: number): Step[] =>
  Array.from({ length: count }, (_, index) => ({
    op: "create",
    type: "kubernetes:core/v1:Secret",
    name: `clustermesh-west-${index}`,
    changes: [],
    secrets: 0,
  }));
const finding = (severity: Finding["severity"], text: string, more: Partial<Finding> = {}): Finding => ({
  severity,
  about: "other",
  text,
  ...more,
});
const bytes = (text: string) => Buffer.byteLength(text);

describe("previewComment", () => {
  it("has the marker first, a section for each stack in the given order, and the commit", () => {
    const body = previewComment(
      ["local", "staging"],
      [preview("staging"), preview("local", { steps: created(2) })],
      "abc123",
    );
    assert.equal(body.split("\n")[0], MARKER);
    assert.deepEqual(body.match(/^### .*$/gm), ["### `local`: 2 to create", "### `staging`: no changes"]);
    assert.match(body, /Commit `abc123`$/);
  });

  it("has errors, policies and warnings in the open, and notes and resources folded", () => {
    const findings = [
      finding("info", "a note"),
      finding("warning", "a warning", { cluster: "west" }),
      finding("warning", "a policy", { about: "policy" }),
      finding("error", "an error"),
      finding("info", "live checks", { about: "notLookedAt" }),
    ];
    const body = previewComment(["a"], [preview("a", { findings, steps: created(1), outcome: "failed" })], "c");
    const [open = "", ...folded] = body.split("<details>");
    assert.deepEqual(open.match(/^- .*$/gm), [
      "- **Error**: `an error`",
      "- **Policy**: `a policy`",
      "- **Not looked at**: `live checks`",
      "- **Warning**, cluster `west`: `a warning`",
    ]);
    assert.equal(folded.length, 2);
    assert.match(folded[0] ?? "", /Notes \(1\)[^]*a note/);
    assert.match(folded[1] ?? "", /\+ {2}kubernetes:core\/v1:Secret clustermesh-west-0/);
  });

  it("says what was not looked at on paper, once", () => {
    const findings = [finding("info", "wait.preflight false looks at no live cluster: x", { about: "notLookedAt" })];
    const body = previewComment(["a"], [preview("a", { findings, onPaper: true })], "c");
    assert.equal(body.match(/Not looked at/g)?.length, 1);
  });

  it("says in the open what a preview had too much of, and does not say then that nothing changes", () => {
    const body = previewComment(["a"], [preview("a", { stepsLeft: 7, findingsLeft: 1 })], "c");
    assert.match(body, /^- \*\*Left out\*\*: 7 resources and 1 message; /m);
    assert.doesNotMatch(body, /no changes|No cluster and no certificate/i);
  });

  it("says so where a job left none, and where there is no stack", () => {
    assert.match(previewComment(["a"], [], "c"), /### `a`: \*\*failed\*\*[^]*The job ended before the preview/);
    assert.match(previewComment([], [], "c"), /There is no stack/);
  });

  it("cuts the long ones at the ends of lines, leaves the short ones whole, and says what it has cut", () => {
    const long = { steps: created(4000) };
    const body = previewComment(
      ["a", "b", "c"],
      [preview("a", long), preview("b", { steps: created(3) }), preview("c", long)],
      "c",
    );
    assert.ok(bytes(body) <= COMMENT_LIMIT && bytes(body) > COMMENT_LIMIT * 0.97, `${bytes(body)} bytes`);
    const left = [...body.matchAll(/\((\d+) lines left out here/g)].map(([, count]) => Number(count));
    assert.equal(left.length, 2);
    assert.ok(Math.abs((left[0] ?? 0) - (left[1] ?? 0)) < 10, String(left));
    const shown = body.match(/^\+ {2}kubernetes:core\/v1:Secret clustermesh-west-\d+$/gm)?.length ?? 0;
    assert.equal(shown + left.reduce((a, b) => a + b, 0), 8003);
  });

  it("has the failed ones first where there are too many stacks", () => {
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    const all = names.map((name) => preview(name, name === "s199" ? { outcome: "failed" } : {}));
    const body = previewComment(names, all, "c");
    assert.match(body, /^### `s199`: \*\*failed/m);
    assert.match(body, /\d+ stacks more are left out here/);
    assert.ok(bytes(body) <= COMMENT_LIMIT);
  });

  const findingOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Finding> =>
    fc.record({
      severity: fc.constantFrom("error", "warning", "info"),
      about: fc.constantFrom("policy", "notLookedAt", "agents", "other"),
      cluster: text,
      text,
    });
  const stepOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
    fc.record({
      op: fc.constantFrom("create", "update", "replace", "delete", "other"),
      type: fc.constantFrom("kubernetes:core/v1:Secret", "tls:index/locallySignedCert:LocallySignedCert"),
      name: text,
      cluster: fc.constant("west"),
      changes: fc.array(fc.record({ path: text, before: text, after: text }), { maxLength: 3 }),
      secrets: fc.nat(2),
    });
  const previewOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Preview> =>
    fc.record({
      stack: text,
      conditions: text,
      onPaper: fc.boolean(),
      outcome: fc.constantFrom("succeeded", "failed", "skipped"),
      steps: fc.array(stepOf(text), { maxLength: 6 }),
      findings: fc.array(findingOf(text), { maxLength: 6 }),
      stepsLeft: fc.nat(2),
      findingsLeft: fc.nat(2),
    });
  /** The same preview with plain words in place of all that a cluster, a file or a message could have written. */
  const plain = (each: Preview): Preview => ({
    ...each,
    stack: "x",
    conditions: "x",
    findings: each.findings.map((of) => ({ ...of, cluster: "x", text: "x" })),
    steps: each.steps.map((of) => ({
      ...of,
      name: "x",
      changes: of.changes.map(() => ({ path: "x", before: "x", after: "x" })),
    })),
  });

  it("reads, outside of code, as it would with plain words in place of what a cluster or a preview says", () => {
    fc.assert(
      fc.property(previewOf(hostileText), hostileText, (each, commit) => {
        const body = previewComment([each.stack], [each], commit);
        assert.deepEqual(read(body).parts, read(previewComment(["x"], [plain(each)], "x")).parts);
        assert.doesNotMatch(body.replaceAll("\n", ""), /\p{C}/u);
        assert.doesNotMatch(body, /^\s*\//m);
      }),
      { numRuns: 100 },
    );
  });

  it("never exceeds the limit, whatever the previews say", () => {
    const long = fc.oneof(
      hostileText,
      fc.nat(3000).map((length) => "語`\u202e".repeat(length)),
    );
    const many = (each: Preview, times: number): Preview => ({
      ...each,
      steps: Array.from({ length: times }, () => each.steps).flat(),
      findings: Array.from({ length: times }, () => each.findings).flat(),
    });
    const previews = fc.array(
      fc.tuple(previewOf(long), fc.constantFrom(1, 40)).map(([each, times]) => many(each, times)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(previews, (all) => {
        const stacks = all.map(({ stack }) => stack);
        const body = previewComment(stacks, all, "c");
        assert.ok(bytes(body) <= COMMENT_LIMIT, `${bytes(body)} bytes`);
        const { parts } = read(body);
        const count = (part: string) => parts.filter((of) => of.startsWith(part)).length;
        assert.equal(count("html_block  <details>"), count("html_block  </details>"));
      }),
      { numRuns: 10 },
    );
  });
});
