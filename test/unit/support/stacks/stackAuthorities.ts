import { mintCA, type CA } from "../certificates/ca";

/** CAs for configurations, judged at the moment NOW of `./ca`; minting is slow, so each is minted once. */
export interface StackAuthorities {
  /** Without a fault, of both key families. */
  readonly good: readonly CA[];
  readonly leaf: CA;
  readonly expired: CA;
  readonly notYet: CA;
}

let minted: Promise<StackAuthorities> | undefined;

/** CAs with and without faults. */
export function stackAuthorities(): Promise<StackAuthorities> {
  minted ??= mintAll();
  return minted;
}

async function mintAll(): Promise<StackAuthorities> {
  const [good, leaf, expired, notYet] = await Promise.all([
    Promise.all([mintCA(), mintCA(), mintCA({ key: "RSA-2048" })]),
    mintCA({ isCA: false }),
    mintCA({ notAfter: new Date("2026-11-01T00:00:00Z") }),
    mintCA({ notBefore: new Date("2027-01-01T00:00:00Z") }),
  ]);
  return { good, leaf, expired, notYet };
}

/** The lines of a PEM text that nobody may see. */
export function keyLines({ privateKey }: CA): readonly string[] {
  return privateKey.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----"));
}
