import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { errorMessage } from "../components/basics/errorMessage";
import { firstFew } from "../components/basics/model/bounded";
import { printable } from "../components/basics/model/printable";
import { withoutEncrypted } from "./model/encrypted";

const projectFile = z.looseObject({ name: z.string(), stackConfigDir: z.string().default(".") });
const stackFile = z.looseObject({ config: z.record(z.string(), z.unknown()).default({}) });

const STACKS_SHOWN = 10;

/** A stack as its files have it. */
export interface StackFile {
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  /** The values of the project's keys as Pulumi keeps them, without those that are encrypted. */
  readonly texts: Readonly<Record<string, string>>;
  /** What is encrypted, such as `clusters.west.kubeconfig`. */
  readonly encrypted: readonly string[];
}

const reasonOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code === "ENOENT" ? "it is not there" : errorMessage(error);

const STACK_FILE = /^Pulumi\.(.+)\.yaml$/;

/** The stacks that have a file in this folder, for who has given another one. */
async function stacksIn(folder: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).flatMap((file) => STACK_FILE.exec(file)?.[1] ?? []);
  return names.length === 0
    ? ""
    : `; there are files of ${firstFew(names.sort().map(printable), STACKS_SHOWN).join(", ")}`;
}

async function readYaml<T>(path: string, form: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new Error(`${path} cannot be read (${reasonOf(error)})`, { cause: error });
  }
  try {
    return form.parse(parse(text) ?? {});
  } catch (error) {
    throw new Error(`${path} is no file of Pulumi's: ${errorMessage(error)}`, { cause: error });
  }
}

/** A value as Pulumi hands it to a program. */
const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * Reads the configuration of a stack from its file, without an engine and without the stack's secrets.
 *
 * @param stack Its name, or `organization/project/stack`, as Pulumi takes it.
 */
export async function readStackFile(root: string, stack: string): Promise<StackFile> {
  if (!/^\w[\w.-]*(\/\w[\w.-]*){0,2}$/.test(stack)) {
    throw new Error(`${JSON.stringify(stack)} is no name of a stack; give one such as production`);
  }
  const parts = stack.split("/");
  const short = parts.at(-1) ?? "";
  const organization = parts.length > 1 ? (parts[0] ?? "") : "organization";
  const { name: project, stackConfigDir } = await readYaml(join(root, "Pulumi.yaml"), projectFile);
  const folder = join(root, stackConfigDir);
  const { config } = await readYaml(join(folder, `Pulumi.${short}.yaml`), stackFile).catch(async (error: unknown) => {
    throw new Error(`${errorMessage(error)}${await stacksIn(folder)}`, { cause: error });
  });
  const prefix = `${project}:`;
  const own = Object.entries(config).flatMap(([key, value]): [string, unknown][] =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
  );
  const { value, encrypted } = withoutEncrypted(Object.fromEntries(own));
  const texts = Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, asText(each)]));
  return { organization, project, stack: short, texts, encrypted };
}
