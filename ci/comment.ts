import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readArgs, runProgram, UsageError } from "../lab/host/commandLine";
import { codeHost, leaveComment } from "./codeHost";
import { MARKER, previewComment } from "./model/comment";
import { previewsIn } from "./previewsIn";
import { findStacks } from "./stacks";

/** `tsx ci/comment.ts <folder> <file>`: makes one comment of the previews in the folder, writes it to the file and posts it. */
async function main(args: readonly string[]): Promise<boolean> {
  const [folder, file, ...more] = readArgs({ args: [...args], allowPositionals: true, options: {} }).positionals;
  if (folder === undefined || file === undefined || more.length > 0) {
    throw new UsageError("give a folder and a file");
  }
  const stacks = await findStacks(resolve(__dirname, ".."));
  const body = previewComment(stacks, await previewsIn(folder), process.env["COMMIT"] ?? "unknown");
  await writeFile(file, body);
  const host = codeHost(process.env);
  console.log(
    host === undefined
      ? `This job has no token to comment with; ${file} has what the comment would say.`
      : `The comment of this pull request is ${await leaveComment(host, MARKER, body)}.`,
  );
  return true;
}

const usage = "Usage: npx tsx ci/comment.ts <folder with the previews> <file for the comment>";
void runProgram({ name: "comment", usage }, process.argv.slice(2), main);
