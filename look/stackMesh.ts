import type { KnownMesh } from "../components";
import { jsonAs } from "../components/basics/model/attempt";
import type { Diagnostic } from "../components/mesh/model/diagnostic";
import { z } from "zod";
import { meshOnPaper } from "../stacks";
import type { PulumiCli } from "./pulumiCli";
import { readStackFile } from "./stackFile";

/** What a stack is to look at. */
export interface StackMesh {
  /** All clusters of the mesh, those of other stacks too. */
  readonly description: KnownMesh;
  /** The clusters that the stack looks after, by name. */
  readonly managed: readonly string[];
  /** What is wrong with the configuration. */
  readonly problems: readonly Diagnostic[];
  /** What is encrypted in the stack's file, and so was not read. */
  readonly encrypted: readonly string[];
}

/**
 * Reads the mesh of a stack from its file. Only a stack with `role: cluster` needs the Pulumi CLI: what the mesh is, is in the outputs of its authority
 * stack. Keys of authorities are not read.
 *
 * @throws Error where nothing can be looked at.
 */
export async function readStackMesh(root: string, stack: string, pulumi: PulumiCli): Promise<StackMesh> {
  const file = await readStackFile(root, stack);
  const registryOf = async (authorityStack: string): Promise<unknown> => {
    const printed = await pulumi(["stack", "output", "registry", "--json", `--stack=${authorityStack}`]);
    return jsonAs(z.unknown(), printed);
  };
  const read = await meshOnPaper(file.texts, { ...file, root }, process.env, registryOf);
  return { ...read, encrypted: file.encrypted };
}
