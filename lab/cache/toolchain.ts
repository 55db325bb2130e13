import { access, constants, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "../host/run";
import { GO_VERSION } from "./goModules";
import type { Toolchain } from "./recipeKey";

/** Something that the lab needs and this machine does not have; one line for each. */
export class MissingPrerequisite extends Error {
  constructor(readonly missing: readonly string[]) {
    super(missing.join("\n"));
    this.name = "MissingPrerequisite";
  }
}

/** The program's path if it is on PATH. */
export async function findOnPath(program: string, path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  for (const dir of path.split(delimiter).filter((part) => part.startsWith("/"))) {
    const file = join(dir, program);
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return file;
  }
  return undefined;
}

const numbers = (version: string): number[] => (version.match(/\d+/g) ?? []).map(Number);

/** Whether a dotted version is at least the other one, number by number. */
export function isAtLeast(version: string, least: string): boolean {
  const have = numbers(version);
  for (const [index, wanted] of numbers(least).entries()) {
    const found = have[index] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}

const GO_ADVICE = `install Go ${GO_VERSION} or newer (https://go.dev/doc/install) and put its bin folder on PATH`;

async function missingGo(): Promise<string | undefined> {
  if ((await findOnPath("go")) === undefined) return `go: not on PATH; ${GO_ADVICE}`;
  const version = await goVersion();
  return isAtLeast(version, GO_VERSION) ? undefined : `go: found ${version}; ${GO_ADVICE}`;
}

const goVersion = async (): Promise<string> => (await run("go", ["env", "GOVERSION"])).stdout.trim();

async function distribution(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const field = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, "m").exec(release)?.[1] ?? "";
  return `${field("ID")} ${field("VERSION_CODENAME")}`.trim();
}

/**
 * Finds what the lab's cache depends on.
 * @throws MissingPrerequisite that lists everything that is missing, before anything is built.
 */
export async function readToolchain(): Promise<Toolchain> {
  if (process.platform !== "linux") {
    throw new MissingPrerequisite([`${process.platform}: the lab runs on Linux only; use a Linux machine or VM`]);
  }
  const flock = await findOnPath("flock");
  const missing = [
    await missingGo(),
    flock === undefined ? `flock: not on PATH; install the package util-linux` : undefined,
  ].filter((line) => line !== undefined);
  if (missing.length > 0) throw new MissingPrerequisite(missing);
  return {
    go: await goVersion(),
    platform: `${process.platform}/${process.arch}`,
    distribution: await distribution(),
  };
}
