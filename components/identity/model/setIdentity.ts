import { dataOwners, type OwnedData } from "../../kubernetes/model/managedFields";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { howToAllow } from "../../settings/model/allow";
import type { OriginalField, OriginalConfig } from "./originalConfig";

/** A ConfigMap of which this project sets some keys, and what it may do about it. */
export interface IdentityConfig {
  readonly cluster: string;
  readonly configMap: string;
  readonly desired: Readonly<Record<string, string>>;
  readonly live: OwnedData;
  /** What the keys were before they were set first. */
  readonly originalConfig: OriginalConfig;
  /** Whether it still bears the mark that was written with them. */
  readonly isMarked: boolean;
  /** Whether values of an installer may be overwritten. */
  readonly overwriteConflicts: boolean;
}

/** Whether the keys are as they were set, can be set, or have another value that its owner wants to keep. */
export type IdentityPlan =
  { readonly kind: "asSet" } | { readonly kind: "set" } | { readonly kind: "refused"; readonly problems: Diagnostic[] };

/** Helm writes under this name, whichever way. */
const HELM = "helm";

/**
 * Whether a manager is one of those that install: it had the key before it was patched, or is Helm. It would write its own value again and
 * again. Any other manager has changed our value by hand.
 */
export function isInstaller(manager: string | undefined, original: OriginalField | undefined): boolean {
  const had = original?.kind === "value" && original.managers.some((owner) => owner.manager === manager);
  return manager === HELM || had;
}

/**
 * What it takes for the keys to be as they are to be. What has its original value was given back by a `destroy` that went no further, and is
 * taken again; so is what was removed, or was changed by hand. The value of an installer is overwritten only where the settings have it so.
 */
export function planIdentity({
  cluster,
  configMap,
  desired,
  live,
  originalConfig,
  isMarked,
  overwriteConflicts,
}: IdentityConfig): IdentityPlan {
  const wrong = Object.keys(desired).filter((key) => live.data[key] !== desired[key]);
  if (wrong.length === 0) return { kind: isMarked ? "asSet" : "set" };
  const foreign = wrong.filter((key) => {
    const original = originalConfig[key];
    const isOriginal = original?.kind === "value" && original.value === live.data[key];
    const owners = dataOwners(live.managedFields, key);
    return live.data[key] !== undefined && !isOriginal && owners.some((owner) => isInstaller(owner, original));
  });
  if (foreign.length === 0 || overwriteConflicts) return { kind: "set" };
  const problems = foreign.map((key): Diagnostic => {
    const owners = dataOwners(live.managedFields, key).map((owner) => JSON.stringify(owner));
    return error({
      cluster,
      property: `${configMap} ${key}`,
      value: live.data[key],
      reason: `was changed since, and belongs to ${owners.length === 0 ? "nobody" : owners.join(", ")}`,
      fix: `set it to ${JSON.stringify(desired[key])} there, or ${howToAllow("overwriteConflicts")}`,
    });
  });
  return { kind: "refused", problems };
}
