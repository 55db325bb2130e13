import { dirname } from "node:path";
import { run } from "../host/run";
import { findOnPath, isAtLeast } from "./toolchain";

const LEAST_VERSION = "3.248.0";

/** A Pulumi CLI on this machine that can run the program, or why there is none. */
export type FoundPulumi =
  | { readonly kind: "found"; readonly path: string; readonly version: string; readonly languageHost: string }
  | { readonly kind: "unsuitable"; readonly reason: string };

/** Looks for a Pulumi CLI (3.248 or newer) with its Node language host on PATH; never installs or downloads one. */
export async function findPulumi(searchPath = process.env["PATH"] ?? ""): Promise<FoundPulumi> {
  const path = await findOnPath("pulumi", searchPath);
  if (path === undefined) return { kind: "unsuitable", reason: "no pulumi on PATH" };
  const answer = await run(path, ["version"], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  if (answer instanceof Error) return { kind: "unsuitable", reason: `${path} does not run: ${answer.message}` };
  const version = answer.stdout.trim();
  if (!isAtLeast(version, LEAST_VERSION)) {
    return { kind: "unsuitable", reason: `${path} is ${version}; ${LEAST_VERSION} or newer is needed` };
  }
  const languageHost = await findOnPath("pulumi-language-nodejs", `${dirname(path)}:${searchPath}`);
  if (languageHost === undefined) {
    return { kind: "unsuitable", reason: `${path} has no pulumi-language-nodejs beside it or on PATH` };
  }
  return { kind: "found", path, version, languageHost };
}
