import { areNodeToolsBuilt, MissingPrerequisite, nodeTools, requireNodeFeatures, tools } from "../../lab";

/** A level of the tests: a program that says by its exit code whether it passed, or a mocha run that counts. */
export interface Level {
  readonly name: string;
  readonly run:
    | { readonly kind: "program"; readonly command: readonly string[] }
    | { readonly kind: "mocha"; readonly args: readonly string[] };
  /** Why this machine cannot run the level; `undefined` where it can. What it needs is built here, with progress. */
  readonly obstacle?: () => Promise<string | undefined>;
}

const bin = (name: string) => `node_modules/.bin/${name}`;

function program(name: string, ...command: readonly string[]): Level {
  return { name, run: { kind: "program", command } };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What keeps this machine from something; what else goes wrong is an error. */
async function obstacle(ensure: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ensure();
    return undefined;
  } catch (error) {
    if (error instanceof MissingPrerequisite) {
      return error.message;
    }
    throw error;
  }
}

/** The binaries of the lab, built where they are not in the cache yet. */
const labObstacle = (): Promise<string | undefined> => obstacle(() => tools(say));

/** Nodes need more of the machine than control planes; it is looked for before an hour of building. */
const nodeObstacle = (): Promise<string | undefined> =>
  obstacle(async () => {
    await requireNodeFeatures({ built: await areNodeToolsBuilt(), running: false });
    await nodeTools(say);
  });

function onLab(name: string, ...args: readonly string[]): Level {
  return { name, run: { kind: "mocha", args }, obstacle: labObstacle };
}

function onNodes(name: string, ...args: readonly string[]): Level {
  return { name, run: { kind: "mocha", args }, obstacle: nodeObstacle };
}

/** Every level, from cheap to real. */
export const LEVELS: readonly Level[] = [
  program("types", bin("tsc"), "-p", "tsconfig.check.json", "--noEmit"),
  program("lint", bin("eslint"), "."),
  program("format", bin("prettier"), "--check", "--log-level=warn", "."),
  program("unused", bin("knip")),
  { name: "unit", run: { kind: "mocha", args: ["test/unit/**/*.test.ts"] } },
  onLab("workflows", "test/workflows/**/*.test.ts"),
  onLab("plugins", "--require", "test/plugins/harness/hooks.ts", "test/plugins/**/*.test.ts"),
  onLab("engine", "--require", "test/engine/support/hooks.ts", "test/engine/**/*.test.ts"),
  onNodes("lab", "--require", "test/lab/support/hooks.ts", "test/lab/**/*.test.ts"),
];
