import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readArgs, runProgram, UsageError } from "../lab/host/commandLine";
import { codeHost, leaveComment } from "./codeHost";
import { MARKER, previewComment, previewSchema, type Preview } from "./previewComment";

async function stacksOf(root: string): Promise<readonly string[]> {
  const files = await readdir(join(root, "stacks"));
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

async function previewsIn(folder: string): Promise<readonly Preview[]> {
  // Without the folder no job came as far as a preview; the comment says so.
  const files = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    files.filter((file) => file.endsWith(".json")).map((file) => readFile(join(folder, file), "utf8")),
  );
  return texts.map((text) => previewSchema.parse(JSON.parse(text)));
}

/** `tsx ci/comment.ts <folder> <file>`: makes one comment of the previews in the folder, writes it to the file and posts it. */
async function main(args: readonly string[]): Promise<boolean> {
  const [folder, file, ...more] = readArgs({ args: [...args], allowPositionals: true, options: {} }).positionals;
  if (folder === undefined || file === undefined || more.length > 0) {
    throw new UsageError("give a folder and a file");
  }
  const stacks = await stacksOf(resolve(__dirname, ".."));
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
