import {
  areNodeToolsBuilt,
  down,
  kubernetesPlugin,
  MissingPrerequisite,
  nodeTools,
  requireNodeFeatures,
  tools,
} from "../../lab";
import { endLabs, isKept } from "../engine/support/labs";
import { FAMILIES_LAB, MESHES_LAB, MODES_LAB, NODE_LAB } from "../lab/support/nodeLab";
import { ROUTING_VARIABLE } from "../lab/support/routing";
import { PLUGIN_LAB } from "../plugins/harness/lab";

/** A level of the tests: a program that says by its exit code whether it passed, or a mocha run that counts. */
export interface Level {
  readonly name: string;
  readonly run:
    | { readonly kind: "program"; readonly command: readonly string[] }
    | {
        readonly kind: "mocha";
        readonly args: readonly string[];
        /** Variables of its environment beside those of this run. */
        readonly env?: Readonly<Record<string, string>>;
      };
  /** Why this machine cannot run the level; `undefined` where it can. What it needs is built here, with progress. */
  readonly obstacle?: () => Promise<string | undefined>;
  /** Ends servers that a run of the level has left when it fell over. */
  readonly leftovers?: () => Promise<void>;
}

/** Levels that run one after the other. */
export type Lane = readonly Level[];

/** Lanes that run side by side; the next stage begins when all of them have ended. */
export type Stage = readonly Lane[];

/** What of the tests a run has: what a change needs, or the long loops too (files named `*.long.test.ts`). */
export type Scope = "change" | "all";

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

/** The binaries of the lab, and the plugin that is tested on it, built where they are not in the cache yet. */
const labObstacle = (): Promise<string | undefined> =>
  obstacle(async () => {
    await tools(say);
    await kubernetesPlugin(say);
  });

/** Nodes need more of the machine than control planes; it is looked for before minutes of building. */
const nodeObstacle = (): Promise<string | undefined> =>
  obstacle(async () => {
    await requireNodeFeatures({ built: await areNodeToolsBuilt(), running: false });
    await nodeTools(say);
    await kubernetesPlugin(say);
  });

/** A mocha level over the test files of a folder. The costs of a file are the last hook, so that they come after what the others start. */
function mochaLevel(scope: Scope, name: string, ...args: readonly string[]): Level {
  const files = `test/${name}/**/*.test.ts`;
  const long = scope === "all" ? [] : ["--ignore", `test/${name}/**/*.long.test.ts`];
  return { name, run: { kind: "mocha", args: [...args, "--require", "test/runner/fileCosts.ts", ...long, files] } };
}

const onLab = (level: Level): Level => ({ ...level, obstacle: labObstacle });
const onNodes = (level: Level): Level => ({ ...level, obstacle: nodeObstacle });

/** Ends labs, unless labs are kept. */
const ending =
  (...names: readonly string[]) =>
  async (): Promise<void> => {
    if (!isKept()) for (const name of names) await down({ name });
  };

/**
 * The lab level's files about what is lost when a mesh comes and goes, once more: in the level itself packets go from node to node in a tunnel, as
 * by Cilium's chart.
 */
const nativeLevel: Level = {
  ...onNodes({
    name: "lab, native routing",
    run: {
      kind: "mocha",
      args: [
        ...["--require", "test/lab/support/hooks.ts", "--require", "test/runner/fileCosts.ts"],
        ...["takeDown", "joinAndLeave.long", "underPolicy.long", "policies.long", "apiserver.long"].map(
          (file) => `test/lab/${file}.test.ts`,
        ),
      ],
      env: { [ROUTING_VARIABLE]: "native" },
    },
  }),
  leftovers: ending(NODE_LAB, MESHES_LAB),
};

/**
 * Every level, from cheap to real. Three lanes keep two cores busy, for the engine and unit levels wait for servers and processes; the lab level counts
 * lost connections, so nothing runs beside it.
 */
export function stages(scope: Scope): readonly Stage[] {
  const sources: Lane = [
    program("types", bin("tsc")),
    program("lint", bin("eslint"), "."),
    program("format", bin("prettier"), "--check", "--log-level=warn", "."),
    program("unused", bin("knip")),
  ];
  const cheap: Lane = [
    mochaLevel(scope, "unit"),
    mochaLevel(scope, "package"),
    onLab(mochaLevel(scope, "workflows")),
    { ...onLab(mochaLevel(scope, "plugins", ...hooks("test/plugins/harness"))), leftovers: ending(PLUGIN_LAB) },
  ];
  const engine: Lane = [
    { ...onLab(mochaLevel(scope, "engine", ...hooks("test/engine/support"), ...TWO_WORKERS)), leftovers: endLabs },
  ];
  const onTunnel: Level = {
    ...onNodes(mochaLevel(scope, "lab", ...hooks("test/lab/support"))),
    leftovers: ending(NODE_LAB, MODES_LAB, MESHES_LAB, FAMILIES_LAB),
  };
  const lab: Lane = scope === "all" ? [onTunnel, nativeLevel] : [onTunnel];
  const build: Lane = [program("build", "node", "build/build.mjs")];
  return [[build], [sources, cheap, engine], [lab]];
}

/** Engine files run in two processes, each with a lab of its own. */
const TWO_WORKERS = ["--parallel", "--jobs", "2"] as const;
const hooks = (folder: string): readonly string[] => ["--require", `${folder}/hooks.ts`];
