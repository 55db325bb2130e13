import type { CheckFailure } from "../shared/provider";
import { hasUnknown, isPlainMap, plainMap, type Plain, type PropertyMap } from "../shared/value";

/** What one run of a command needs. */
export interface Run {
  readonly command: string;
  readonly interpreter: readonly string[];
  readonly dir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly logging: { readonly stdout: boolean; readonly stderr: boolean };
}

/** What a run leaves: one trailing newline is cut off each. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

const isText = (value: Plain) => typeof value === "string";
const isTexts = (value: Plain) => Array.isArray(value) && value.every(isText);
const isTextMap = (value: Plain) => isPlainMap(value) && Object.values(value).every(isText);

const SHAPES: Readonly<Record<string, readonly [(value: Plain) => boolean, string]>> = {
  create: [isText, "a string"],
  update: [isText, "a string"],
  delete: [isText, "a string"],
  stdin: [isText, "a string"],
  dir: [isText, "a string"],
  logging: [isText, "a string"],
  interpreter: [isTexts, "a list of strings"],
  assetPaths: [isTexts, "a list of strings"],
  archivePaths: [isTexts, "a list of strings"],
  environment: [isTextMap, "a map of strings"],
  triggers: [Array.isArray, "a list"],
  addPreviousOutputInEnv: [(value) => typeof value === "boolean", "a boolean"],
};

/** The names of all inputs of `local.Command`. */
export const INPUTS: readonly string[] = Object.keys(SHAPES);

/** What is wrong with the inputs, by property. Unknown values are not judged. */
export function failures(inputs: PropertyMap): readonly CheckFailure[] {
  const open = plainMap(inputs);
  return Object.entries(open).flatMap(([property, value]) => {
    const shape = SHAPES[property];
    if (shape === undefined || value === null || hasUnknown(value) || shape[0](value)) return [];
    return [{ property, reason: `must be ${shape[1]}, not ${JSON.stringify(value)}` }];
  });
}

const text = (value: Plain | undefined) => (typeof value === "string" ? value : "");
const texts = (value: Plain | undefined) => (Array.isArray(value) ? value.map(text) : []);

/** The command under `key` with all that its run needs; undefined when there is no such command. */
export function runOf(inputs: PropertyMap, key: "create" | "update" | "delete", previous: Printed): Run | undefined {
  const open = plainMap(inputs);
  const command = open[key];
  if (typeof command !== "string") return undefined;
  for (const paths of ["assetPaths", "archivePaths"]) {
    if (texts(open[paths]).length > 0)
      throw new Error(`${paths} is not supported by the stand-in of the command plugin`);
  }
  const interpreter = texts(open["interpreter"]);
  const environment = isPlainMap(open["environment"]) ? open["environment"] : {};
  const { logging } = open;
  const logs = (stream: string) =>
    logging === undefined || logging === null || logging === stream || logging === "stdoutAndStderr";
  return {
    command,
    interpreter: interpreter.length > 0 ? interpreter : ["/bin/sh", "-c"],
    dir: text(open["dir"]) || process.cwd(),
    environment: {
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, text(value)])),
      ...(open["addPreviousOutputInEnv"] === false ? {} : inherited(previous)),
    },
    stdin: text(open["stdin"]),
    logging: { stdout: logs("stdout"), stderr: logs("stderr") },
  };
}

function inherited(previous: Printed): Record<string, string> {
  return {
    ...(previous.stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr === "" ? {} : { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}
