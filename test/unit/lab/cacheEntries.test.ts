import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addEntries, ensureEntry, entryFolder, withRoom } from "../../../lab/cache/cacheEntries";
import { isMade, recipeFolder } from "../../../lab/cache/ensureRecipes";
import { RECIPES } from "../../../lab/cache/recipes";
import { testFolder, testVariables } from "../../support/testFolder";

const quiet = (): void => undefined;

describe("lab: entries of the cache", () => {
  const folder = testFolder();
  testVariables(() => ({ XDG_CACHE_HOME: folder() }));
  const all = (): readonly string[] => readdirSync(join(entryFolder("x"), ".."));
  const write = (folder: string, text: string): void => {
    mkdirSync(folder);
    writeFileSync(join(folder, "file"), text);
  };

  it("are made once", async () => {
    const fill = (text: string) => (target: string) => {
      write(target, text);
      return Promise.resolve();
    };
    const folder = await ensureEntry("builds", "a", quiet, fill("first"));
    assert.equal(await ensureEntry("builds", "a", quiet, fill("second")), folder);
    assert.equal(readFileSync(join(folder, "file"), "utf8"), "first");
    assert.deepEqual(all(), ["a"]);
  });

  it("of one draft appear together, and none when it fails", async () => {
    await withRoom("builds", quiet, async () => {
      const failing = addEntries("builds", ["a", "b"], (target) => {
        write(target("a"), "complete");
        assert.equal(existsSync(entryFolder("a")), false);
        return Promise.reject(new Error("b: does not compile"));
      });
      await assert.rejects(failing, /^Error: b: does not compile$/);
      assert.deepEqual(all(), []);
      await addEntries("builds", ["a", "b"], (target, scratch) => {
        write(target("a"), "complete");
        write(target("b"), "complete");
        writeFileSync(join(scratch, "left"), "");
        return Promise.resolve();
      });
    });
    assert.deepEqual(all(), ["a", "b"]);
  });

  it("take the place of one that lacks something", async () => {
    await withRoom("builds", quiet, async () => {
      write(entryFolder("a"), "old");
      writeFileSync(join(entryFolder("a"), "more"), "");
      await addEntries("builds", ["a"], (target) => {
        write(target("a"), "new");
        return Promise.resolve();
      });
    });
    assert.deepEqual(readdirSync(entryFolder("a")), ["file"]);
    assert.equal(readFileSync(join(entryFolder("a"), "file"), "utf8"), "new");
  });

  it("of a recipe are there with all of its programs only", () => {
    const toolchain = { go: "go1.26.0", platform: "linux/x64", distribution: "debian bookworm" };
    const recipe = RECIPES.containerd;
    const folder = recipeFolder(recipe, toolchain);
    assert.equal(isMade(recipe, toolchain), false);
    mkdirSync(folder, { recursive: true });
    for (const { name } of recipe.programs) {
      assert.equal(isMade(recipe, toolchain), false, `without ${name}`);
      writeFileSync(join(folder, name), "");
    }
    assert.equal(isMade(recipe, toolchain), true);
  });

  it("are made when what a dead process has left of their room, and of no other, is removed", async () => {
    await withRoom("builds", quiet, () => Promise.resolve());
    for (const room of ["builds", "images"]) write(join(entryFolder("x"), "..", `.draft-${room}-dead`), "half");
    await ensureEntry("builds", "a", quiet, (target) => {
      write(target, "whole");
      return Promise.resolve();
    });
    assert.deepEqual(all(), [".draft-images-dead", "a"]);
  });
});
