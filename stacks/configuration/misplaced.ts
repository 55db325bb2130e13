import { error, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { place } from "../../components/mesh/model/issues";
import type { Decoded } from "./configuration";
import { authoritySchema, configurationSchema, clusterStackSchema } from "./schema";

/** The roles that a mesh is split into. */
type SplitRole = "authority" | "cluster";

const FORMS = { authority: authoritySchema, cluster: clusterStackSchema } as const;

/** Where what is not for one of the roles has to go. */
const BELONGS = {
  authority: "belongs to the cluster stack",
  cluster: "belongs to the authority stack",
} as const;

const isKnown = (shape: object, key: string) => Object.hasOwn(shape, key);

function misplaced(role: SplitRole, path: readonly string[]): Diagnostic {
  return error({ ...place(path), reason: BELONGS[role], fix: "set it there, and remove it here" });
}

type Taken = { readonly rest: Decoded; readonly problems: readonly Diagnostic[] };

/** Parts a record's entries: those that stay, and the problems of those that do not. */
function sift(record: object, judge: (key: string) => readonly Diagnostic[] | undefined): Taken {
  const judged = Object.entries(record).map(([key, value]: [string, unknown]) => ({
    entry: [key, value] as const,
    out: judge(key),
  }));
  return {
    rest: Object.fromEntries(judged.filter(({ out }) => out === undefined).map(({ entry }) => entry)),
    problems: judged.flatMap(({ out }) => out ?? []),
  };
}

/** The clusters without the properties that are set in another stack. */
function ofClusters(
  role: SplitRole,
  clusters: unknown,
): { readonly rest: unknown; readonly problems: readonly Diagnostic[] } {
  if (typeof clusters !== "object" || clusters === null || Array.isArray(clusters)) {
    return { rest: clusters, problems: [] };
  }
  const all = configurationSchema.shape.clusters.valueType.shape;
  const here = FORMS[role].shape.clusters.valueType.shape;
  const sifted = Object.entries(clusters).map(([name, cluster]: [string, unknown]) => {
    if (typeof cluster !== "object" || cluster === null || Array.isArray(cluster)) {
      return { name, rest: cluster, problems: [] };
    }
    const elsewhere = (key: string) => isKnown(all, key) && !isKnown(here, key);
    return {
      name,
      ...sift(cluster, (key) => (elsewhere(key) ? [misplaced(role, ["clusters", name, key])] : undefined)),
    };
  });
  return {
    rest: Object.fromEntries(sifted.map(({ name, rest }) => [name, rest])),
    problems: sifted.flatMap(({ problems }) => problems),
  };
}

/** Takes out what a stack of the other role is to be given, with a line for each that is set here. */
export function withoutMisplaced(role: SplitRole, given: Decoded): Taken {
  const { shape } = configurationSchema;
  const elsewhere = (key: string) => isKnown(shape, key) && !isKnown(FORMS[role].shape, key);
  const top = sift(given, (key) => (elsewhere(key) ? [misplaced(role, [key])] : undefined));
  if (!("clusters" in top.rest)) {
    return top;
  }
  const clusters = ofClusters(role, top.rest["clusters"]);
  return { rest: { ...top.rest, clusters: clusters.rest }, problems: [...top.problems, ...clusters.problems] };
}
