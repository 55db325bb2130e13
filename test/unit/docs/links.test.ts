import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { anchorsOf, relativeLinks, wordCount } from "./markdown";

const ROOT = resolve(__dirname, "..", "..", "..");
const README = join(ROOT, "README.md");
const LONGEST_README = 1400;

function pages(): readonly string[] {
  const isPage = (name: string) => name.endsWith(".md");
  const top = readdirSync(ROOT).filter(isPage);
  const docs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter(isPage);
  return [
    ...top.map((name) => join(ROOT, name)),
    ...docs.map((name) => join(ROOT, "docs", name)),
    join(ROOT, "test", "plugins", "README.md"),
  ];
}

const text = (file: string) => readFileSync(file, "utf8");

/** What is wrong with the links of a page, a line each. */
function broken(page: string): readonly string[] {
  return relativeLinks(text(page)).flatMap(({ path, anchor }) => {
    const target = path === "" ? page : join(dirname(page), path);
    const line = `${relative(ROOT, page)} → ${path}${anchor === undefined ? "" : `#${anchor}`}`;
    if (!existsSync(target)) return [`${line}: no such file`];
    const found = anchor === undefined || (target.endsWith(".md") && anchorsOf(text(target)).has(anchor));
    return found ? [] : [`${line}: no such heading`];
  });
}

describe("the documents", () => {
  it("have links that lead to a file and to a heading", () => {
    const links = pages().flatMap((page) => relativeLinks(text(page)));
    assert.ok(links.length > 50 && links.some(({ anchor }) => anchor !== undefined));
    assert.deepEqual(pages().flatMap(broken), []);
  });

  it("are all reached from the README", () => {
    const reached = new Set([README]);
    for (const page of reached) {
      for (const { path } of relativeLinks(text(page))) {
        const target = path === "" ? page : join(dirname(page), path);
        if (target.endsWith(".md") && existsSync(target)) reached.add(target);
      }
    }
    assert.deepEqual(
      pages().filter((page) => !reached.has(page)),
      [],
    );
  });

  it("begin with a README that is short", () => {
    assert.ok(wordCount(text(README)) <= LONGEST_README, `${wordCount(text(README))} words`);
  });
});

describe("Markdown", () => {
  it("has links outside of code", () => {
    const page = "[a](b.md#c) [d](https://e.f) `[g](h)` ![i](j.svg)\n\n```sh\n[k](l)\n```\n\n[m](#n)";
    assert.deepEqual(relativeLinks(page), [
      { path: "b.md", anchor: "c" },
      { path: "j.svg" },
      { path: "", anchor: "n" },
    ]);
  });

  it("has anchors as GitHub makes them", () => {
    const page = "# A `b.<c>`: d, e!\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```\n\n## [Link](x.md) ü_1";
    assert.deepEqual([...anchorsOf(page)], ["a-bc-d-e", "twice", "twice-1", "link-ü_1"]);
  });
});
