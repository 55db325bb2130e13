import { dataOwners, type OwnedData, type Originals } from "./originals";
import type { Problem } from "./problem";

/** A ConfigMap of which this project has set some keys, and what it may do about it. */
export interface Ensured {
  readonly cluster: string;
  readonly configMap: string;
  readonly desired: Readonly<Record<string, string>>;
  readonly live: OwnedData;
  /** What the keys were before they were set first. */
  readonly originals: () => Originals;
  readonly conflicts: "refuse" | "overwrite";
}

/** Whether the keys are as they were set, can be set again, or have got another value that somebody wants to keep. */
export type Ensuring =
  | { readonly kind: "asSet" }
  | { readonly kind: "setAgain" }
  | { readonly kind: "refused"; readonly problems: Problem[] };

/**
 * What it takes for the keys to be as they were set. What has its original value was given back by a `destroy` that went no further, and is
 * taken again; so is what is gone. Any other value is somebody's, and overwritten only where that is wanted.
 */
export function planEnsuring({ cluster, configMap, desired, live, originals, conflicts }: Ensured): Ensuring {
  const wrong = Object.keys(desired).filter((key) => live.data[key] !== desired[key]);
  if (wrong.length === 0) {
    return { kind: "asSet" };
  }
  const before = originals();
  const foreign = wrong.filter((key) => {
    const original = before[key];
    const isOriginal = original?.kind === "value" && original.value === live.data[key];
    return live.data[key] !== undefined && !isOriginal;
  });
  if (foreign.length === 0 || conflicts === "overwrite") {
    return { kind: "setAgain" };
  }
  const problems = foreign.map((key): Problem => {
    const owners = dataOwners(live.managedFields, key).map((owner) => JSON.stringify(owner));
    return {
      cluster,
      property: `${configMap} ${key}`,
      value: live.data[key],
      reason: `was changed since, and belongs to ${owners.length === 0 ? "nobody" : owners.join(", ")}`,
      allowed: `set it to ${JSON.stringify(desired[key])} there, or pulumi config set conflicts overwrite`,
    };
  });
  return { kind: "refused", problems };
}
