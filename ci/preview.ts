import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { previewStack } from "./previewStack";

/** `tsx ci/preview.ts <stack> <folder>`: previews one stack, prints the preview and leaves it in the folder for the comment. */
async function main([stack, folder]: readonly string[]): Promise<void> {
  if (stack === undefined || folder === undefined) {
    throw new Error("usage: tsx ci/preview.ts <stack> <folder for the preview>");
  }
  const preview = await previewStack(stack, resolve(__dirname, ".."), process.env);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${stack}.json`), JSON.stringify(preview));
  console.log(`${stack}, ${preview.conditions}\n\n${preview.text}`);
  if (preview.outcome === "failed") process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
