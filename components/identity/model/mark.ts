import { z } from "zod";
import { jsonAs } from "../../basics/model/attempt";
import { HELD_KEYS, ID_KEY, NAME_KEY, type CiliumObjects } from "../../cilium/model/agentConfig";
import type { Finding } from "../../mesh/model/diagnostic";
import { originalConfigSchema, type OriginalConfig } from "./originalConfig";
import type { Recorded } from "./recorded";

/**
 * Annotation of `cilium-config`, written together with name and id: whose they are, and what was there before. A state can be lost; what is
 * recorded here lives with the cluster.
 */
export const MARK_ANNOTATION = "cilium-clustermesh/originals";

/** Anyone who can write to the cluster can write a mark: what is longer is none of ours. */
const LONGEST_MARK = 16 * 1024;
const LONGEST_TEXT = 512;

const text = z.string().max(LONGEST_TEXT);

/** The keys that this project sets; a mark that names others would have them written on the way back. */
const ofOurKeys = (keys: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(keys).every((key) => [NAME_KEY, ID_KEY, ...HELD_KEYS].includes(key));

const mark = z.object({
  owner: text.min(1),
  /** UID of the ConfigMap. A copy of it, or one that was restored under its name, is another object. */
  uid: text.min(1),
  /** What was set. */
  set: z.object({ [NAME_KEY]: text, [ID_KEY]: text }),
  /** What was there before. */
  originals: originalConfigSchema.refine(ofOurKeys),
  /** Whether there was a Secret with peers before. */
  peerSecret: z.enum(["present", "absent"]),
  /** The same of the Secret of KVStoreMesh; absent where the cluster's agents read no cache. */
  kvstoremeshSecret: z.enum(["present", "absent"]).exactOptional(),
});

export type Mark = z.infer<typeof mark>;

/** What a mark means to one stack. */
export type SeenMark =
  | { readonly kind: "none" }
  | { readonly kind: "damaged" }
  /** It is of another object than the one that bears it, and so does not hold for this one. */
  | { readonly kind: "otherObject"; readonly uid: string }
  | { readonly kind: "otherOwner"; readonly owner: string }
  | { readonly kind: "ours"; readonly mark: Mark };

/** The text of the mark for an object. */
export function markText(
  recorded: Pick<Recorded, "config" | "configMap" | "peerSecret" | "kvstoremeshSecret" | "set">,
  owner: string,
): string {
  const { config: originalConfig, configMap: uid, peerSecret, kvstoremeshSecret, set } = recorded;
  return JSON.stringify({ owner, uid, set, originals: originalConfig, peerSecret, kvstoremeshSecret });
}

/**
 * Reads the mark of a `cilium-config`.
 *
 * @param annotation Absent where it has none.
 * @param uid UID of the ConfigMap that bears it.
 */
export function seeMark(annotation: string | undefined, uid: string, owner: string): SeenMark {
  if (annotation === undefined) return { kind: "none" };
  const found = annotation.length > LONGEST_MARK ? undefined : jsonAs(mark, annotation);
  if (found === undefined) return { kind: "damaged" };
  if (found.uid !== uid) return { kind: "otherObject", uid: found.uid };
  return found.owner === owner ? { kind: "ours", mark: found } : { kind: "otherOwner", owner: found.owner };
}

/** What a cluster is to be called, and by which stack. */
export interface Named {
  readonly name: string;
  readonly id: number;
  readonly owner: string;
}

/** Whether the mark of a `cilium-config` says that this stack has given the cluster this very name and id. */
export function isNamedHere(
  config: { readonly mark?: string; readonly uid: string } | undefined,
  { name, id, owner }: Named,
): boolean {
  const seen = config === undefined ? undefined : seeMark(config.mark, config.uid, owner);
  return seen?.kind === "ours" && seen.mark.set[NAME_KEY] === name && seen.mark.set[ID_KEY] === String(id);
}

/**
 * Why a cluster must not be written to: it is another stack's, or its mark cannot be read.
 *
 * @param kubectl How a person calls it for this cluster.
 * @param isKnown Whether the state has what is in the mark as well: then it is written again.
 */
export function markProblem(
  seen: SeenMark,
  { namespace, configMap }: Pick<CiliumObjects, "namespace" | "configMap">,
  kubectl: string,
  isKnown = false,
): Omit<Finding, "cluster"> | undefined {
  const property = `${configMap} annotation ${MARK_ANNOTATION}`;
  switch (seen.kind) {
    case "otherOwner":
      return {
        property,
        value: seen.owner,
        reason: "is the mark of another stack, which has meshed this cluster",
        fix:
          "let that stack give the cluster back (pulumi destroy, or remove it there) and then run this again; " +
          `if it is this stack, moved to another backend: pulumi config set clustermesh:owner '${seen.owner.replaceAll("'", "")}'`,
      };
    case "damaged":
      if (isKnown) return undefined;
      return {
        property,
        reason: "cannot be read: it was edited, or is not this program's, and what the cluster was before is in it",
        fix:
          "write back what was there; where that is lost, set cluster-name and cluster-id to what Cilium was installed with, " +
          `and remove the annotation: ${kubectl} -n ${namespace} annotate configmap ${configMap} ${MARK_ANNOTATION}-`,
      };
    default:
      return undefined;
  }
}

/** Whether the values of our keys are this project's own, set by its server-side apply, and not found there. */
export function isSetByUs(originalConfig: OriginalConfig, us: string): boolean {
  return Object.values(originalConfig).some(
    (field) =>
      field.kind === "value" &&
      field.managers.some(({ manager, operation }) => manager === us && operation === "Apply"),
  );
}
