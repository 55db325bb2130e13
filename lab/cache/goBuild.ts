import { chmod, cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../host/run";
import { type Log, withProgress } from "./progress";
import { COMMON_LDFLAGS, GO_FLAGS, goMod, stubFolder } from "./recipeKey";
import { GO_VERSION } from "./recipes";
import type { GoBuild, GoSources } from "./recipe";

/** The person's own Go settings that would change the result are left out; caches and proxies are theirs. */
const goEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GOOS: undefined,
  GOARCH: undefined,
  GOEXPERIMENT: undefined,
  GOFLAGS: GO_FLAGS,
  GOWORK: "off",
  CGO_ENABLED: "0",
});

async function writeStubs(stubs: Readonly<Record<string, string>>, scratch: string): Promise<void> {
  for (const [module, source] of Object.entries(stubs)) {
    const folder = join(scratch, stubFolder(module));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "go.mod"), `module ${module}\n\ngo ${GO_VERSION}\n`);
    await writeFile(join(folder, "stub.go"), source);
  }
}

/** Builds every program of the recipe into `target`. */
export async function goBuild(recipe: GoBuild, target: string, scratch: string, log: Log): Promise<void> {
  await mkdir(target, { recursive: true });
  await writeFile(join(scratch, "go.mod"), goMod(recipe));
  await writeStubs(recipe.stubs ?? {}, scratch);
  const ldflags = [...COMMON_LDFLAGS, ...recipe.ldflags].join(" ");
  const flags = ["-ldflags", ldflags, "-tags", (recipe.tags ?? []).join(",")];
  for (const program of recipe.programs) {
    await withProgress(log, `building ${program.name} ${recipe.version}`, program.minutes * 60, () =>
      run("go", ["build", ...flags, "-o", join(target, program.name), program.package], {
        cwd: scratch,
        env: goEnvironment(),
      }),
    );
  }
}

/** `go` keeps its module cache read-only; a copy must be removable. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? makeWritable(path) : chmod(path, 0o644));
  }
}

/** Copies the recipe's folders of its module into `target`. */
export async function goSources(recipe: GoSources, target: string, scratch: string, log: Log): Promise<void> {
  const module = `${recipe.module}@${recipe.version}`;
  const { stdout } = await withProgress(log, `fetching ${module}`, recipe.minutes * 60, () =>
    run("go", ["mod", "download", "-json", module], { cwd: scratch, env: goEnvironment() }),
  );
  const answer: unknown = JSON.parse(stdout);
  if (typeof answer !== "object" || answer === null || !("Dir" in answer) || typeof answer.Dir !== "string") {
    throw new Error(`go mod download ${module}: no "Dir" in its answer:\n${stdout}`);
  }
  for (const [name, folder] of Object.entries(recipe.folders)) {
    const copy = join(target, name);
    await cp(join(answer.Dir, folder), copy, { recursive: true });
    await makeWritable(copy);
  }
}
