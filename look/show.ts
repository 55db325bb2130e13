import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { errorMessage } from "../components/basics/errorMessage";
import { jsonAs } from "../components/basics/model/attempt";
import { lastLine } from "../components/basics/model/lastLine";
import { printableJson } from "../components/basics/model/printable";
import { meshText } from "./model/meshText";
import { lastChangeOf, outputsView } from "./model/outputsView";
import { pictures } from "./model/svg/pictures";
import type { MeshView } from "./model/view";
import { EXIT, givenStack, readArgs, runProgram, type ExitCode, type Output } from "./program";
import { pulumiIn, type PulumiCli } from "./pulumiCli";

const USAGE = `Usage: npm run show -- --stack STACK            the mesh as the stack's last up has left it
         with --json                             as JSON
         with --svg FOLDER                       and as pictures: mesh.svg, and demo.svg where there is a demo
Exit code: 0 shown; 2 the stack's outputs cannot be read`;

/** Reads what the last `up` of a stack has left. Its secrets are not shown. */
async function readView(stack: string, pulumi: PulumiCli, now: Date): Promise<MeshView> {
  const of = `--stack=${stack}`;
  const printed = await pulumi(["stack", "output", "--json", of]).catch((error: unknown) => {
    throw new Error(`${errorMessage(error)}\npulumi stack ls lists the stacks of this backend`, { cause: error });
  });
  const outputs = jsonAs(z.unknown(), printed);
  if (jsonAs(z.strictObject({}), printed) !== undefined) {
    throw new Error(
      `stack ${stack} has no outputs: nothing is deployed, or no up has come to its end\n` +
        `pulumi up --stack ${stack} meshes its clusters; npm run status -- --stack ${stack} looks at them as they are`,
    );
  }
  const asked = await pulumi(["stack", "history", "--json", "--page-size=1", of]).then(
    (text) => ({ history: jsonAs(z.unknown(), text) }),
    (error: unknown) => ({ failure: lastLine(errorMessage(error)) }),
  );
  const view = outputsView(stack, outputs, "history" in asked ? lastChangeOf(asked.history) : undefined, now);
  return "failure" in asked ? { ...view, unseen: [...view.unseen, `the last change: ${asked.failure}`] } : view;
}

/** How a mesh is shown. */
export interface ShowOptions {
  readonly json: boolean;
  /** Where pictures go; none are made without it. */
  readonly svg?: string | undefined;
}

/** Shows the mesh of a stack by its outputs. */
export async function show(
  stack: string,
  { json, svg }: ShowOptions,
  { write, paint }: Output,
  pulumi: PulumiCli,
  now: Date,
): Promise<ExitCode> {
  const view = await readView(stack, pulumi, now);
  write(json ? `${printableJson(view)}\n` : meshText(view, paint));
  if (svg === undefined) return EXIT.well;
  await mkdir(svg, { recursive: true });
  for (const [name, text] of Object.entries(pictures(view))) {
    const file = join(svg, name);
    await writeFile(file, text);
    if (!json) write(`written: ${file}\n`);
  }
  return EXIT.well;
}

async function main(args: readonly string[], output: Output): Promise<ExitCode> {
  const { values } = readArgs({
    args: [...args],
    options: { stack: { type: "string" }, json: { type: "boolean", default: false }, svg: { type: "string" } },
  });
  const { json, svg } = values;
  const root = resolve(__dirname, "..");
  return show(givenStack(values.stack), { json, svg }, output, pulumiIn(root), new Date());
}

if (require.main === module) void runProgram("show", USAGE, main);
