import assert from "node:assert/strict";
import {
  changeUsers,
  missingUsers,
  parseUsers,
  UnreadableUsers,
} from "../../../../components/apiserver/model/usersFile";

const CHART = "users:\n- name: remote-x\n  role: remote\n";

const add = (text: string | undefined, ...names: readonly string[]) => changeUsers(text, { remove: [], add: names });
const remove = (text: string, ...names: readonly string[]) => changeUsers(text, { remove: names, add: [] });
const names = (text: string) => parseUsers(text).entries.map(({ name }) => name);

/** Texts of others: their own entries are `remote-x` and `remote-y`. */
const TEXTS: Readonly<Record<string, string>> = {
  "as the chart writes it": CHART,
  "as the chart writes it without clusters": "users:\n",
  indented: "users:\n  - name: remote-x\n    role: remote\n",
  "without an end of its last line": "users:\n- name: remote-x\n  role: remote",
  "of a key alone": "users:",
  "with comments and further fields":
    "# ours\nusers: # all\n\n- role: remote # r\n  name: remote-x\n  note: |\n    two\n    lines\n# second\n- name: remote-y\n  role: other\n\n# the end\n",
  "with more behind the list": "a: 1\nusers:\n- name: remote-x\n  role: remote\nother:\n  b: [1, 2]\n",
  "with entries in braces": "users:\n- {name: remote-x, role: remote} # in one\n# end\n",
  "with carriage returns": "users:\r\n- name: remote-x\r\n  role: remote\r\n",
};

/** Others, of which no line can be taken alone. */
const REWRITTEN: Readonly<Record<string, string>> = {
  "an empty list": "users: []\n",
  "an explicit null": "a: b # kept\nusers: ~\n",
  "a list in brackets": "users: [{name: remote-x, role: remote, more: 1}]\n",
  "no list": "more: true\n",
  JSON: '{"users": [{"name": "remote-x", "role": "remote"}]}\n',
  "a dash on a line of its own": "users:\n-\n  name: remote-x\n  role: remote\n",
  "an alias": "kept: &k\n- name: remote-x\n  role: remote\nusers: *k\n",
};

describe("the file of remote users", () => {
  it("is made as the chart makes it", () => {
    assert.equal(add(undefined, "remote-x"), CHART);
    assert.equal(add("", "remote-x"), CHART);
    assert.equal(add(undefined), "users:\n");
    assert.equal(add("# none yet", "remote-x"), `# none yet\n${CHART}`);
  });

  for (const [what, text] of Object.entries(TEXTS)) {
    it(`${what} gets lines more, and is the same text when they are gone`, () => {
      const both = add(text, "remote-a", "remote-b");
      assert.deepEqual(names(both), [...names(text), "remote-a", "remote-b"]);
      for (const line of text.split("\n")) assert.ok(both.split("\n").includes(line), line);
      assert.equal(remove(both, "remote-a", "remote-b"), text);
      assert.equal(remove(remove(both, "remote-b"), "remote-a"), text);
      assert.equal(remove(remove(both, "remote-a"), "remote-b"), text);
      assert.equal(remove(add(add(text, "remote-b"), "remote-a"), "remote-b", "remote-a"), text);
    });
  }

  for (const [what, text] of Object.entries(REWRITTEN)) {
    it(`with ${what} is written anew, with all that it has`, () => {
      const both = add(text, "remote-a", "remote-b");
      assert.deepEqual(names(both), [...names(text), "remote-a", "remote-b"]);
      assert.deepEqual(names(remove(both, "remote-a", "remote-b")), names(text));
      assert.equal(parseUsers(both).hasMore, parseUsers(text).hasMore);
      assert.equal(both.includes("more: 1"), text.includes("more: 1"));
      assert.equal(both.includes("# kept"), text.includes("# kept"));
    });
  }

  it("is not touched where nothing changes, however it is written", () => {
    for (const text of [...Object.values(TEXTS), ...Object.values(REWRITTEN), ""]) {
      assert.equal(changeUsers(text, { remove: ["remote-a"], add: [] }), text);
    }
  });

  it("loses every entry of a user that goes, and keeps the comments of others", () => {
    const text =
      "users:\n# first\n- name: remote-a\n  role: remote\n# second\n- name: remote-x\n- name: remote-a\n  role: root\n";
    assert.equal(remove(text, "remote-a"), "users:\n# first\n# second\n- name: remote-x\n");
  });

  it("is the same text after a user's entry was taken away and given again", () => {
    const text = add(CHART, "remote-a");
    assert.equal(changeUsers(text, { remove: ["remote-a"], add: ["remote-a"] }), text);
  });

  it("takes names that are none of Cilium's as text", () => {
    for (const name of ["a: b", "x\n- name: root", "'", "~", "1", "*a", "-"]) {
      const text = add(CHART, name);
      assert.deepEqual(names(text), ["remote-x", name]);
      assert.equal(remove(text, name), CHART);
    }
  });

  it("lacks users that it does not have, or has in another role", () => {
    const text = `${CHART}- name: remote-y\n  role: root\n`;
    assert.deepEqual(missingUsers(text, ["remote-x", "remote-y", "remote-z"]), ["remote-y", "remote-z"]);
    assert.deepEqual(missingUsers(undefined, ["remote-x"]), ["remote-x"]);
  });

  it("tells entries, and whether there is more", () => {
    assert.deepEqual(parseUsers("users:\n- name: a\n  role: 1\n  b: 2\n"), {
      entries: [{ name: "a", role: 1 }],
      hasMore: false,
    });
    assert.deepEqual(parseUsers("users:\nb: 2\n"), { entries: [], hasMore: true });
    assert.deepEqual(parseUsers(undefined), { entries: [], hasMore: false });
  });

  const HOSTILE: Readonly<Record<string, string>> = {
    "no YAML": "users: [",
    "a text": "hello",
    "a list": "- name: a",
    "users that are no list": "users:\n  a: b\n",
    "an entry that is a text": "users:\n- remote-a\n",
    "an entry without a name": "users:\n- role: remote\n",
    "a name that is a number": "users:\n- name: 1\n",
    "a key twice": "users:\nusers:\n- name: a\n",
    "two documents": "users:\n---\nusers:\n",
    "thousands of brackets": `users: ${"[".repeat(5000)}`,
    "aliases of aliases": `a: &a [x]\nb: &b [${"*a,".repeat(50)}]\nc: &c [${"*b,".repeat(50)}]\nd: [${"*c,".repeat(50)}]\nusers:\n`,
    "more than such a file can have": `users:\n${"- name: remote-long\n  role: remote\n".repeat(3000)}`,
  };
  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`is refused with ${what}, and is not changed`, () => {
      assert.throws(() => parseUsers(text), UnreadableUsers);
      assert.throws(() => add(text, "remote-a"), UnreadableUsers);
    });
  }

  it("does not get longer than it could be read again, or written", () => {
    const long = `users:\n${"# more than is needed\n".repeat(2970)}`;
    assert.throws(
      () => add(long, ...Array.from({ length: 100 }, (_, n) => `remote-${n}`)),
      /longer than it can be read again/,
    );
    assert.throws(() => add(`# ${"語".repeat(40_000)}\nusers:\n`, "remote-a"), /longer than what kubectl/);
  });

  it("has room for the peers of the largest mesh, with the longest names", () => {
    const all = Array.from({ length: 511 }, (_, n) => `remote-${String(n).padStart(32, "c")}`);
    assert.deepEqual(names(add(CHART, ...all)).length, 512);
  });
});
