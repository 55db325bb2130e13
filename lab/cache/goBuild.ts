import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "../host/run";
import { goEnvironment } from "./goEnvironment";
import { GO_VERSION } from "./goModules";
import type { GoBuild, GoModule, GoProgram, GoSource } from "./recipe";
import { COMMON_LDFLAGS, GCFLAGS, goMod, stubFolder } from "./recipeKey";

/** How `go` names the program of a `main` package. */
export const goName = (program: GoProgram): string => basename(program.package);

async function writeStub(module: string, source: GoSource, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "go.mod"), `module ${module}\n\ngo ${GO_VERSION}\n`);
  for (const [path, text] of Object.entries(source)) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, "stub.go"), text);
  }
}

const programsFolder = (scratch: string): string => join(scratch, "programs");

/** The programs that a running build has finished. */
export async function finishedPrograms(programs: readonly GoProgram[], scratch: string): Promise<readonly GoProgram[]> {
  const files = await readdir(programsFolder(scratch)).catch((): string[] => []);
  return programs.filter((program) => files.includes(goName(program)));
}

/** Builds the programs of all these recipes of one module, and moves them into the folder of each. */
export async function goBuild(module: GoModule, targets: ReadonlyMap<GoBuild, string>, scratch: string): Promise<void> {
  await writeFile(join(scratch, "go.mod"), goMod(module));
  for (const [path, source] of Object.entries(module.stubs ?? {})) {
    await writeStub(path, source, join(scratch, stubFolder(path)));
  }
  const built = programsFolder(scratch);
  await mkdir(built);
  const ldflags = [...COMMON_LDFLAGS, ...module.ldflags].join(" ");
  const flags = ["-gcflags", GCFLAGS, "-ldflags", ldflags, "-tags", (module.tags ?? []).join(",")];
  const packages = [...targets.keys()].flatMap(({ programs }) => programs.map((program) => program.package));
  // All in one call: it links one program while it compiles for the next, so that no core waits.
  await run("go", ["build", ...flags, "-o", `${built}/`, ...packages], { cwd: scratch, env: goEnvironment() });
  for (const [{ programs }, target] of targets) {
    await mkdir(target, { recursive: true });
    for (const program of programs) await rename(join(built, goName(program)), join(target, program.name));
  }
}
