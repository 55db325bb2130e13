import type { CaSource } from "../../../../components";
import { clusterName } from "../mesh/mesh";
import { mintCA } from "./ca";

/** A CA that is valid whenever these tests run: components judge it by the clock. */
const mint = () =>
  mintCA({ notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 2000 * 86_400_000) });

/** Adopted CAs: one for all, and one for each of three clusters. Minted once. */
export interface AdoptedCas {
  readonly shared: Extract<CaSource, { kind: "adopted" }>;
  readonly perCluster: Extract<CaSource, { kind: "adoptedPerCluster" }>;
}

let minted: Promise<AdoptedCas> | undefined;

/** CAs to adopt. */
export function adoptedCas(): Promise<AdoptedCas> {
  minted ??= mintAll();
  return minted;
}

async function mintAll(): Promise<AdoptedCas> {
  const named = await Promise.all([1, 2, 3].map(async (n) => [clusterName(n), await mint()] as const));
  return {
    shared: { kind: "adopted", authority: await mint() },
    perCluster: { kind: "adoptedPerCluster", authorities: Object.fromEntries(named) },
  };
}
