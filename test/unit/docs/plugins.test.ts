import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandsOf } from "../../support/docs/commands";

const ROOT = join(__dirname, "..", "..", "..");
const PAGE = "docs/guides/first-mesh.md";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Lock;
const WANTED = ["kubernetes", "tls", "command"].map((name) => {
  const version = packages[`node_modules/@pulumi/${name}`]?.version ?? assert.fail(`no package of ${name}`);
  return { name, version };
});

describe("the plugins that the guide has installed by hand", () => {
  it("are those of the packages, each from an archive of its name and version", () => {
    const [block] = commandsOf(PAGE).filter(({ text }) => text.includes("pulumi plugin install"));
    const lines = (block?.text ?? "").split("\n").filter((line) => line.startsWith("pulumi plugin install"));
    assert.deepEqual(
      lines,
      WANTED.map(
        ({ name, version }) =>
          `pulumi plugin install resource ${name} v${version} --file pulumi-resource-${name}-v${version}-linux-amd64.tar.gz`,
      ),
    );
  });

  it("are listed with these versions, and where they are released", () => {
    const page = readFileSync(join(ROOT, PAGE), "utf8");
    for (const { name, version } of WANTED) {
      const row =
        page.split("\n").find((line) => line.startsWith(`| \`${name}\` `)) ?? assert.fail(`no row of ${name}`);
      const [, , listed, archive = ""] = row.split("|").map((cell) => cell.trim());
      assert.equal(listed, version);
      assert.ok(archive.startsWith(`\`pulumi-resource-${name}-v${version}-OS-ARCH.tar.gz\``), archive);
      assert.ok(archive.includes(`/pulumi-${name}/releases/tag/v${version})`), archive);
    }
  });
});
