import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { ensureBuilt } from "../command/built";

const ROOT = resolve(__dirname, "..", "..", "..");

/** What a user has after `git clone` and `npm ci`, as far as a Pulumi run needs it. */
const PROGRAM = [
  ...["Pulumi.yaml", "package.json", "tsconfig.json", "start.cjs", "index.ts"],
  ...["build", "dist", "components", "stacks"],
];

/** A copy of the project to run Pulumi in: the CLI writes stack files there, and nothing into the repository. */
export interface Checkout {
  readonly dir: string;
  /** Writes `stacks/Pulumi.<stack>.yaml`; keys without the project's prefix. What the CLI wrote for encryption is kept. */
  writeConfig(stack: string, config: Readonly<Record<string, unknown>>, encryption?: string): Promise<void>;
  remove(): Promise<void>;
}

export async function makeCheckout(): Promise<Checkout> {
  ensureBuilt();
  const dir = await mkdtemp(join(tmpdir(), "clustermesh-checkout-"));
  await Promise.all(PROGRAM.map((name) => cp(join(ROOT, name), join(dir, name), { recursive: true })));
  await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
  await mkdir(join(dir, "stacks"), { recursive: true });
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
