import { z } from "zod";
import { fieldOwners, type ManagedFieldsEntry, type FieldOwner } from "../../kubernetes/model/managedFields";

/** A field as it was before it was patched. */
export type OriginalField =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly value: string; readonly managers: readonly FieldOwner[] };

/** The originals of a ConfigMap's keys: what `pulumi destroy` gives back. Kept in the state as the output of a command. */
export type OriginalConfig = Readonly<Record<string, OriginalField>>;

const fieldOwner: z.ZodType<FieldOwner> = z.object({ manager: z.string(), operation: z.enum(["Apply", "Update"]) });

/** {@link OriginalConfig} as the state has them. */
export const originalConfigSchema: z.ZodType<OriginalConfig> = z.record(
  z.string(),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("absent") }),
    z.object({ kind: z.literal("value"), value: z.string(), managers: z.array(fieldOwner) }),
  ]),
);

/** The values that were there before; `undefined` for what was not. */
export const originalValues = (originals: OriginalConfig): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(originals).map(([key, original]) => [key, original.kind === "value" ? original.value : undefined]),
  );

const printedRecord = z.object({ config: originalConfigSchema });

/** The originals of `cilium-config`, out of all that `record` has printed. */
export const originalConfigOf = (printed: string): OriginalConfig => printedRecord.parse(JSON.parse(printed)).config;

/** Records what a ConfigMap holds under the keys that are about to be patched. */
export function readOriginalConfig(
  data: Readonly<Record<string, string>>,
  managedFields: readonly ManagedFieldsEntry[],
  keys: readonly string[],
): OriginalConfig {
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
