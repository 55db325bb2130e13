import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { commandsOf } from "../../../support/docs/commands";

const ROOT = resolve(__dirname, "..", "..", "..", "..");

/**
 * Runs a block of commands of a page in a folder, as if the repository's examples were there.
 *
 * @param only What each of its lines begins with: another block, which might reach somebody's cluster, is not run.
 */
export function pasteInto(folder: string, page: string, number: number, only: RegExp): string {
  const { text = "" } = commandsOf(page).find((each) => each.number === number) ?? {};
  const lines = text.split("\n").filter((line) => line !== "");
  assert.ok(lines.length > 0 && lines.every((line) => only.test(line)), `${page} ${String(number)}:\n${text}`);
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, KUBECONFIG: join(folder, "none") };
  const script = text.replaceAll("examples/", `${ROOT}/examples/`);
  return execFileSync("sh", ["-euc", script], {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The CA that such a block has made for a cluster, as `pulumi config set` takes it. */
export function caIn(folder: string, cluster: string): { readonly certificate: string; readonly privateKey: string } {
  const file = (name: string) => readFileSync(join(folder, cluster, name), "utf8");
  return { certificate: file("ca.crt"), privateKey: file("ca.key") };
}
