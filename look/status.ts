import { resolve } from "node:path";
import { printableJson } from "../components/basics/model/printable";
import { beginOutput } from "../components/command/protocol";
import { liveMesh, REAL_WORLD, type World } from "./liveMesh";
import { meshText } from "./model/meshText";
import { givenStack, readArgs, runProgram, type ExitCode, type Output } from "./program";
import { pulumiIn } from "./pulumiCli";
import { readStackMesh, type StackMesh } from "./stackMesh";
import { statusCode, statusView } from "./statusView";

const USAGE = `Usage: npm run status -- --stack STACK          the live mesh now, without Pulumi's state
         with --json                             as JSON
Exit code: 0 all is well; 1 something is wrong; 2 it could not look, at all or at a cluster`;

/** Looks at the live mesh of a stack and prints what it sees. */
export async function status(
  stack: string,
  read: StackMesh,
  json: boolean,
  { write, paint }: Output,
  world: World,
  now: Date,
): Promise<ExitCode> {
  const view = statusView(stack, read, await liveMesh(read, world), now);
  write(json ? `${printableJson(view)}\n` : meshText(view, paint));
  return statusCode(view);
}

async function main(args: readonly string[], output: Output): Promise<ExitCode> {
  const { values } = readArgs({
    args: [...args],
    options: { stack: { type: "string" }, json: { type: "boolean", default: false } },
  });
  const stack = givenStack(values.stack);
  const root = resolve(__dirname, "..");
  beginOutput();
  const read = await readStackMesh(root, stack, pulumiIn(root));
  return status(stack, read, values.json, output, REAL_WORLD, new Date());
}

if (require.main === module) void runProgram("status", USAGE, main);
