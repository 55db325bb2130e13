import type { DataWrite } from "../../kubernetes/model/dataWrite";
import { fieldOwners, type FieldOwner, type OwnedData } from "../../kubernetes/model/managedFields";
import type { OriginalField, OriginalConfig } from "./originalConfig";

/** What to do with one key on the way back. */
export type Restoration =
  /** Its value is written back, by the first of those who had it. */
  | { readonly kind: "write"; readonly key: string; readonly value: string; readonly owner: FieldOwner }
  /** Its value is back; one more of those who had applied it gets it back too. */
  | { readonly kind: "own"; readonly key: string; readonly value: string; readonly owner: FieldOwner }
  | { readonly kind: "remove"; readonly key: string }
  | { readonly kind: "nothing"; readonly key: string }
  /** Another manager owns it by now: it has written another value, or applied the one that was set. */
  | { readonly kind: "leave"; readonly key: string; readonly live: string; readonly owner?: string };

const isSame = (a: FieldOwner, b: FieldOwner): boolean => a.manager === b.manager && a.operation === b.operation;

/**
 * The managers that own an original again, in order: first the one that updated it, for an update owns only what it changes; then those that applied it.
 * What this project itself has applied is no original: it goes with its patch, and so would the value.
 */
function previousOwners(managers: readonly FieldOwner[], us: string): readonly FieldOwner[] {
  const updated = managers.filter(({ operation }) => operation === "Update").slice(0, 1);
  const applied = managers.filter(({ operation, manager }) => operation === "Apply" && manager !== us);
  return updated.length + applied.length === 0 ? [{ manager: us, operation: "Update" }] : [...updated, ...applied];
}

/** The previous owner that does not own its restored value yet; none where another manager has taken the value meanwhile. */
function missingOwner(original: OriginalField, owners: readonly FieldOwner[], us: string): FieldOwner | undefined {
  if (original.kind === "absent" || original.managers.length === 0) return undefined;
  const previous = previousOwners(original.managers, us);
  const hasOtherOwner = owners.some(
    (owner) => owner.manager !== us && !previous.some((previousOwner) => isSame(previousOwner, owner)),
  );
  const missing = previous.filter(
    (previousOwner) => previousOwner.operation === "Apply" && !owners.some((owner) => isSame(owner, previousOwner)),
  );
  return hasOtherOwner ? undefined : missing[0];
}

/** Who else has applied the value that was set, and so wants it: an update of what is there already owns nothing. */
function otherOwner(owners: readonly FieldOwner[], us: string): string | undefined {
  return owners.find(({ manager, operation }) => manager !== us && operation === "Apply")?.manager;
}

/**
 * How each key gets back to its original. A key is ours to restore while it holds the value that was set for it, or was removed because
 * this project has given it up. Any other value was written by another manager since: it stays, and the run names it. So is what another manager has applied since with
 * the same value: a Helm release, say, that has it among its own values by now.
 *
 * A plan is a beginning: once its writes are done, the next one has what is left to do.
 *
 * @param desired What this project has set.
 * @param us This project's field manager, which also gets an original that no manager owned.
 */
export function planRestoration(
  originalConfig: OriginalConfig,
  desired: Readonly<Record<string, string>>,
  live: OwnedData,
  us: string,
): readonly Restoration[] {
  return Object.entries(originalConfig).map(([key, original]): Restoration => {
    const current = live.data[key];
    const isOriginal = original.kind === "value" && original.value === current;
    const applier = otherOwner(fieldOwners(live.managedFields, key), us);
    if (current !== undefined && current === desired[key] && !isOriginal && applier !== undefined) {
      return { kind: "leave", key, live: current, owner: applier };
    }
    if (original.kind === "absent") {
      if (current === undefined) return { kind: "nothing", key };
      return current === desired[key] ? { kind: "remove", key } : { kind: "leave", key, live: current };
    }
    const { value } = original;
    if (current === value) {
      const owner = missingOwner(original, fieldOwners(live.managedFields, key), us);
      return owner === undefined ? { kind: "nothing", key } : { kind: "own", key, value, owner };
    }
    if (current !== undefined && current !== desired[key]) return { kind: "leave", key, live: current };
    const [owner = { manager: us, operation: "Update" }] = previousOwners(original.managers, us);
    return { kind: "write", key, value, owner };
  });
}

/**
 * The writes that carry out a plan, one for each owner: updates first, then what is applied. Each is to be bound to the version that the plan
 * was made from: a ConfigMap that changes meanwhile is looked at again and not written over.
 */
export function restorationWrites(plan: readonly Restoration[], us: string): readonly DataWrite[] {
  const updates = new Map<string, Record<string, string | null>>();
  const applied = new Map<string, Record<string, string>>();
  for (const step of plan) {
    if (step.kind === "remove") {
      updates.set(us, { ...updates.get(us), [step.key]: null });
    } else if (step.kind === "write" || step.kind === "own") {
      const { manager, operation } = step.owner;
      const value = { [step.key]: step.value };
      if (operation === "Update") {
        updates.set(manager, { ...updates.get(manager), ...value });
      } else {
        applied.set(manager, { ...applied.get(manager), ...value });
      }
    }
  }
  return [
    ...[...updates].map(([manager, data]): DataWrite => ({ kind: "Update", manager, data })),
    ...[...applied].map(([manager, data]): DataWrite => ({ kind: "Apply", manager, data })),
  ];
}

/** What a key holds once a plan is carried out; `undefined` where it is removed. */
export function afterRestoration(plan: readonly Restoration[], key: string, live: OwnedData): string | undefined {
  const step = plan.find((each) => each.key === key);
  switch (step?.kind) {
    case "write":
      return step.value;
    case "remove":
      return undefined;
    default:
      return live.data[key];
  }
}
