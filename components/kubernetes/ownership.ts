import type * as pulumi from "@pulumi/pulumi";
import { present } from "../basics/model/own";
import { FIELD_MANAGER, OWNER_ANNOTATION } from "./model/ownership";

/**
 * Annotations of an object that this stack creates: whose it is, and a stable field manager. With the manager the same in every run, an
 * `up` that was killed between writing an object and remembering it finds its own object and goes on, instead of a conflict with itself.
 *
 * By force: who edits an object of ours becomes the owner of those fields, and setting it right would be a conflict. An object of
 * another owner is refused before it comes to that.
 */
export function ownedBy(owner: string): Readonly<Record<string, string>> {
  return { [OWNER_ANNOTATION]: owner, "pulumi.com/patchFieldManager": FIELD_MANAGER, "pulumi.com/patchForce": "true" };
}

/**
 * Annotations of a Patch resource. The field manager must not be the provider's random one. By force, for who edits a field of ours owns it
 * from then on. What another owner has, the preflight and the first step on a cluster refuse, where the settings have it so.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
export function patching(): Readonly<Record<string, string>> {
  return {
    "pulumi.com/patchFieldManager": FIELD_MANAGER,
    "pulumi.com/skipAwait": "true",
    "pulumi.com/patchForce": "true",
  };
}

/**
 * The options of every object in a cluster. Pulumi only forgets it: the plugin deletes by name alone, and what has that name by then may be
 * another owner's. A step of ours deletes it, which looks first.
 */
export const RETAINED: Pick<pulumi.CustomResourceOptions, "retainOnDelete"> = { retainOnDelete: true };

/**
 * The same for what is written again when a cluster was seen to have it otherwise, although the state shows no change. A replacement: Pulumi
 * writes it as if it were new, which an object that is there takes for an update, and one that is gone needs; and then forgets the old one.
 */
export function reapplied(seen: string | undefined): pulumi.CustomResourceOptions {
  return present({ ...RETAINED, replacementTrigger: seen });
}
