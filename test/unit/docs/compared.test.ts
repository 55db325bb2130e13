import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(__dirname, "..", "..", "..", "docs");
const PAGE = readFileSync(join(DOCS, "reference", "compared.md"), "utf8");
const MEASURED = readFileSync(join(DOCS, "bench", "cilium-cli.md"), "utf8");

/** The first cell of a measurement's row that is a number, by the row's beginning. */
function seconds(beginning: string): string {
  const row = MEASURED.split("\n").find((line) => line.startsWith(`| ${beginning}`)) ?? assert.fail(beginning);
  return /\| +(\d+\.\d) \|/.exec(row)?.[1] ?? assert.fail(row);
}

describe("the page that compares", () => {
  it("says as of when", () => {
    assert.match(PAGE, /^# [^\n]+\n\nAs of \d{4}-\d\d-\d\d\. /);
  });

  it("has a source for each label, and no source that nothing has", () => {
    const defined = [...PAGE.matchAll(/^\[([\w-]+)\]: https:\/\/\S+$/gm)].map(([, label]) => label);
    const used = new Set([...PAGE.matchAll(/\]\[([\w-]+)\]/g)].map(([, label]) => label));
    assert.deepEqual([...used].sort(), defined.toSorted());
  });

  it("has the sources of code at what was read, which does not move", () => {
    const code = [...PAGE.matchAll(/https:\/\/github\.com\/\S+?\/(?:blob|tree)\/(\S+?)[/#\n]/g)].map(([, ref]) => ref);
    assert.ok(code.length > 5);
    for (const ref of code) assert.match(ref ?? "", /^(?:[0-9a-f]{40}|v\d+\.\d+\.\d+)$/);
  });

  it("has the figures of the measurement", () => {
    const text = PAGE.replaceAll(/\s+/g, " ");
    const [connect, up] = [seconds("`cilium clustermesh connect"), seconds("`pulumi up`")];
    const [disconnect, destroy] = [seconds("`cilium clustermesh disconnect`"), seconds("`pulumi destroy`")];
    assert.ok(text.includes(`\`connect\` took ${connect} s until every agent was ready, and \`up\` ${up} s;`));
    assert.ok(text.includes(`\`disconnect\` ${disconnect} s, and \`destroy\` ${destroy} s.`));
    const [, objects = ""] = /After `disconnect` (\d+) objects were otherwise/.exec(MEASURED) ?? [];
    assert.ok(objects !== "" && text.includes(`\`disconnect\`: ${objects} objects were otherwise than before`));
  });
});
