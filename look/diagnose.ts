import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { stringify } from "yaml";
import { errorMessage } from "../components/basics/errorMessage";
import { mapLimited } from "../components/basics/mapLimited";
import { printable, quoted } from "../components/basics/model/printable";
import { beginOutput } from "../components/command/protocol";
import { CLUSTERS_AT_ONCE, reachable } from "../components/preflight/inspectAll";
import packageJson from "../package.json";
import { accessSecrets, evidenceOf, type Evidence } from "./evidence";
import { liveMesh, REAL_WORLD, unheardOf, type LiveMesh, type World } from "./liveMesh";
import { meshText } from "./model/meshText";
import { SecretSearch } from "./model/redact";
import { withoutPlainSecrets, type Secret } from "./model/secrets";
import { tar, type ArchiveFile } from "./model/tar";
import { EXIT, givenStack, readArgs, runProgram, type ExitCode, type Output } from "./program";
import { pulumiIn, type PulumiCli } from "./pulumiCli";
import { readStackMesh, type StackMesh } from "./stackMesh";
import { statusView } from "./statusView";

const USAGE = `Usage: npm run diagnose -- --stack STACK        one archive for a bug report, without secrets, in this folder
         with --out FOLDER                       in another one
Exit code: 0 written; 2 not written`;

/** A report's texts, and the secrets that must not be in them. */
interface Report {
  readonly files: readonly ArchiveFile[];
  readonly secrets: readonly Secret[];
}

async function versions(pulumi: PulumiCli): Promise<string> {
  const cli = await pulumi(["version"]).then(
    (text) => text.trim(),
    (error: unknown) => errorMessage(error),
  );
  const all = {
    "cilium-clustermesh": packageJson.version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    pulumi: cli,
  };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

/** The evidence of every cluster that was heard, by its name. */
async function evidence(
  read: StackMesh,
  mesh: LiveMesh,
  world: World,
): Promise<readonly (Evidence & { readonly name: string })[]> {
  const ways = reachable(read.description).filter(
    ({ name, lost }) => !lost && read.managed.includes(name) && unheardOf(mesh, name) === undefined,
  );
  return mapLimited(ways, CLUSTERS_AT_ONCE, async ({ name, access }) => {
    const found = await world
      .contact(name, access, (api) => evidenceOf(api, read.description))
      .catch((error: unknown): Evidence => ({ files: { "cannot-be-read.txt": errorMessage(error) }, secrets: [] }));
    const heard = mesh.asked.find((each) => each.name === name);
    const said = heard?.kind === "heard" && heard.diagnosis.text !== "" ? { "failing.txt": heard.diagnosis.text } : {};
    return { name, secrets: found.secrets, files: { ...found.files, ...said } };
  });
}

/** Collects a report. @param env Where the ambient kubeconfig is found. */
async function collect(
  stack: string,
  read: StackMesh,
  world: World,
  pulumi: PulumiCli,
  now: Date,
  env: NodeJS.ProcessEnv,
): Promise<Report> {
  const ways = reachable(read.description).map(({ access }) => access);
  const ofAccess = await accessSecrets(ways, env);
  const mesh = await liveMesh(read, world);
  const view = statusView(stack, read, mesh, now);
  const clusters = await evidence(read, mesh, world);
  const configuration = withoutPlainSecrets(read.description);
  return {
    secrets: [...ofAccess, ...configuration.secrets, ...clusters.flatMap(({ secrets }) => secrets)],
    files: [
      { name: "versions.json", text: await versions(pulumi) },
      {
        name: "configuration.yaml",
        text: stringify({ managed: read.managed, encrypted: read.encrypted, mesh: configuration.value }),
      },
      { name: "status.txt", text: meshText(view) },
      { name: "status.json", text: `${JSON.stringify(view, undefined, 2)}\n` },
      ...clusters.flatMap(({ name, files }, index) =>
        Object.entries(files).map(([file, text]) => ({
          // The order tells clusters apart whose names differ in what a file's name cannot have.
          name: `clusters/${index + 1}-${name.replace(/[^\w.-]/g, "_").slice(0, 60)}/${file}`,
          text: file.endsWith(".txt") ? `${quoted(text)}\n` : text,
        })),
      ),
    ],
  };
}

/** A report may be read in a terminal. */
const escaped = (text: string): string => text.split("\n").map(printable).join("\n");

/** A report without its secrets, and a line for each that was taken out of a file. */
function clean({ files, secrets }: Report): {
  readonly files: readonly ArchiveFile[];
  readonly removed: readonly string[];
} {
  const search = new SecretSearch(secrets);
  const cleaned = files.map(({ name, text }) => ({ name, ...search.redact(escaped(text)) }));
  const removed = cleaned.flatMap(({ name, removed: what }) => what.map((each) => `${name}: ${each}`));
  const all = [...cleaned, { name: "removed.txt", text: removed.map((line) => `${line}\n`).join("") }];
  // What is written is searched once more, as it is written.
  const left = all.flatMap(({ name, text }) => search.found(text).map((what) => `${what} in ${name}`));
  if (left.length > 0) {
    throw new Error(
      `nothing was written, for these could not be taken out: ${left.join(", ")}; this is a fault of the program: report it by hand`,
    );
  }
  return { files: all.map(({ name, text }) => ({ name, text })), removed };
}

/** What a report is made of, beside the mesh. */
export interface DiagnoseWorld {
  readonly world: World;
  readonly pulumi: PulumiCli;
  readonly env: NodeJS.ProcessEnv;
  readonly now: Date;
}

/** Writes the archive of a stack, for its owner alone, and says what it has. */
export async function diagnose(
  stack: string,
  read: StackMesh,
  folder: string,
  { write }: Pick<Output, "write">,
  { world, pulumi, env, now }: DiagnoseWorld,
): Promise<string> {
  const report = clean(await collect(stack, read, world, pulumi, now, env));
  const time = now.toISOString().slice(0, 19).replace(/[:T]/g, "-");
  const file = join(folder, `clustermesh-${stack.replace(/[^\w.-]/g, "_")}-${time}.tar.gz`);
  const archive = await promisify(gzip)(tar(report.files, now));
  await writeFile(file, archive, { mode: 0o600, flag: "wx" });
  write(
    `written: ${file}, ${report.files.length} files; read it before you hand it on: names and addresses are in it\n`,
  );
  report.removed.forEach((line) => {
    write(`removed from ${line}\n`);
  });
  return file;
}

async function main(args: readonly string[], output: Output): Promise<ExitCode> {
  const { values } = readArgs({
    args: [...args],
    options: { stack: { type: "string" }, out: { type: "string", default: "." } },
  });
  const stack = givenStack(values.stack);
  const root = resolve(__dirname, "..");
  const pulumi = pulumiIn(root);
  beginOutput();
  const read = await readStackMesh(root, stack, pulumi);
  await diagnose(stack, read, values.out, output, { world: REAL_WORLD, pulumi, env: process.env, now: new Date() });
  return EXIT.well;
}

if (require.main === module) void runProgram("diagnose", USAGE, main);
