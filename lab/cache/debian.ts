import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../host/run";
import { type Log, withProgress } from "./progress";
import type { DebianPackages } from "./recipe";
import { findOnPath, isAtLeast, MissingPrerequisite } from "./toolchain";

/** @throws MissingPrerequisite when this is no Debian-like machine. */
export async function requireDebianTools(recipe: DebianPackages): Promise<void> {
  const missing: string[] = [];
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if ((await findOnPath(tool)) === undefined) {
      missing.push(
        `${tool}: not on PATH; ${recipe.packages.join(" and ")} come from Debian packages: use Debian or Ubuntu`,
      );
    }
  }
  if (missing.length > 0) throw new MissingPrerequisite(missing);
}

/** Options that give apt package lists of the lab's own: no root is needed, and nothing of the machine's changes. */
async function ownLists(scratch: string, log: Log): Promise<readonly string[]> {
  const [state, cache] = [join(scratch, "apt-state"), join(scratch, "apt-cache")];
  const folders = { "Dir::State": state, "Dir::State::lists": join(state, "lists"), "Dir::Cache": cache };
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(cache, "archives", "partial"), { recursive: true });
  const options = Object.entries(folders).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  await withProgress(log, "fetching Debian's package lists", 15, () =>
    run("apt-get", [...options, ...NO_SANDBOX, "update"]),
  );
  return options;
}

/** apt's own user could not write to the scratch folder. */
const NO_SANDBOX = ["-o", "APT::Sandbox::User=root"];

/** Downloads packages into the scratch folder, by the machine's package lists, or by fresh ones where those do not do. */
async function download(packages: readonly string[], scratch: string, log: Log): Promise<void> {
  const get = (options: readonly string[]): Promise<unknown> =>
    run("apt-get", [...options, ...NO_SANDBOX, "download", ...packages], { cwd: scratch });
  try {
    await get([]);
  } catch {
    // No lists, or old ones that name files which are gone.
    await get(await ownLists(scratch, log));
  }
}

/** Downloads the recipe's packages and unpacks them into `target`. */
export async function unpackDebian(recipe: DebianPackages, target: string, scratch: string, log: Log): Promise<void> {
  await requireDebianTools(recipe);
  await mkdir(target, { recursive: true });
  await download(recipe.packages, scratch, log);
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
