import type { KnownMesh } from "../../components";
import { formatDiagnostics, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { readAs, decodeTexts, type Decoded } from "../configuration/configuration";
import { clusterStackSchema } from "../configuration/schema";
import { mergeClusterStack } from "../roles/clusterStack";
import { readStack, type ReadStack } from "../roles/read";
import { readPublished } from "../roles/registry";
import { meshDescription } from "./arguments";
import { toEnvironment } from "./environment";
import { ownerOfStack, type StackName } from "./owner";

/** The mesh of a stack by its configuration alone. */
export interface MeshOnPaper {
  readonly description: KnownMesh;
  readonly managed: readonly string[];
  readonly problems: readonly Diagnostic[];
}

/** Reads the registry of an authority stack. */
export type RegistryOf = (authorityStack: string) => Promise<unknown>;

/** A cluster stack with what its authority stack shows to everybody: nothing is signed, so no key is needed. */
async function clusterStack(given: Decoded, registryOf: RegistryOf): Promise<ReadStack> {
  const { problems, readable } = readAs(clusterStackSchema, given);
  if (readable === undefined) {
    throw new Error(formatDiagnostics("the configuration cannot be read", problems));
  }
  const { authorityStack } = readable;
  const published = readPublished({ registry: await registryOf(authorityStack), signing: {} });
  if (typeof published === "string") {
    throw new Error(
      `stack ${authorityStack} has published no registry that this version can read; pulumi up that stack first`,
    );
  }
  const { role, configuration, problems: merging } = mergeClusterStack(readable, published);
  return { role, read: { problems: [...problems, ...merging], readable: configuration, unreadableClusters: [] } };
}

/**
 * Reads the mesh of a stack of any role without Pulumi's engine.
 *
 * @param texts Values by key, as Pulumi keeps them, without the project's prefix.
 * @throws Error where nothing of it can be read.
 */
export async function meshOnPaper(
  texts: Readonly<Record<string, string>>,
  name: StackName,
  env: NodeJS.ProcessEnv,
  registryOf: RegistryOf,
): Promise<MeshOnPaper> {
  const { role: given, ...rest } = decodeTexts(texts);
  const { read, role } = given === "cluster" ? await clusterStack(rest, registryOf) : await readStack(texts);
  const { readable, problems } = read;
  if (readable === undefined) {
    throw new Error(formatDiagnostics("the configuration cannot be read", problems));
  }
  const configuration = { ...readable, owner: readable.owner ?? ownerOfStack(name, env) };
  const environment = toEnvironment(configuration, role);
  return { description: meshDescription(configuration, environment), managed: environment.managed, problems };
}
