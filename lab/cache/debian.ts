import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../host/run";
import { type Log, withProgress } from "./progress";
import type { DebianPackages } from "./recipes";
import { findOnPath, isAtLeast, MissingPrerequisite } from "./toolchain";

/** @throws MissingPrerequisite when this is no Debian-like machine. */
export async function requireDebianTools(recipe: DebianPackages): Promise<void> {
  const missing: string[] = [];
  for (const tool of ["apt-get", "apt-cache", "dpkg-deb"]) {
    if ((await findOnPath(tool)) === undefined) {
      missing.push(
        `${tool}: not on PATH; ${recipe.packages.join(" and ")} come from Debian packages: use Debian or Ubuntu`,
      );
    }
  }
  if (missing.length > 0) throw new MissingPrerequisite(missing);
}

/**
 * Options for apt to use the machine's package lists, or, when it has none, lists of the lab's own (no root is needed for
 * either, and nothing of the machine's changes).
 */
async function aptOptions(recipe: DebianPackages, scratch: string, log: Log): Promise<readonly string[]> {
  const { stdout } = await run("apt-cache", ["show", "--no-all-versions", ...recipe.packages]).catch(() => ({
    stdout: "",
  }));
  const known = recipe.packages.every((name) => new RegExp(`^Package: ${name}$`, "m").test(stdout));
  if (known) return [];
  const [state, cache] = [join(scratch, "apt-state"), join(scratch, "apt-cache")];
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(cache, "archives", "partial"), { recursive: true });
  const options = ["-o", `Dir::State=${state}`, "-o", `Dir::Cache=${cache}`, "-o", "APT::Sandbox::User=root"];
  await withProgress(log, "fetching Debian's package lists", 15, () => run("apt-get", [...options, "update"]));
  return options;
}

/** Downloads the recipe's packages and unpacks them into `target`. */
export async function unpackDebian(recipe: DebianPackages, target: string, scratch: string, log: Log): Promise<void> {
  await requireDebianTools(recipe);
  await mkdir(target, { recursive: true });
  const options = await aptOptions(recipe, scratch, log);
  await withProgress(log, `fetching ${recipe.packages.join(", ")}`, recipe.minutes * 60, () =>
    run("apt-get", [...options, "-o", "APT::Sandbox::User=root", "download", ...recipe.packages], { cwd: scratch }),
  );
  const archives = (await readdir(scratch)).filter((file) => file.endsWith(".deb"));
  for (const archive of archives) {
    const file = join(scratch, archive);
    const version = (await run("dpkg-deb", ["--field", file, "Version"])).stdout.trim();
    const upstream = version.replace(/^\d+:/, "");
    if (!isAtLeast(upstream, recipe.version)) {
      throw new Error(
        `Debian package ${archive}: version ${version}, at least ${recipe.version} is needed; use a newer release`,
      );
    }
    await run("dpkg-deb", ["--extract", file, target]);
  }
  for (const path of Object.values(recipe.programs)) {
    await chmod(join(target, path), 0o755).catch((error: unknown) => {
      throw new Error(`Debian packages ${recipe.packages.join(", ")}: no ${path} in them`, { cause: error });
    });
  }
}
