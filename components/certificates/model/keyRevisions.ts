import { z } from "zod";
import { jsonAs } from "../../basics/model/attempt";
import { compact } from "../../basics/model/lists";
import { sortedEntries } from "../../basics/model/own";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { MeshSettings } from "../../settings/model/settings";

/**
 * Which keys and CAs a mesh is to have, as numbers that a person counts up. A changed number issues new ones. So does an old number that comes
 * back, for nothing keeps the keys of an earlier revision.
 */
export type KeyRevisions = MeshSettings["keyRevisions"];

/** More CAs at once are no step of a rotation. */
const MOST_CAS = 3;

/** Names a CA: the revision of one that is generated, a hash of the public key of one that is adopted. */
export type CaId = number | string;

/** Which CA signs under an authority's name, and which are trusted there, in an order without a meaning. */
export interface CaTrust {
  readonly signs: CaId;
  readonly trusts: readonly CaId[];
}

/** Whether a CA came from elsewhere, and nobody renews it here. */
export const isAdopted = ({ signs }: CaTrust): boolean => typeof signs === "string";

/** What a cluster's Secret was made of; the preflight of the next run judges by it whether the step to take is safe. */
export interface IssueRecord {
  readonly client: number;
  readonly server: number;
  /** By the authority's name. */
  readonly authorities: Readonly<Record<string, CaTrust>>;
}

/** Annotation of the peers' Secret that holds the {@link IssueRecord}. Nothing in it is secret. */
export const ISSUE_RECORD_ANNOTATION = "cilium-clustermesh/generation";

const id = z.union([z.number(), z.string()]);
const record = z.object({
  client: z.number(),
  server: z.number(),
  authorities: z.record(z.string(), z.object({ signs: id, trusts: z.array(id) })),
});

/** What is signed by the first of these CAs and trusted of each of them. */
export function trustOf(signs: CaId, trusts: readonly CaId[]): CaTrust {
  const order = (a: CaId, b: CaId) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1;
  return { signs, trusts: [...new Set([signs, ...trusts])].sort(order) };
}

/** The record as the annotation has it: compact, and the same for the same content. */
export function formatRecord({ client, server, authorities }: IssueRecord): string {
  const sorted = sortedEntries(authorities).map(([name, { signs, trusts }]) => [name, { signs, trusts }] as const);
  return JSON.stringify({ client, server, authorities: Object.fromEntries(sorted) });
}

/** Reads the annotation; `undefined` where there is none that can be read. */
export const parseRecord = (text: string | undefined): IssueRecord | undefined => jsonAs(record, text ?? "");

const isRevision = (value: number) => Number.isSafeInteger(value) && value >= 1;

/** Revisions that mean something; those of a generated authority only where there is one. */
export function validateKeyRevisions(
  keyRevisions: KeyRevisions,
  authority: "generated" | "adopted",
): readonly Diagnostic[] {
  const { server, authority: list } = keyRevisions;
  const problem = (key: keyof KeyRevisions, reason: string, fix: string): Diagnostic =>
    error({ property: `keyRevisions.${key}`, value: keyRevisions[key], reason, fix });
  const number = (key: "client" | "server") =>
    !isRevision(keyRevisions[key]) && problem(key, "is no revision", "count from 1");
  if (authority === "adopted") {
    const isDefault = list.length === 1 && list[0] === 1;
    const unused = "is given, but the authority is adopted";
    return compact([
      number("client"),
      server !== 1 && problem("server", unused, "remove it: the etcds have certificates of their own"),
      !isDefault && problem("authority", unused, "remove it, and name further CAs in trusted beside the adopted one"),
    ]);
  }
  const fine = list.length > 0 && list.length <= MOST_CAS && list.every(isRevision);
  const fix = `list 1 to ${MOST_CAS} numbers from 1, the first of which signs`;
  return compact([
    number("client"),
    number("server"),
    !fine && problem("authority", "is no list of revisions", fix),
    new Set(list).size < list.length && problem("authority", "names a revision twice", fix),
  ]);
}
