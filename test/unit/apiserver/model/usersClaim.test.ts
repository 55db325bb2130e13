import assert from "node:assert/strict";
import { claimText, seeClaim } from "../../../../components/apiserver/model/usersClaim";

describe("the annotation of remote users", () => {
  it("is read as it was written, its users in order", () => {
    for (const before of ["users: []\n", "", null]) {
      const text = claimText({ owner: "ours", users: ["b", "a"], before });
      assert.deepEqual(seeClaim(text, "ours"), { kind: "ours", claim: { owner: "ours", users: ["a", "b"], before } });
    }
    assert.equal(claimText({ owner: "ours", users: [] }), '{"owner":"ours","users":[]}');
  });

  it("tells of none, and of another stack's", () => {
    assert.deepEqual(seeClaim(undefined, "ours"), { kind: "none" });
    assert.deepEqual(seeClaim(claimText({ owner: "theirs", users: [] }), "ours"), {
      kind: "otherOwner",
      owner: "theirs",
    });
  });

  it("keeps no text that is long", () => {
    assert.equal(seeClaim(claimText({ owner: "o", users: [], before: "x".repeat(17_000) }), "o").kind, "ours");
    assert.doesNotMatch(claimText({ owner: "o", users: [], before: "x".repeat(17_000) }), /before/);
    assert.doesNotMatch(claimText({ owner: "o", users: [], before: "\u0001".repeat(3000) }), /before/);
  });

  it("is damaged where it is anything else, or too long", () => {
    const wrong = ["", "{", "[]", "null", '{"owner":"o"}', '{"owner":"","users":[]}', '{"owner":"o","users":[1]}'];
    const long = [
      JSON.stringify({ owner: "o".repeat(513), users: [] }),
      JSON.stringify({ owner: "o", users: Array.from({ length: 1201 }, () => "a") }),
      JSON.stringify({ owner: "o", users: [], before: "x".repeat(70_000) }),
    ];
    for (const text of [...wrong, ...long])
      assert.deepEqual(seeClaim(text, "o"), { kind: "damaged" }, text.slice(0, 40));
  });

  it("has room for the users of the largest mesh, when all of them change", () => {
    const users = Array.from({ length: 1020 }, (_, n) => `remote-${String(n).padStart(32, "c")}`);
    assert.equal(seeClaim(claimText({ owner: "ours", users, before: "x".repeat(10_000) }), "ours").kind, "ours");
  });
});
