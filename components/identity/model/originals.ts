import { z } from "zod";
import { fieldOwners, type ManagedFieldsEntry, type FieldOwner } from "../../kubernetes/model/managedFields";

/** A field as it was before it was patched. */
export type OriginalField =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly value: string; readonly managers: readonly FieldOwner[] };

/** The originals of a ConfigMap's keys: what `pulumi destroy` gives back. Kept in the state as the output of a command. */
export type Originals = Readonly<Record<string, OriginalField>>;

const fieldOwner: z.ZodType<FieldOwner> = z.object({ manager: z.string(), operation: z.enum(["Apply", "Update"]) });

/** {@link Originals} as the state has them. */
export const recordedOriginals: z.ZodType<Originals> = z.record(
  z.string(),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("absent") }),
    z.object({ kind: z.literal("value"), value: z.string(), managers: z.array(fieldOwner) }),
  ]),
);

const printedRecord = z.object({ config: recordedOriginals });

/** The originals of `cilium-config`, out of all that `record` has printed. */
export function originalsOf(printed: string): Originals {
  return printedRecord.parse(JSON.parse(printed)).config;
}

/** Records what a ConfigMap holds under the keys that are about to be patched. */
export function recordOriginals(
  data: Readonly<Record<string, string>>,
  managedFields: readonly ManagedFieldsEntry[],
  keys: readonly string[],
): Originals {
  return Object.fromEntries(
    keys.map((key): [string, OriginalField] => {
      const value = data[key];
      return [
        key,
        value === undefined ? { kind: "absent" } : { kind: "value", value, managers: fieldOwners(managedFields, key) },
      ];
    }),
  );
}
