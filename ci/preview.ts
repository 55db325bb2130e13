import { resolve } from "node:path";
import { readArgs, runProgram, UsageError } from "../lab/host/commandLine";
import { logOf } from "./logPreview";
import { leavePreview } from "./previewsIn";
import { driftOfStack, previewStack } from "./previewStack";
import { findStacks } from "./stacks";

/** `tsx ci/preview.ts [--drift] <folder>`: previews every stack, prints the previews and leaves them in the folder for the comment, or the issue. */
async function main(args: readonly string[]): Promise<boolean> {
  const options = { drift: { type: "boolean", default: false } } as const;
  const { positionals, values } = readArgs({ args: [...args], allowPositionals: true, options });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) {
    throw new UsageError("give a folder");
  }
  const root = resolve(__dirname, "..");
  let isGood = true;
  for (const stack of await findStacks(root)) {
    const preview = await (values.drift ? driftOfStack : previewStack)(stack, root, process.env);
    await leavePreview(folder, preview);
    console.log(logOf(preview));
    isGood &&= preview.outcome !== "failed";
  }
  return isGood;
}

const usage = "Usage: npx tsx ci/preview.ts [--drift] <folder for the previews>";
void runProgram({ name: "preview", usage }, process.argv.slice(2), main);
