import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyStore } from "../../../lab/images/copyStore";
import type { ImageDefinition } from "../../../lab/images/definitions";
import { makeRootTree } from "../../../lab/images/rootTree";
import { testFolder } from "../../support/testFolder";

const inode = (file: string): number => statSync(file).ino;

describe("lab: a copy of an image store", () => {
  const folder = testFolder();

  it("shares the files of images, and has databases of its own, whatever lay there before", async () => {
    const [store, copy] = [join(folder(), "store"), join(folder(), "copy")];
    for (const [file, text] of [
      ["content/blob", "layer"],
      ["metadata/meta.db", "images"],
    ] as const) {
      mkdirSync(join(store, file, ".."), { recursive: true });
      writeFileSync(join(store, file), text);
    }
    mkdirSync(copy);
    writeFileSync(join(copy, "old"), "");
    await copyStore(store, copy);
    assert.throws(() => statSync(join(copy, "old")), /ENOENT/);
    assert.equal(inode(join(copy, "content/blob")), inode(join(store, "content/blob")));
    assert.notEqual(inode(join(copy, "metadata/meta.db")), inode(join(store, "metadata/meta.db")));
    assert.equal(readFileSync(join(copy, "metadata/meta.db"), "utf8"), "images");
  });
});

describe("lab: the file system of an image", () => {
  const folder = testFolder();

  it("lets every user write to /tmp, and to the folders that its programs need", async () => {
    const image: ImageDefinition = {
      name: "docker.io/lab/x:1",
      parts: [],
      links: {},
      proofs: [],
      entrypoint: [],
      writable: ["/var/run/cilium"],
    };
    const tree = join(folder(), "tree");
    await makeRootTree(image, () => "", tree);
    const mode = (path: string): number => statSync(join(tree, path)).mode & 0o7777;
    assert.deepEqual(["tmp", "var/run/cilium", "var/run"].map(mode), [0o1777, 0o1777, 0o755]);
  });
});
