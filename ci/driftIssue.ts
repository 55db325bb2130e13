import { resolve } from "node:path";
import { readArgs, runProgram, UsageError } from "../lab/host/commandLine";
import { issueHost, keepIssue } from "./issueHost";
import { DRIFT_MARKER, DRIFT_TITLE, driftOf } from "./model/drift";
import { previewsIn } from "./previewsIn";
import { findStacks } from "./stacks";

/** `tsx ci/driftIssue.ts <folder>`: opens an issue of the drift that the previews in the folder show, brings it up to date, or closes it. */
async function main(args: readonly string[]): Promise<boolean> {
  const [folder, ...more] = readArgs({ args: [...args], allowPositionals: true, options: {} }).positionals;
  if (folder === undefined || more.length > 0) throw new UsageError("give a folder");
  const drift = driftOf(await findStacks(resolve(__dirname, "..")), await previewsIn(folder));
  if (drift.kind === "unseen") {
    console.log("No stack was looked at: the job that looks has no credentials. The issue stays as it is.");
    return false;
  }
  const wanted = drift.kind === "some" ? { title: DRIFT_TITLE, body: drift.body } : undefined;
  console.log(`The issue about drift: ${await keepIssue(issueHost(process.env), DRIFT_MARKER, wanted)}.`);
  return drift.kind === "none";
}

const usage = "Usage: npx tsx ci/driftIssue.ts <folder with the previews>";
void runProgram({ name: "drift", usage }, process.argv.slice(2), main);
