import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { ensureBuilt } from "../command/built";

const ROOT = resolve(__dirname, "..", "..", "..");

/** What a user has after `git clone` and `npm ci`, as far as a Pulumi run needs it. */
const PROGRAM = [
  ...["Pulumi.yaml", "package.json", "tsconfig.json", "start.cjs", "index.ts"],
  ...["build", "dist", "components", "stacks", "policies", "look"],
];

/** A copy of the project to run Pulumi in: the CLI writes stack files there, and nothing into the repository. */
export interface Checkout {
  readonly dir: string;
  /** Writes `stacks/Pulumi.<stack>.yaml`; keys without the project's prefix. What the CLI wrote for encryption is kept. */
  writeConfig(stack: string, config: Readonly<Record<string, unknown>>, encryption?: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * @param program The text of a program of one's own, in TypeScript, that uses the library and is run in place of this project's.
 */
export async function makeCheckout(program?: string): Promise<Checkout> {
  ensureBuilt();
  const dir = await mkdtemp(join(tmpdir(), "clustermesh-checkout-"));
  await Promise.all(PROGRAM.map((name) => cp(join(ROOT, name), join(dir, name), { recursive: true })));
  await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
  await mkdir(join(dir, "stacks"), { recursive: true });
  if (program !== undefined) {
    const project = await readFile(join(dir, "Pulumi.yaml"), "utf8");
    await writeFile(join(dir, "Pulumi.yaml"), project.replace("main: start.cjs", "main: own.cjs"));
    await writeFile(join(dir, "own.cjs"), 'require("tsx/cjs");\nmodule.exports = require("./own.ts");\n');
    await writeFile(join(dir, "own.ts"), program);
  }
  return {
    dir,
    writeConfig: async (stack, config, encryption) => {
      const prefixed = Object.entries(config).map(([key, value]) => [`clustermesh:${key}`, value] as const);
      const text = stringify({ config: Object.fromEntries(prefixed) });
      const file = join(dir, "stacks", `Pulumi.${stack}.yaml`);
      await writeFile(file, encryption === undefined ? text : `${encryption}\n${text}`, { mode: 0o600 });
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
