import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readArgs, runProgram, UsageError } from "../lab/host/commandLine";
import { previewStack } from "./previewStack";

/** `tsx ci/preview.ts <stack> <folder>`: previews one stack, prints the preview and leaves it in the folder for the comment. */
async function main(args: readonly string[]): Promise<boolean> {
  const [stack, folder, ...more] = readArgs({ args: [...args], allowPositionals: true, options: {} }).positionals;
  if (stack === undefined || folder === undefined || more.length > 0) {
    throw new UsageError("give a stack and a folder");
  }
  const preview = await previewStack(stack, resolve(__dirname, ".."), process.env);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${stack}.json`), JSON.stringify(preview));
  console.log(`${stack}, ${preview.conditions}\n\n${preview.text}`);
  return preview.outcome !== "failed";
}

const usage = "Usage: npx tsx ci/preview.ts <stack> <folder for the preview>";
void runProgram({ name: "preview", usage }, process.argv.slice(2), main);
