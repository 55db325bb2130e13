import { readdir } from "node:fs/promises";
import { join } from "node:path";

const FILE = /^Pulumi\.(.+)\.yaml$/;

/** What Pulumi takes as the name of a stack. */
const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/**
 * The stacks of a project: those that have a file `stacks/Pulumi.<stack>.yaml`, by name.
 *
 * @throws Error where a file's name is none that a stack can have.
 */
export async function findStacks(root: string): Promise<readonly string[]> {
  const stacks = (await readdir(join(root, "stacks"))).flatMap((file) => FILE.exec(file)?.[1] ?? []).sort();
  const wrong = stacks.filter((stack) => !NAME.test(stack));
  if (wrong.length > 0) {
    const files = wrong.map((stack) => JSON.stringify(`stacks/Pulumi.${stack}.yaml`)).join(", ");
    throw new Error(`${files}: no stack can have this name; use letters, digits, -, _ and .`);
  }
  return stacks;
}
