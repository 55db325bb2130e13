import assert from "node:assert/strict";
import fc from "fast-check";
import { code, FENCE, fenced, inert } from "../../../../ci/model/escape";
import { hostileText } from "./hostile";
import { read } from "./markdown";

describe("what is escaped in comments", () => {
  it("leaves names and messages as they are", () => {
    const text = 'cluster "west": etcd.endpoints[0] "https://10.1.0.1:2379" is used by <others> & @all';
    assert.equal(code(text), `\`${text}\``);
    assert.equal(code(""), "`(empty)`");
  });

  it("shows what hides, turns round or draws over its neighbours", () => {
    assert.equal(
      inert("a\u202eb\u200bc\u0000d\ne\u3164f\u00a0g"),
      "a\\u202eb\\u200bc\\u0000d\\u000ae\\u{3164}f\\u{a0}g",
    );
    assert.equal(inert("e\u0301"), "e\\u{301}");
  });

  it("has any text be one span of code, and nothing beside it", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { parts, code: found } = read(`- **Error**: ${code(text)}, the end`);
        assert.deepEqual(parts, read("- **Error**: `x`, the end").parts);
        assert.equal(found.length, 1);
      }),
      { numRuns: 300 },
    );
  });

  it("has any lines be one block of code that they do not end, and no quick action", () => {
    fc.assert(
      fc.property(fc.array(hostileText), (texts) => {
        const body = [FENCE.begin, ...texts.map(fenced), FENCE.end, "", "</details>"].join("\n");
        assert.deepEqual(read(body).parts, ["fence diff", "html_block  </details>"]);
        assert.equal(read(body).code[0]?.split("\n").length, texts.length + 1);
        assert.doesNotMatch(body, /^\s*\//m);
      }),
      { numRuns: 200 },
    );
  });

  it("is never longer than it may be, also where escapes are longer than what they stand for", () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 10, max: 200 }), (text, most) => {
        assert.ok(inert(text, most).length <= most);
      }),
    );
  });
});
