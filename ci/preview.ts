import { resolve } from "node:path";
import { readArgs, runProgram, UsageError } from "../lab/host/commandLine";
import { logOf } from "./logPreview";
import { leavePreview } from "./previewsIn";
import { previewStack } from "./previewStack";
import { findStacks } from "./stacks";

/** `tsx ci/preview.ts <folder>`: previews every stack, prints the previews and leaves them in the folder for the comment. */
async function main(args: readonly string[]): Promise<boolean> {
  const [folder, ...more] = readArgs({ args: [...args], allowPositionals: true, options: {} }).positionals;
  if (folder === undefined || more.length > 0) {
    throw new UsageError("give a folder");
  }
  const root = resolve(__dirname, "..");
  let isGood = true;
  for (const stack of await findStacks(root)) {
    const preview = await previewStack(stack, root, process.env);
    await leavePreview(folder, preview);
    console.log(logOf(preview));
    isGood &&= preview.outcome !== "failed";
  }
  return isGood;
}

const usage = "Usage: npx tsx ci/preview.ts <folder for the previews>";
void runProgram({ name: "preview", usage }, process.argv.slice(2), main);
