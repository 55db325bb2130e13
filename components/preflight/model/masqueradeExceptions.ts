import { parse } from "yaml";
import { z } from "zod";
import { attempt } from "../../basics/model/attempt";

/** Where the ip-masq-agent masquerades nothing while its file names no ranges (Cilium, `pkg/ipmasq`). */
const DEFAULT_EXCEPTIONS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
];

const file = z.object({ nonMasqueradeCIDRs: z.array(z.string()).nullish() });

/** The ranges to which the ip-masq-agent masquerades nothing, by its file; without a file its defaults. */
export function masqueradeExceptions(text: string | undefined): readonly string[] {
  const read: unknown = attempt(() => parse(text ?? "") as unknown);
  const ranges = file.safeParse(read).data?.nonMasqueradeCIDRs ?? [];
  return ranges.length > 0 ? ranges : DEFAULT_EXCEPTIONS;
}
