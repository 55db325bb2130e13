import { error, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { decodeTexts, readAs, type Decoded, type ReadConfiguration } from "../configuration/configuration";
import { withoutMisplaced } from "../configuration/misplaced";
import { authoritySchema, configurationSchema, LOCAL_DEFAULTS, clusterStackSchema } from "../configuration/schema";
import { readAuthorityStack } from "./authorityReference";
import { mergeClusterStack } from "./clusterStack";
import { WHOLE_MESH, type Role } from "./role";

/** The configuration of the whole mesh, wherever it comes from, and what part of it the stack has. */
export interface ReadStack {
  readonly read: ReadConfiguration;
  readonly role: Role;
}

function notClusterStack(given: Decoded): { readonly rest: Decoded; readonly problems: readonly Diagnostic[] } {
  const { authorityStack, ...rest } = given;
  const fix = 'set clustermesh:role to "cluster", or remove it';
  const reason = "is given, but this is no cluster stack";
  const problem = error({ property: "clustermesh:authorityStack", value: authorityStack, reason, fix });
  return { rest, problems: authorityStack === undefined ? [] : [problem] };
}

function readMesh(given: Decoded): ReadStack {
  const { rest, problems } = notClusterStack(given);
  const read = readAs(configurationSchema, rest);
  return { role: WHOLE_MESH, read: { ...read, problems: [...problems, ...read.problems] } };
}

function readAuthority(given: Decoded): ReadStack {
  const stray = notClusterStack(given);
  const misplaced = withoutMisplaced("authority", stray.rest);
  const { readable, ...read } = readAs(authoritySchema, misplaced.rest);
  const problems = [...stray.problems, ...misplaced.problems, ...read.problems];
  const whole = readable === undefined ? {} : { readable: { ...LOCAL_DEFAULTS, ...readable } };
  return { role: { kind: "authority" }, read: { ...read, problems, ...whole } };
}

async function readClusterStack(given: Decoded): Promise<ReadStack> {
  const misplaced = withoutMisplaced("cluster", given);
  const managed = readAs(clusterStackSchema, misplaced.rest);
  const problems = [...misplaced.problems, ...managed.problems];
  if (managed.readable === undefined) {
    return { role: WHOLE_MESH, read: { problems, unreadableClusters: [] } };
  }
  const published = await readAuthorityStack(managed.readable.authorityStack);
  if ("reason" in published) {
    return { role: WHOLE_MESH, read: { problems: [...problems, published], unreadableClusters: [] } };
  }
  const merged = mergeClusterStack(managed.readable, published);
  return {
    role: merged.role,
    read: {
      problems: [...problems, ...merged.problems],
      readable: merged.configuration,
      // The registry has all clusters: the mesh can be judged as a whole, whatever this stack has of its own.
      unreadableClusters: [],
    },
  };
}

/**
 * Reads the configuration of a stack, whatever its role.
 *
 * @param texts Values by key, as Pulumi keeps them, without the project's prefix.
 */
export async function readStack(texts: Readonly<Record<string, string>>): Promise<ReadStack> {
  const { role = "mesh", ...given } = decodeTexts(texts);
  switch (role) {
    case "mesh":
      return readMesh(given);
    case "authority":
      return readAuthority(given);
    case "cluster":
      return readClusterStack(given);
    default: {
      const fix = "use one of mesh, authority, cluster";
      const problem = error({ property: "clustermesh:role", value: role, reason: "is not allowed", fix });
      return { role: WHOLE_MESH, read: { problems: [problem], unreadableClusters: [] } };
    }
  }
}
