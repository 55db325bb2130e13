import assert from "node:assert/strict";
import fc from "fast-check";
import { COMMENT_LIMIT, MARKER, previewComment, type Preview } from "../../../ci/previewComment";

const preview = (stack: string, text: string, outcome: Preview["outcome"] = "succeeded"): Preview => ({
  stack,
  conditions: "on paper",
  outcome,
  text,
});
const RESOURCES = "Resources:\n    + 35 to create\n    ~ 2 to update\n";

describe("previewComment", () => {
  it("has the marker first, a section for each stack in the given order, and the commit", () => {
    const body = previewComment(
      ["local", "staging"],
      [preview("staging", "+ B"), preview("local", `+ A\n${RESOURCES}`)],
      "abc123",
    );
    assert.equal(body.split("\n")[0], MARKER);
    assert.deepEqual(body.match(/^### .*$/gm), ["### local: + 35 to create, ~ 2 to update", "### staging: no changes"]);
    assert.match(body, /Previewed on paper\./);
    assert.match(body, /Commit abc123$/);
  });

  it("shows a failed preview opened, and says so where a job left none", () => {
    const body = previewComment(["local", "staging"], [preview("local", "error: ids differ", "failed")], "c");
    assert.match(body, /### local: \*\*failed\*\*[^]*<details open>[^]*error: ids differ/);
    assert.match(body, /### staging: \*\*failed\*\*[^]*The job ended before the preview/);
  });

  it("keeps a text from ending its block of code", () => {
    const body = previewComment(["local"], [preview("local", "```\n</details>\n# Approved")], "c");
    assert.equal(body.match(/```/g)?.length, 2);
  });

  it("shortens the long ones in the middle, at the ends of lines, and leaves the short ones whole", () => {
    const line = "    + kubernetes:core/v1:Secret: (create)";
    const long = `first\n${`${line}\n`.repeat(5000)}${RESOURCES}`;
    const body = previewComment(["a", "b", "c"], [preview("a", long), preview("b", "short"), preview("c", long)], "c");
    assert.ok(body.length <= COMMENT_LIMIT && body.length > COMMENT_LIMIT * 0.99, `${body.length} characters`);
    assert.match(body, /\nshort\n/);
    assert.equal(body.match(/left out here/g)?.length, 2);
    assert.equal(body.match(/^first$/gm)?.length, 2);
    assert.equal(body.match(/ {4}~ 2 to update/g)?.length, 2);
    const cut = body.split("\n").filter((each) => each.includes("Secret") && each !== line);
    assert.deepEqual(cut, []);
  });

  it("never exceeds the limit, whatever the previews say", () => {
    const text = fc.oneof(
      fc.string(),
      fc.nat(80_000).map((length) => "x".repeat(length)),
      fc.constant("`\n".repeat(50_000)),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (texts) => {
        const stacks = texts.map((_, index) => `stack${index}`);
        const body = previewComment(
          stacks,
          texts.map((each, index) => preview(`stack${index}`, each)),
          "c",
        );
        assert.ok(body.length <= COMMENT_LIMIT, `${body.length} characters`);
        assert.ok(stacks.every((stack) => body.includes(`### ${stack}: `)));
      }),
      { numRuns: 50 },
    );
  });
});
