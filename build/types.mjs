/** Writes the types of the library into dist/types/, for the package: `npm pack` does this. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import sources from "./sources.cjs";

const { root } = sources;
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

// Those of a source that is gone would stay.
rmSync(join(root, "dist", "types"), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, "-p", join(root, "build", "tsconfig.types.json")], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
