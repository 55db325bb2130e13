import { existsSync } from "node:fs";
import { cp, mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../host/run";
import type { ImageDefinition } from "./definitions";

/** Old places of programs and libraries, which are links into /usr by now; packages still bring files for both. */
const MERGED = ["bin", "sbin", "lib", "lib64"] as const;

/** What no process of an image reads. */
const NOT_NEEDED = ["doc", "man", "locale", "info", "lintian", "bash-completion"].map((name) => `usr/share/${name}`);

const EMPTY_FOLDERS = ["dev", "etc", "home", "proc", "root", "run", "sys", "tmp", "var/lib", "var/run"];

/** Moves what packages put into /bin, /sbin and /lib to /usr, and makes those names links. */
async function mergeUsr(tree: string): Promise<void> {
  for (const name of MERGED) {
    const [old, merged] = [join(tree, name), join(tree, "usr", name)];
    await mkdir(merged, { recursive: true });
    if (existsSync(old)) await run("cp", ["--archive", "--link", "--force", `${old}/.`, merged]);
    await rm(old, { recursive: true, force: true });
    await symlink(join("usr", name), old);
  }
}

/** Puts an image's files together in `tree`, and has every proof run in it. */
export async function makeRootTree(
  image: ImageDefinition,
  folderOf: (recipe: ImageDefinition["parts"][number]["recipe"]) => string,
  tree: string,
): Promise<void> {
  await mkdir(tree, { recursive: true });
  for (const { recipe, from = "", to } of image.parts) {
    const source = join(folderOf(recipe), from);
    if (to === "/") {
      await run("cp", ["--archive", "--link", `${source}/.`, tree]);
      await mergeUsr(tree);
      continue;
    }
    const target = join(tree, to);
    await mkdir(dirname(target), { recursive: true });
    await cp(source, target, { recursive: true });
    await run("chmod", ["-R", "a+rX", target]);
    if (to.endsWith(".sh")) await run("chmod", ["a+x", target]);
  }
  for (const name of NOT_NEEDED) await rm(join(tree, name), { recursive: true, force: true });
  for (const name of EMPTY_FOLDERS) await mkdir(join(tree, name), { recursive: true });
  for (const name of ["/tmp", ...(image.writable ?? [])]) {
    await mkdir(join(tree, name), { recursive: true });
    await run("chmod", ["1777", join(tree, name)]);
  }
  for (const [path, target] of Object.entries(image.links)) {
    await rm(join(tree, path), { force: true });
    await symlink(target, join(tree, path));
  }
  for (const proof of image.proofs) {
    await run("chroot", [tree, ...proof], { env: { PATH: IMAGE_PATH } }).catch((error: unknown) => {
      throw new Error(`image ${image.name}: "${proof.join(" ")}" does not run in it; a package may be missing`, {
        cause: error,
      });
    });
  }
}

/** PATH of every process in an image. */
export const IMAGE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
