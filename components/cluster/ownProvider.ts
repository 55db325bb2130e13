import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { known } from "../basics/known";
import { error, formatDiagnostic, warning, type Finding } from "../mesh/model/diagnostic";
import { cannotWork } from "../mesh/refusal";

/** What a provider has to be set to, for a cluster that answers and for one that is lost. */
const NEEDED = { there: ["enableSecretMutable", "upsertExistingObjects"], lost: ["deleteUnreachable"] } as const;

/** Which of the settings that its cluster needs a provider lacks, and which it does not show. */
export interface OwnProvider {
  readonly off: readonly string[];
  readonly hidden: readonly string[];
}

/**
 * Looks at a provider that a program has made. Its inputs have no types, but a resource has each of them as an output of that name, which is
 * unknown in a preview where it was not given; a provider that was not made by the class's constructor has none.
 */
export async function lookAtProvider(provider: k8s.Provider, lost: boolean): Promise<OwnProvider> {
  const flags = await Promise.all(
    NEEDED[lost ? "lost" : "there"].map(async (name) => {
      const value: unknown = Reflect.get(provider, name);
      const shown = pulumi.Output.isInstance(value) ? value.apply(String) : undefined;
      return { name, hidden: shown === undefined, on: shown !== undefined && (await known(shown)) === "true" };
    }),
  );
  const named = (those: typeof flags) => those.map(({ name }) => name);
  return {
    off: named(flags.filter(({ hidden, on }) => !hidden && !on)),
    hidden: named(flags.filter(({ hidden }) => hidden)),
  };
}

/**
 * Refuses a provider of the program's own that would lose the mesh for a moment, or trip over what an interrupted `up` has left. Of one that
 * could not be checked it is said what it needs.
 */
export async function checkProvider(cluster: string, provider: k8s.Provider, lost: boolean): Promise<true> {
  const { off, hidden } = await lookAtProvider(provider, lost);
  const finding = (reason: string, fix: string): Finding => ({ cluster, property: "provider", reason, fix });
  if (hidden.length > 0) {
    const unchecked = finding("was not checked", `see that it has ${hidden.join(", ")}`);
    await pulumi.log.warn(formatDiagnostic(warning(unchecked)));
  }
  if (off.length > 0) {
    const problem = finding(`lacks ${off.join(", ")}`, "set them to true, or give no provider");
    throw cannotWork([error(problem)]);
  }
  return true;
}
