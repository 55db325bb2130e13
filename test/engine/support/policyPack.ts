import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { engine } from "./engine";

const RUN_PACK = resolve(__dirname, "..", "..", "..", "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");

/** A policy pack that this machine's CLI can start. */
export interface LaunchedPack {
  readonly folder: string;
  /** The search path with its launcher. */
  readonly path: string;
}

/**
 * The project's policy pack, under a runtime of the test's own. A released CLI has its language host start a pack of runtime `nodejs`; the host
 * that this machine builds is of before that (v3.65: its RunPlugin is "not supported"). For any other runtime the engine starts
 * `pulumi-analyzer-policy-<runtime>`, as it did for `nodejs`, and that is two lines here. All else is as a user has it: the CLI, its engine, the protocol,
 * the built pack and the SDK's server.
 */
export async function launchedPack(): Promise<LaunchedPack> {
  const { lab, workstation } = await engine();
  const { dir } = workstation.checkout;
  const [folder, bin] = [join(dir, "policies-launched"), join(dir, "launcher")];
  await Promise.all([cp(join(dir, "policies"), folder, { recursive: true }), mkdir(bin)]);
  const project = join(folder, "PulumiPolicy.yaml");
  await writeFile(project, (await readFile(project, "utf8")).replace("runtime: nodejs", "runtime: launched"));
  const launcher = join(bin, "pulumi-analyzer-policy-launched");
  await writeFile(launcher, `#!/bin/sh\nexec node '${RUN_PACK}' "$@"\n`);
  await chmod(launcher, 0o755);
  return { folder, path: [bin, lab.bin.dir, process.env["PATH"] ?? ""].join(":") };
}
