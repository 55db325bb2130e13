import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { PulumiStack } from "../../support/stacks/pulumi";
import { engine } from "./engine";

interface Kubeconfig {
  readonly contexts: readonly { readonly name: string; readonly context: object }[];
}

/** The same stack on a machine whose context leads to another cluster. */
export async function withContextOf(stack: PulumiStack, context: string, other: string): Promise<PulumiStack> {
  const { lab, workstation } = await engine();
  const kubeconfig = parse(await readFile(lab.kubeconfig, "utf8")) as Kubeconfig;
  const there = kubeconfig.contexts.find(({ name }) => name === other);
  if (there === undefined) throw new Error(`no context ${other} in the lab`);
  const contexts = kubeconfig.contexts.map((each) => (each.name === context ? { ...there, name: context } : each));
  const file = join(workstation.stateDir, "..", `kubeconfig-${context}-to-${other}`);
  await writeFile(file, stringify({ ...kubeconfig, contexts }), { mode: 0o600 });
  return workstation.stack(stack.name, undefined, { KUBECONFIG: file });
}
